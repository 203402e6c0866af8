import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Refusal, UploadQueue, type IItem, type ITransport } from './queue.js';

/** A server of this test: what it has, how often it is cut, what it refuses. */
class Server implements ITransport {
  readonly files: string[] = [];
  readonly folders: string[] = [];
  readonly names = new Set<string>();
  cuts = 0;
  room = Infinity;
  atOnce = 0;
  most = 0;

  folder(path: string): Promise<void> {
    this.folders.push(path);
    return Promise.resolve();
  }

  async send(item: IItem): Promise<void> {
    this.most = Math.max(this.most, ++this.atOnce);
    await Promise.resolve();
    this.atOnce -= 1;
    item.stop?.signal.throwIfAborted();
    if (this.cuts > 0) {
      this.cuts -= 1;
      throw new Refusal('cut', 'cut');
    }
    if (this.room-- <= 0) {
      throw new Refusal('full', 'full');
    }
    const path = `${item.folder}/${item.file.name}`;
    if (this.names.has(path) && item.conflict === 'refuse') {
      throw new Refusal('taken', 'taken');
    }
    this.names.add(path);
    this.files.push(item.conflict === 'keep' ? `${path} 1` : path);
  }

  async pause(): Promise<void> {
    await Promise.resolve();
  }
}

const file = (name: string): File => new File(['x'], name);

async function ended(queue: UploadQueue): Promise<void> {
  while (queue.summary().open > 0) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

function begin(server: Server, names: string[], folder = 'Team'): UploadQueue {
  const queue = new UploadQueue(server);
  queue.known('Team');
  queue.add(
    names.map(name => ({ file: file(name), folder })),
    queue.batch()
  );
  return queue;
}

describe('uploads', () => {
  test('ten thousand go a few at once, each folder is made once and after the one above', async () => {
    const server = new Server();
    const queue = begin(
      server,
      Array.from({ length: 10_000 }, (_, index) => `${index}`),
      'Team/a/b'
    );
    await ended(queue);
    assert.equal(server.files.length, 10_000);
    assert.deepEqual(server.folders, ['Team/a', 'Team/a/b']);
    assert.ok(server.most <= 4);
    assert.equal(queue.summary().done, 10_000);
    assert.ok(queue.shown(50).length === 50);
  });

  test('go on after cuts, and nothing goes twice', async () => {
    const server = new Server();
    server.cuts = 7;
    await ended(begin(server, ['a', 'b', 'c']));
    assert.deepEqual(server.files.sort(), ['Team/a', 'Team/b', 'Team/c']);
  });

  test('one answer holds for all names of a batch that are taken', async () => {
    const server = new Server();
    ['a', 'b', 'c', 'd', 'e', 'f'].forEach(name => server.names.add(`Team/${name}`));
    const queue = begin(server, ['a', 'b', 'c', 'd', 'e', 'f', 'new']);
    await ended(queue);
    assert.equal(queue.summary().asking, 6);
    assert.deepEqual(server.files, ['Team/new']);
    queue.decide('keep');
    await ended(queue);
    assert.equal(server.files.length, 7);
    queue.add([{ file: file('a'), folder: 'Team' }], queue.batch());
    await ended(queue);
    assert.equal(queue.summary().asking, 1, 'another batch asks again');
    queue.decide('skip');
    assert.equal(server.files.length, 7);
    assert.equal(queue.summary().asking, 0);
  });

  test('a full space ends the batch with its sentence, and can be tried again', async () => {
    const server = new Server();
    server.room = 5;
    const names = Array.from({ length: 100 }, (_, index) => `${index}`);
    const queue = begin(server, names);
    await ended(queue);
    assert.equal(server.files.length, 5);
    assert.equal(queue.summary().failed, 95);
    assert.equal(queue.shown(1)[0].fault, 'full');
    server.room = Infinity;
    queue.retry();
    await ended(queue);
    assert.equal(server.files.length, 100);
  });

  test('what is cancelled does not come', async () => {
    const server = new Server();
    const queue = begin(
      server,
      Array.from({ length: 50 }, (_, index) => `${index}`)
    );
    queue.cancelAll();
    await ended(queue);
    assert.equal(server.files.length, 0);
    assert.equal(queue.summary().total, 0);
  });
});
