import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { type IPushListener, type PushClient } from '@openpaas/api';

import { Presence } from './presence.js';

class Push {
  listener: IPushListener = {};
  readonly calls: [string, string[]][] = [];

  listen(listener: IPushListener): () => void {
    this.listener = listener;
    return () => undefined;
  }
  follow(topics: string[]): void {
    this.calls.push(['follow', topics]);
  }
  unfollow(topics: string[]): void {
    this.calls.push(['unfollow', topics]);
  }
  tell(topic: string, values: Record<string, unknown>, all = false): void {
    this.listener.ephemeral?.(topic, values, all);
  }
}

const settle = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 80));
const here = (state = 'active'): object => ({ state });

describe('who is where', () => {
  let push: Push;
  let presence: Presence;

  beforeEach(() => {
    push = new Push();
    presence = new Presence(push as unknown as PushClient);
  });

  test('is told for what is followed, each person once, those at work first', async () => {
    presence.follow(['file:a']);
    await settle();
    push.tell('file:a', { 'present:bob': here('away'), 'present:carol': here(), 'typing:x:y': true }, true);
    push.tell('file:a', { 'present:carol': here() });
    push.tell('file:b', { 'present:bob': here() });
    assert.deepEqual(presence.of('file:a'), [
      { id: 'carol', state: 'active' },
      { id: 'bob', state: 'away' }
    ]);
    assert.deepEqual(presence.of('file:b'), []);
    push.tell('file:a', { 'present:carol': null });
    assert.deepEqual(presence.of('file:a'), [{ id: 'bob', state: 'away' }]);
  });

  test('tells of changes, and only of changes', async () => {
    let changes = 0;
    presence.changed.connect(() => void changes++);
    presence.follow(['file:a']);
    await settle();
    push.tell('file:a', {}, true);
    assert.equal(changes, 0);
    push.tell('file:a', { 'present:bob': here() }, true);
    push.tell('file:a', { 'present:bob': here() }, true);
    assert.equal(changes, 1);
  });

  test('follows once for many, and ends with the last', async () => {
    const first = presence.follow(['file:a']);
    const second = presence.follow(['file:a', 'file:b']);
    await settle();
    assert.deepEqual(push.calls, [['follow', ['file:a', 'file:b']]]);
    first();
    first();
    await settle();
    assert.equal(push.calls.length, 1);
    push.tell('file:a', { 'present:bob': here() }, true);
    second();
    await settle();
    assert.deepEqual(push.calls[1], ['unfollow', ['file:a', 'file:b']]);
    assert.deepEqual(presence.of('file:a'), []);
  });

  test('is bounded: of very many the last are heard, and who is online always', async () => {
    presence.online();
    presence.follow(Array.from({ length: 1000 }, (_, n) => `file:${n}`));
    await settle();
    const [, followed] = push.calls[0];
    assert.equal(followed.length, 151);
    assert.equal(followed[0], 'workspace:online');
    assert.equal(followed[150], 'file:999');
  });

  test('is empty for what may not be seen any more', async () => {
    presence.follow(['file:a']);
    await settle();
    push.tell('file:a', { 'present:bob': here() }, true);
    push.listener.topic?.('file:a', false);
    assert.deepEqual(presence.of('file:a'), []);
  });

  test('knows rubbish when it hears it', async () => {
    presence.follow(['file:a']);
    await settle();
    push.tell('file:a', { 'present:bob': 'active', 'present:eve': { state: 'dancing' }, 'present:': here() }, true);
    assert.deepEqual(presence.of('file:a'), []);
  });
});
