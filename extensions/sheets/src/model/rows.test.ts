import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { ISheetContext } from '../view/context.js';
import { endsOf, gapless, nameOfChosen, realArea } from '../view/rows.js';
import type { IView } from '../wire.js';
import { FakeServer } from './fake.js';
import { SheetModel } from './model.js';

const FILTER: IView = { filter: [{ column: 0, test: 'filled' }] };
const SORT: IView = { sort: [{ column: 0 }] };

async function seen(view: IView | null, shown: number[]): Promise<Pick<ISheetContext, 'model' | 'tab'>> {
  const server = new FakeServer();
  server.shown = shown;
  server.views = view === null ? {} : { t: view };
  const model = new SheetModel({ client: 'c1', locale: 'fr', connect: () => server.connect(), wait: work => server.later.push(work) });
  model.start();
  await server.settle();
  model.see('t', [{ top: 0, left: 0, bottom: 40, right: 10 }]);
  await server.settle();
  return { model, tab: 't' };
}

function rows(top: number, bottom = top): { top: number; left: number; bottom: number; right: number } {
  return { top, left: 1, bottom, right: 1 };
}

describe('the rows of the sheet that are on the screen', () => {
  test('are where they stand when all are shown', async () => {
    const on = await seen(null, []);
    assert.equal(on.model.rows.moved('t'), false);
    assert.equal(on.model.rows.real('t', 7), 7);
    assert.deepEqual(on.model.rows.shown('t', rows(3, 9)), [rows(3, 9)]);
    assert.deepEqual(await on.model.rows.find('t', 3, 9), { first: 3, last: 9, shown: 7 });
    assert.deepEqual(realArea(on, rows(3, 9)), rows(3, 9));
  });

  test('keep their numbers through a filter, and so do the empty ones below', async () => {
    const on = await seen(FILTER, [0, 3, 4, 9]);
    assert.deepEqual([0, 1, 2, 3, 4, 5].map(row => on.model.rows.real('t', row)), [0, 3, 4, 9, 1000, 1001]);
    assert.deepEqual(on.model.rows.shown('t', rows(1, 4)), [rows(1, 2)]);
    assert.deepEqual(on.model.rows.shown('t', rows(5, 8)), []);
    assert.deepEqual(on.model.rows.shown('t', rows(9, 1001)), [rows(3, 5)]);
    const { first, last, shown } = await on.model.rows.find('t', 4, 9);
    assert.deepEqual([first, last, shown], [2, 3, 2]);
  });

  test('chosen through a filter are a range with what it hides', async () => {
    const on = await seen(FILTER, [0, 3, 4, 9]);
    assert.deepEqual(realArea(on, rows(1, 3)), rows(3, 9));
    assert.equal(nameOfChosen(on, rows(1, 3), { row: 1, column: 1 }), 'B4:B10');
    assert.equal(gapless(on, rows(1, 2)), true);
    assert.equal(gapless(on, rows(1, 3)), false);
    assert.equal(gapless(on, rows(3)), true);
  });

  test('chosen in an order of their own are a range only if they follow each other', async () => {
    const on = await seen(SORT, [0, 7, 5, 6, 2]);
    assert.deepEqual(realArea(on, rows(1, 3)), rows(5, 7));
    assert.deepEqual(endsOf(on, 1, 3), [2, 1]);
    assert.equal(gapless(on, rows(1, 3)), true);
    assert.equal(realArea(on, rows(1, 4)), undefined);
    assert.equal(nameOfChosen(on, rows(1, 4), { row: 4, column: 1 }), 'B3');
    assert.deepEqual(on.model.rows.shown('t', rows(5, 6)), [rows(2, 3)]);
    assert.deepEqual(on.model.rows.shown('t', rows(2, 5)), [rows(2), rows(4)]);
  });
});
