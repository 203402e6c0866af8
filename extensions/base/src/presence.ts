/**
 * Who is where now, as the server knows it from open sockets. A person in three windows is one person;
 * the server tells only of objects that the member may read.
 */
import type { PushClient } from '@openpaas/api';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

export interface IPresent {
  /** The member's id. */
  id: string;
  /** Away: the object is open, but nobody looks at it, or nobody has touched it for some minutes. */
  state: 'active' | 'away';
}

/** Those who are anywhere in the workspace. */
const ONLINE = 'workspace:online';
const KEY = /^present:(.+)$/;
/** What the server lets one window follow is shared with others. */
const MOST_FOLLOWED = 150;
const SETTLE_MS = 50;
/** A cut that ends sooner changes no face. */
const FORGOTTEN_AFTER_MS = 10_000;

export class Presence {
  constructor(private readonly _push: PushClient) {
    this._again = new Debouncer(() => this._subscribe(), SETTLE_MS);
    _push.listen({
      ephemeral: (topic, values, all) => this._hear(topic, values, all),
      topic: (topic, gained) => void (gained || this._forget([topic])),
      state: state => this._connected(state === 'live')
    });
  }

  /** Those objects (`kind:id`) in which somebody came, left or changed. */
  get changed(): ISignal<this, ReadonlySet<string>> {
    return this._changed;
  }

  /** Who is in an object that is followed; those who look at it first. */
  of(ref: string): IPresent[] {
    const found = [...(this._present.get(ref) ?? [])].map(([id, state]) => ({ id, state }));
    return found.sort((a, b) => (a.state === b.state ? compare(a.id, b.id) : a.state === 'active' ? -1 : 1));
  }

  /** Who is anywhere in the workspace; those at work first. Heard of once somebody has asked. */
  online(): IPresent[] {
    if (!this._asked) {
      this._asked = true;
      this.follow([ONLINE]);
    }
    return this.of(ONLINE);
  }

  /** How a member is, wherever: undefined for who is not here. */
  state(id: string): IPresent['state'] | undefined {
    this.online();
    return this._present.get(ONLINE)?.get(id);
  }

  /** Hear who is in these objects, until the answer is called. Of very many only the last are heard. */
  follow(refs: string[]): () => void {
    for (const ref of refs) {
      const count = this._wanted.get(ref) ?? 0;
      this._wanted.delete(ref);
      this._wanted.set(ref, count + 1);
    }
    void this._again.invoke();
    let held = true;
    return () => {
      if (held) {
        held = false;
        refs.forEach(ref => this._release(ref));
        void this._again.invoke();
      }
    };
  }

  private _release(ref: string): void {
    const count = this._wanted.get(ref) ?? 0;
    if (count > 1) {
      this._wanted.set(ref, count - 1);
    } else {
      this._wanted.delete(ref);
    }
  }

  private _subscribe(): void {
    const last = [...this._wanted.keys()].filter(ref => ref !== ONLINE).slice(-MOST_FOLLOWED);
    const wanted = new Set(this._wanted.has(ONLINE) ? [ONLINE, ...last] : last);
    const ended = [...this._followed].filter(ref => !wanted.has(ref));
    const begun = [...wanted].filter(ref => !this._followed.has(ref));
    this._followed = wanted;
    if (ended.length > 0) {
      this._push.unfollow(ended);
      this._forget(ended);
    }
    if (begun.length > 0) {
      this._push.follow(begun);
    }
  }

  private _hear(topic: string, values: Record<string, unknown>, all: boolean): void {
    if (!this._followed.has(topic)) {
      return;
    }
    const before = this._present.get(topic);
    const now = new Map(all ? [] : before);
    for (const [key, value] of Object.entries(values)) {
      const id = KEY.exec(key)?.[1];
      if (id !== undefined) {
        const state = stateOf(value);
        if (state === undefined) {
          now.delete(id);
        } else {
          now.set(id, state);
        }
      }
    }
    if (!same(before, now)) {
      this._present.set(topic, now);
      this._changed.emit(new Set([topic]));
    }
  }

  private _forget(refs: string[]): void {
    const known = new Set(refs.filter(ref => this._present.delete(ref)));
    if (known.size > 0) {
      this._changed.emit(known);
    }
  }

  /** Who cannot hear does not know: after a while nobody is shown, rather than who was there once. */
  private _connected(live: boolean): void {
    if (live) {
      clearTimeout(this._cut);
      this._cut = undefined;
    } else {
      this._cut ??= setTimeout(() => this._forget([...this._present.keys()]), FORGOTTEN_AFTER_MS);
    }
  }

  private readonly _again: Debouncer;
  private readonly _changed = new Signal<this, ReadonlySet<string>>(this);
  private readonly _present = new Map<string, Map<string, IPresent['state']>>();
  private readonly _wanted = new Map<string, number>();
  private _followed: ReadonlySet<string> = new Set();
  private _asked = false;
  private _cut: ReturnType<typeof setTimeout> | undefined;
}

function stateOf(value: unknown): IPresent['state'] | undefined {
  const state = typeof value === 'object' && value !== null && 'state' in value ? value.state : undefined;
  return state === 'active' || state === 'away' ? state : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function same(before: Map<string, string> | undefined, now: Map<string, string>): boolean {
  return (before?.size ?? 0) === now.size && [...now].every(([id, state]) => before?.get(id) === state);
}
