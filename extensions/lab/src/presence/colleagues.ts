/** The others in one document: who is there as the server tells, where they are, who writes. */
import type { IMember, IPresent, IWorkspace } from '@openpaas/base';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Transaction } from 'yjs';

import type { LiveDocument } from '../live/document.js';
import { Scripts, type IScript } from './scripts.js';
import { cellsOf, placeOf, type IPlace } from './where.js';

export interface IColleague {
  person: IMember | IScript;
  state: IPresent['state'];
  place: IPlace | null;
}

/** Who has written nothing for so long writes no more. */
const WRITES_FOR_MS = 3000;
const REFRESH_MS = 100;

interface IAwarenessChange {
  added: number[];
  updated: number[];
  removed: number[];
}

export class Colleagues {
  constructor(
    readonly live: LiveDocument,
    private readonly _workspace: IWorkspace
  ) {
    this._scripts = new Scripts(_workspace, () => this._soon());
    this._unfollow = _workspace.presence.follow([live.ref]);
    _workspace.presence.changed.connect(this._heard, this);
    _workspace.directory.changed.connect(this._soon, this);
    live.model.awareness.on('change', this._moved);
    live.model.ydoc.on('afterTransaction', this._written);
    _workspace.directory.me().then(
      me => {
        this._me = me.id;
        this._soon();
      },
      () => undefined
    );
  }

  /** Somebody came, left, moved, or writes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The others here; those who look at it first, then by name. */
  list(): IColleague[] {
    if (this._me === '' || this._isDisposed) {
      return [];
    }
    const found = this._workspace.presence.of(this.live.ref).flatMap(({ id, state }) => {
      const person = id === this._me ? undefined : (this._workspace.directory.get(id) ?? this._scripts.get(id));
      return person === undefined ? [] : [{ person, state, place: this._placeOf(person.username) }];
    });
    return found.sort(
      (a, b) =>
        Number(a.state === 'away') - Number(b.state === 'away') ||
        a.person.display_name.localeCompare(b.person.display_name, this._workspace.locale)
    );
  }

  find(id: string): IColleague | undefined {
    return this.list().find(one => one.person.id === id);
  }

  /** Those who write now. */
  writers(): IColleague[] {
    const now = Date.now();
    return this.list().filter(one => (this._writers.get(one.person.username)?.until ?? 0) > now);
  }

  /** The number of the cell in which somebody writes, as it is now. */
  cellOf(writer: IColleague): number | undefined {
    const text = this._writers.get(writer.person.username)?.text;
    const index = cellsOf(this.live.model)?.findIndex(cell => cell.ysource === text) ?? -1;
    return index >= 0 ? index + 1 : undefined;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._unfollow();
      clearTimeout(this._timer);
      clearTimeout(this._quiet);
      this.live.model.awareness.off('change', this._moved);
      this.live.model.ydoc.off('afterTransaction', this._written);
      Signal.clearData(this);
    }
  }

  /** Of several windows the one that moved last. */
  private _placeOf(username: string): IPlace | null {
    let best: IPlace | null = null;
    let latest = -1;
    for (const [client, state] of this.live.model.awareness.getStates() as Map<number, Record<string, unknown>>) {
      const moved = this._lastMoves.get(client) ?? 0;
      if (moved > latest && usernameOf(state) === username) {
        const place = placeOf(state, this.live.model);
        if (place !== null) {
          best = place;
          latest = moved;
        }
      }
    }
    return best;
  }

  private _heard(_: unknown, refs: ReadonlySet<string>): void {
    if (refs.has(this.live.ref)) {
      this._soon();
    }
  }

  private readonly _moved = ({ added, updated, removed }: IAwarenessChange): void => {
    [...added, ...updated].forEach(client => this._lastMoves.set(client, ++this._moves));
    removed.forEach(client => this._lastMoves.delete(client));
    this._soon();
  };

  /** A text that another has changed; when several wrote at once it is not known who wrote where. */
  private readonly _written = (transaction: Transaction): void => {
    if (transaction.local) {
      return;
    }
    const authors = [...transaction.afterState.keys()].filter(
      client => transaction.beforeState.get(client) !== transaction.afterState.get(client)
    );
    const text = textOf([...transaction.changed.keys()], this.live);
    const states = this.live.model.awareness.getStates() as Map<number, Record<string, unknown>>;
    const writer = authors.length === 1 ? usernameOf(states.get(authors[0])) : undefined;
    if (writer !== undefined && text !== undefined) {
      this._writers.set(writer, { until: Date.now() + WRITES_FOR_MS, text });
      clearTimeout(this._quiet);
      this._quiet = setTimeout(() => this._soon(), WRITES_FOR_MS + 10);
      this._soon();
    }
  };

  private _soon(): void {
    if (!this._isDisposed) {
      this._timer ??= setTimeout(() => {
        this._timer = undefined;
        this._changed.emit();
      }, REFRESH_MS);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _scripts: Scripts;
  private readonly _unfollow: () => void;
  private readonly _writers = new Map<string, { until: number; text: unknown }>();
  private readonly _lastMoves = new Map<number, number>();
  private _moves = 0;
  private _me = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _quiet: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

/** The name that the server has stamped on a state. */
function usernameOf(state: Record<string, unknown> | undefined): string | undefined {
  const user = state?.['user'] as { username?: unknown } | undefined;
  return typeof user?.username === 'string' ? user.username : undefined;
}

/** The one text among what changed: outputs, metadata and moved cells are not written by hand. */
function textOf(changed: unknown[], live: LiveDocument): unknown {
  const cells = cellsOf(live.model);
  if (cells === undefined) {
    const { ysource } = live.model as unknown as { ysource?: unknown };
    return changed.includes(ysource) ? ysource : undefined;
  }
  return cells.find(cell => changed.includes(cell.ysource))?.ysource;
}
