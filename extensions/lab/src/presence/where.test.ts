import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { YFile, YNotebook } from '@jupyter/ydoc';
import { createRelativePositionFromTypeIndex, relativePositionToJSON, type Text } from 'yjs';

import { lineAt, placeOf } from './where.js';

function caret(text: Text, index: number): Record<string, unknown> {
  const head = relativePositionToJSON(createRelativePositionFromTypeIndex(text, index)) as object;
  return { cursors: [{ anchor: head, head, primary: true, empty: true }] };
}

/** Awareness keeps a clock, and node runs as long as there is one. */
const made: { dispose(): void }[] = [];

function text(source: string): YFile {
  const model = new YFile();
  model.setSource(source);
  made.push(model);
  return model;
}

function notebook(...sources: string[]): YNotebook {
  const model = new YNotebook();
  made.push(model);
  sources.forEach((source, index) => model.addCell({ cell_type: 'code', id: `c${index + 1}`, source }));
  return model;
}

describe('where a colleague is', () => {
  afterEach(() => made.splice(0).forEach(model => model.dispose()));

  test('in a text: the line of the caret, and what is on top', () => {
    const model = text('one\ntwo\nthree');
    assert.deepEqual(placeOf({ ...caret(model.ysource, 5), where: { top: 2 } }, model), { offset: 5, line: 2, top: 2 });
    model.setSource('');
    assert.equal(placeOf({}, model), null);
  });

  test('in a notebook: the cell at hand, also without a caret', () => {
    const model = notebook('a = 1', 'b = 2\nc = 3', 'd');
    const second = model.cells[1].ysource;
    assert.deepEqual(placeOf(caret(second, 7), model), { cell: 'c2', number: 2, offset: 7, line: 2 });
    assert.deepEqual(placeOf({ where: { cell: 'c3', top: 'c1' } }, model), { cell: 'c3', number: 3, top: 'c1' });
    // the caret stayed behind in a cell that was left
    assert.deepEqual(placeOf({ ...caret(second, 7), where: { cell: 'c3' } }, model), { cell: 'c3', number: 3 });
  });

  test('numbers follow the cells as they move', () => {
    const model = notebook('a', 'b', 'c');
    const state = { where: { cell: 'c3' } };
    assert.equal(placeOf(state, model)?.number, 3);
    model.deleteCell(0);
    assert.equal(placeOf(state, model)?.number, 2);
    model.deleteCell(1);
    assert.equal(placeOf(state, model), null);
  });

  test('rubbish is nowhere', () => {
    const model = notebook('a');
    for (const state of [
      { cursors: 7 },
      { cursors: [null] },
      { cursors: [{ head: { type: 'x' } }] },
      { cursors: [{ head: { tname: 'meta', item: { client: -1, clock: 'x' } } }] },
      { where: 'c1' },
      { where: { cell: 1, top: {} } },
      { where: { cell: 'absent' } }
    ] as Record<string, unknown>[]) {
      assert.equal(placeOf(state, model), null);
    }
  });

  test('lines are counted from one', () => {
    assert.deepEqual([0, 1, 2, 3, 9].map(offset => lineAt('a\nb\n', offset)), [1, 1, 2, 2, 3]);
  });
});
