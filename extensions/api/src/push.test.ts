import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { backoff, PushClient, WATCHDOG_MS, type IPushSocket } from './push.js';

class Socket implements IPushSocket {
  onopen: IPushSocket['onopen'] = null;
  onmessage: IPushSocket['onmessage'] = null;
  onclose: IPushSocket['onclose'] = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close(): void {
    this.isClosed = true;
  }
  open(): void {
    this.onopen?.({} as Event);
  }
  tell(frame: object | string): void {
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame);
    this.onmessage?.({ data } as MessageEvent);
  }
  cut(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

/** A clock that moves only when told. */
class Clock {
  now = 0;
  private readonly _timers = new Map<number, { at: number; call: () => void }>();
  private _last = 0;

  set = (call: () => void, ms: number): number => {
    this._timers.set(++this._last, { at: this.now + ms, call });
    return this._last;
  };
  clear = (timer: unknown): void => {
    this._timers.delete(timer as number);
  };
  advance(ms: number): void {
    this.now += ms;
    for (const [id, timer] of [...this._timers]) {
      if (timer.at <= this.now && this._timers.delete(id)) {
        timer.call();
      }
    }
  }
  get waiting(): number {
    return this._timers.size;
  }
}

const event = (seq: number): object => ({ seq, type: 'FileEdited', ref: `file:${seq}` });

describe('the push client', () => {
  let clock: Clock;
  let sockets: Socket[];
  let client: PushClient;
  let seen: string[];
  const last = (): Socket => sockets[sockets.length - 1];
  const welcome = (more: object = {}): void => {
    last().open();
    last().tell({ type: 'welcome', conn: 'c', epoch: 'e1', seq: 10, resumed: false, reset: [], ...more });
  };

  beforeEach(() => {
    clock = new Clock();
    sockets = [];
    seen = [];
    client = new PushClient({
      client: 'test',
      connect: () => {
        sockets.push(new Socket());
        return last();
      },
      random: () => 1,
      setTimer: clock.set,
      clearTimer: clock.clear
    });
    client.listen({
      event: ({ ref }) => seen.push(ref),
      reset: areas => seen.push(`reset ${areas.join()}`),
      ephemeral: (topic, values, all) => seen.push(`${topic} ${JSON.stringify(values)} ${all}`),
      topic: (topic, gained) => seen.push(`${gained ? '+' : '-'}${topic}`),
      state: state => seen.push(state)
    });
    client.start();
  });

  test('says hello without a place to resume from, then is live', () => {
    welcome();
    assert.deepEqual(last().sent, [{ type: 'hello', client: 'test', caps: [] }]);
    assert.deepEqual(seen, ['connecting', 'live']);
    assert.deepEqual(client.position, { epoch: 'e1', seq: 10 });
  });

  test('delivers each event once, in order, and resumes after the last', () => {
    welcome();
    last().tell({ type: 'ev', seq: 12, e: [event(11), event(12)] });
    last().tell({ type: 'ev', seq: 12, e: [event(12)] });
    last().cut();
    clock.advance(500);
    welcome({ resumed: true, seq: 13 });
    assert.deepEqual(last().sent[0]?.['resume'], { epoch: 'e1', seq: 12 });
    last().tell({ type: 'ev', seq: 13, e: [event(13)] });
    assert.deepEqual(
      seen.filter(word => word.startsWith('file')),
      ['file:11', 'file:12', 'file:13']
    );
    assert.ok(!seen.some(word => word.startsWith('reset')));
  });

  test('asks for everything afresh when the log could not be resumed', () => {
    welcome();
    last().cut();
    clock.advance(500);
    welcome({ epoch: 'e2', seq: 3, reset: ['files'] });
    assert.ok(seen.includes('reset files'));
    assert.deepEqual(client.position, { epoch: 'e2', seq: 3 });
  });

  test('moves its place with the heartbeat, and answers it', () => {
    welcome();
    last().tell({ type: 'hb', seq: 40, n: 0 });
    assert.equal(client.position?.seq, 40);
    assert.deepEqual(last().sent.at(-1), { type: 'hb' });
  });

  test('resumes when the heartbeat shows that a frame was lost', () => {
    welcome();
    last().tell({ type: 'hb', seq: 40, n: 1 });
    assert.equal(sockets[0]?.isClosed, true);
    clock.advance(500);
    welcome({ resumed: true });
    assert.deepEqual(last().sent[0]?.['resume'], { epoch: 'e1', seq: 10 });
  });

  test('takes a silent socket for dead, but not one that speaks', () => {
    welcome();
    clock.advance(WATCHDOG_MS - 1);
    last().tell({ type: 'hb', seq: 10, n: 0 });
    clock.advance(WATCHDOG_MS - 1);
    assert.equal(sockets.length, 1);
    assert.equal(client.state, 'live');
    clock.advance(1);
    assert.equal(client.state, 'waiting');
    clock.advance(500);
    assert.equal(sockets.length, 2);
  });

  test('waits longer after each failure, at most 30 s, and forgets it when live', () => {
    for (const ms of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      last().cut();
      clock.advance(ms - 1);
      const before = sockets.length;
      clock.advance(1);
      assert.equal(sockets.length, before + 1);
    }
    welcome();
    last().cut();
    clock.advance(500);
    assert.equal(client.state, 'connecting');
  });

  test('spreads the return: anything from nothing to the bound', () => {
    assert.equal(
      backoff(3, () => 0),
      0
    );
    assert.equal(
      backoff(3, () => 0.5),
      2000
    );
    assert.equal(
      backoff(99, () => 1),
      30_000
    );
  });

  test('comes back after a goodbye, not before it was asked to', () => {
    welcome();
    last().tell({ type: 'bye', retry_after: 5 });
    clock.advance(4999);
    assert.equal(sockets.length, 1);
    clock.advance(5001);
    assert.equal(sockets.length, 2);
  });

  test('does not return when the session has ended, nor when stopped', () => {
    welcome();
    last().cut(4401);
    assert.equal(client.state, 'ended');
    assert.equal(clock.waiting, 0);
  });

  test('follows the same objects again after a cut', () => {
    client.follow(['doc:1']);
    welcome();
    assert.deepEqual(last().sent[1], { type: 'sub', topics: ['doc:1'] });
    last().tell({ type: 'topic+', topic: 'doc:1', values: { a: 1 } });
    last().tell({ type: 'eph', topic: 'doc:1', values: { a: null } });
    last().tell({ type: 'topic-', topic: 'doc:1' });
    assert.deepEqual(seen.slice(2), ['+doc:1', 'doc:1 {"a":1} true', 'doc:1 {"a":null} false', '-doc:1']);
    last().cut();
    clock.advance(500);
    welcome({ resumed: true });
    assert.deepEqual(last().sent[1], { type: 'sub', topics: ['doc:1'] });
  });

  test('is not stopped by rubbish or by a listener that fails', context => {
    context.mock.method(console, 'error', () => undefined);
    client.listen({
      event: () => {
        throw new Error('no');
      }
    });
    welcome();
    last().tell('{');
    last().tell({ type: 'unheard of' });
    last().tell({ type: 'ev', seq: 11, e: [event(11)] });
    assert.equal(client.state, 'live');
    assert.equal(seen.at(-1), 'file:11');
  });
});
