import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { FakeServer } from './fake.js';
import { SheetModel } from './model.js';

const SIGHT = [{ top: 0, left: 0, bottom: 40, right: 10 }];

async function opened(server = new FakeServer()): Promise<{ server: FakeServer; model: SheetModel }> {
  const model = new SheetModel({ client: 'c1', locale: 'fr', connect: () => server.connect(), wait: work => server.later.push(work) });
  model.start();
  await server.settle();
  model.see('t', SIGHT);
  await server.settle();
  return { server, model };
}

function asked(server: FakeServer): number {
  return server.said.filter(one => one.type === 'window').length;
}

function submitted(server: FakeServer): (number | undefined)[] {
  return server.said.filter(one => one.type === 'submit').map(one => one.n);
}

describe('the model of a sheet', () => {
  test('says hello, learns the rights, and asks once for what is in sight', async () => {
    const { server, model } = await opened();
    assert.deepEqual(server.said[0], { type: 'hello', client: 'c1', locale: 'fr' });
    assert.equal(model.canWrite, true);
    assert.equal(model.saveState, 'saved');
    assert.equal(asked(server), 1);
    model.see('t', SIGHT);
    await server.settle();
    assert.equal(asked(server), 1);
    model.see('t', [{ top: 90, left: 15, bottom: 130, right: 25 }]);
    await server.settle();
    assert.equal(asked(server), 4);
  });

  test('shows what is typed before the server has answered, and counts it until then', async () => {
    const { server, model } = await opened();
    model.type('t', [[3, 2, '12,5']]);
    assert.equal(model.at('t', 3, 2).draft?.text, '12,5');
    assert.equal(model.saveState, 'saving');
    await server.settle();
    assert.equal(model.saveState, 'saved');
    assert.equal(model.at('t', 3, 2).draft, undefined);
    assert.equal(model.at('t', 3, 2).value, '12,5');
  });

  test('sends again after a cut, with the same numbers, and each is done once', async () => {
    const { server, model } = await opened();
    model.type('t', [[0, 0, 'a']]);
    await server.settle();
    server.cut();
    assert.equal(model.saveState, 'offline');
    model.type('t', [[1, 0, 'b']]);
    model.type('t', [[2, 0, 'c']]);
    assert.equal(model.pending, true);
    assert.equal(model.at('t', 1, 0).draft?.text, 'b');
    await server.wake();
    assert.deepEqual(submitted(server), [1, 2, 3]);
    assert.equal(model.saveState, 'saved');
    assert.equal(server.seq, 3);
  });

  test('an answer that was lost on the way does not do the work twice', async () => {
    const { server, model } = await opened();
    model.type('t', [[0, 0, 'a']]);
    await Promise.resolve();
    assert.equal(server.seq, 1);
    server.cut();
    assert.equal(model.pending, true);
    await server.wake();
    assert.deepEqual(submitted(server), [1, 1]);
    assert.equal(server.seq, 1);
    assert.equal(model.pending, false);
    assert.equal(model.at('t', 0, 0).value, 'a');
  });

  test('sees at once what another writes in sight, and asks for nothing out of sight', async () => {
    const { server, model } = await opened();
    server.write(4, 1, 'theirs');
    await server.settle();
    assert.equal(model.at('t', 4, 1).value, 'theirs');
    assert.equal(asked(server), 2);
    server.write(700, 1, 'far');
    await server.settle();
    assert.equal(asked(server), 2);
    model.see('t', [{ top: 690, left: 0, bottom: 710, right: 5 }]);
    await server.settle();
    assert.equal(model.at('t', 700, 1).value, 'far');
  });

  test('a window that crossed a change on the wire is asked for again', async () => {
    const { server, model } = await opened();
    server.deaf = true;
    server.write(4, 1, 'first');
    await server.settle();
    const question = server.said[server.said.length - 1];
    const old = server.window(question);
    server.write(4, 1, 'second');
    await server.settle();
    server.deaf = false;
    server.sockets[0].say({ type: 'window', id: question.id ?? 0, window: old });
    await server.settle();
    assert.equal(model.at('t', 4, 1).value, 'second');
  });

  test('what the server refuses is taken back and told', async () => {
    const { server, model } = await opened();
    const told: string[] = [];
    model.refused.connect((_, { problem }) => told.push(problem.detail ?? ''));
    model.type('t', [[3, 2, 'x']]);
    server.sockets[0].say({ type: 'refused', n: 1, problem: { status: 403, detail: 'No.' } });
    await Promise.resolve();
    assert.deepEqual(told, ['No.']);
    assert.equal(model.pending, false);
    assert.equal(model.at('t', 3, 2).draft, undefined);
  });

  test('readers write nothing', async () => {
    const server = new FakeServer();
    server.level = 'reader';
    const { model } = await opened(server);
    assert.equal(model.type('t', [[0, 0, 'x']]), false);
    assert.equal(model.do('clear', { tab: 't' }), false);
    assert.equal(model.pending, false);
  });

  test('much is sent in pieces, one after the other', async () => {
    const { server, model } = await opened();
    server.write = () => ({ type: 'left', client: 'nobody' });
    model.type('t', Array.from({ length: 450_000 }, (_, row) => [row, 0, 'x']));
    await server.settle();
    assert.deepEqual(submitted(server), [1]);
    server.sockets[0].say({ type: 'applied', seq: 1, author: 'm1', client: 'c1', n: 1, kind: 'set_cells', changed: [] });
    await server.settle();
    assert.deepEqual(submitted(server), [1, 2]);
  });

  test('rows below what exists have ids of their own', async () => {
    const { model } = await opened();
    assert.equal(model.rowId('t', 1005), 1005);
    assert.equal(model.columnId('t', 31), 31);
    assert.deepEqual(model.placeOf('t', 1005, 31), { row: 1005, column: 31 });
  });

  test('a session that ended, a right withdrawn, a file that is gone', async () => {
    for (const [code, ending] of [[4401, 'session'], [4403, 'withdrawn'], [4404, 'gone']] as const) {
      const { server, model } = await opened();
      const told: string[] = [];
      model.ended.connect((_, one) => told.push(one));
      server.cut(code);
      assert.deepEqual(told, [ending]);
      assert.equal(server.later.length, ending === 'session' ? 1 : 0);
    }
  });

  test('a view of mine and one of all decide what is seen, and how many rows are left', async () => {
    const { server, model } = await opened();
    assert.equal(model.viewOf('t'), '');
    const filter = [{ column: 2, test: '=', values: [1] }];
    server.sockets[0].say({
      type: 'applied', seq: 1, author: 'm2', client: 'other', n: 1, kind: 'set_view', changed: [{ tab: 't', structure: true }],
      tabs: [{ ...server.tab, shared: { filter } }]
    });
    await server.settle();
    assert.equal(model.viewOf('t'), 'shared');
    assert.deepEqual(server.said[server.said.length - 1]['view'], 'shared');
    assert.deepEqual(model.viewIn('t')?.filter, filter);
    model.showAll('t');
    assert.equal(model.viewOf('t'), '');
    model.do('set_view', { tab: 't', mine: true, view: { filter: [] } });
    server.sockets[0].say({ type: 'applied', seq: 2, author: 'm1', client: 'c1', n: 1, kind: 'set_view', changed: [] });
    await server.settle();
    assert.equal(model.viewOf('t'), 'mine');
    server.cut();
    server.views = { t: { sort: [{ column: 1 }] } };
    await server.wake();
    assert.deepEqual(model.viewIn('t')?.sort, [{ column: 1 }]);
  });

  test('a view for this page alone goes before all others, and comes off again', async () => {
    const { server, model } = await opened();
    const filter = [{ column: 2, test: '=', values: [1] }];
    const all = (): void => void server.sockets[0].say({
      type: 'applied', seq: 1, author: 'm2', client: 'other', n: 1, kind: 'set_view', changed: [], tabs: [{ ...server.tab, shared: { filter: [] } }]
    });
    all();
    model.show('t', { filter });
    assert.deepEqual([model.viewOf('t'), model.isOwnView('t')], [JSON.stringify({ filter }), true]);
    await server.settle();
    assert.equal(server.said[server.said.length - 1]['view'], JSON.stringify({ filter }));
    // First what is mine alone goes, then what all share.
    model.showAll('t');
    assert.deepEqual([model.viewOf('t'), model.isOwnView('t')], ['shared', false]);
    model.showAll('t');
    assert.equal(model.viewOf('t'), '');
    // Also a view that the server keeps of who may not write any more.
    server.cut();
    server.views = { t: { filter } };
    await server.wake();
    assert.deepEqual([model.viewOf('t'), model.isOwnView('t')], ['', false]);
    model.show('t', { filter });
    model.show('t', undefined);
    assert.equal(model.viewOf('t'), '');
  });

  test('what is not answered is told each time that it changes', async () => {
    const server = new FakeServer();
    const told: string[] = [];
    const model = new SheetModel({
      client: 'c1', locale: 'fr', connect: () => server.connect(), wait: work => server.later.push(work),
      waiting: (member, waiting) => told.push(`${member}: ${waiting.map(one => one.n).join(' ')}`)
    });
    model.start();
    await server.settle();
    server.cut();
    model.type('t', [[0, 0, 'a']]);
    model.type('t', [[1, 0, 'b']]);
    await server.wake();
    assert.deepEqual(told, ['m1: ', 'm1: 1', 'm1: 1 2', 'm1: 1 2', 'm1: 2', 'm1: ']);
  });
});
