import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readPlaceholder } from './placeholder.js';

const ID = 'a1'.repeat(32);

test('a placeholder is read as it is meant', () => {
  assert.deepEqual(readPlaceholder({ id: ID, size: 3, kinds: ['text/html', 4], height: 480 }), {
    id: ID,
    size: 3,
    kinds: ['text/html'],
    height: 480,
    stream: null
  });
  assert.equal(readPlaceholder({ id: ID, stream: 'stderr' })?.stream, 'stderr');
  assert.equal(readPlaceholder({ id: ID, stream: '<b>' })?.stream, 'stdout');
});

test('rubbish is no placeholder, and no number of it is believed', () => {
  for (const odd of [null, undefined, 3, 'x', [], {}, { id: '../../login' }, { id: ID.toUpperCase() }, { id: ID + 'a' }]) {
    assert.equal(readPlaceholder(odd), null);
  }
  for (const size of [-1, NaN, Infinity, '3', null, {}]) {
    assert.equal(readPlaceholder({ id: ID, size, height: size, kinds: size })?.size, 0);
  }
});
