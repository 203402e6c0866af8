import assert from 'node:assert/strict';
import { test } from 'node:test';

import { capital, firstName, ONE, pieces, TWO } from './sentence.js';

test('things stand where the translation puts them', () => {
  assert.deepEqual(pieces(`${ONE} a partagé ${TWO} avec vous`, 1, 2), [1, ' a partagé ', 2, ' avec vous']);
  assert.deepEqual(pieces(`${TWO}: ${ONE}`, 'a', 'b'), ['b', ': ', 'a']);
  assert.deepEqual(pieces('nothing'), ['nothing']);
});

test('a greeting takes the first name', () => {
  assert.equal(firstName('Alice Martin'), 'Alice');
  assert.equal(firstName('MARTIN Alice'), 'Alice');
  assert.equal(firstName('LEFÈVRE-DUPONT Jean-Noël'), 'Jean-Noël');
  assert.equal(firstName('  bob '), 'bob');
  assert.equal(firstName('ALICE'), 'ALICE');
  assert.equal(firstName('👩‍🚒 Zoé'), 'Zoé');
  assert.equal(firstName(''), '');
});

test('a date at the beginning has a capital letter', () => {
  assert.equal(capital('lundi 23 novembre', 'fr'), 'Lundi 23 novembre');
  assert.equal(capital('', 'fr'), '');
});
