/** What this page knows about one live document: the right of its member, and what is saved. */
import type { DocumentChange, YDocument } from '@jupyter/ydoc';
import { ISignal, Signal } from '@lumino/signaling';
import type { Transaction } from 'yjs';

import { decodeRaw, encodeRaw, isNotice, isRole, outgoing, type IRoleFrame, type Role } from './frames.js';
import { Ledger, type SaveState } from './ledger.js';
import type { ISocketObserver } from './socket.js';

/** Why a document can no longer be live here. */
export type Ending =
  /** The right to read it was withdrawn. */
  | 'withdrawn'
  /** It was deleted. */
  | 'deleted'
  /** The server will not take what this page sends. */
  | 'broken'
  /** Its history was replaced on the server; what is shown here cannot be merged. */
  | 'replaced'
  /** The right to write was withdrawn while edits were on their way; the server refused them. */
  | 'refused';

export class LiveDocument implements ISocketObserver {
  constructor(
    readonly model: YDocument<DocumentChange>,
    readonly path: string
  ) {
    // The log holds each edit: the stock flag, which is itself shared, would ask every page to save.
    Object.defineProperty(model, 'dirty', { get: () => false, set: () => undefined });
    // Editors write it past the model, at each key.
    const state = model.ydoc.getMap('state');
    const set = state.set.bind(state);
    state.set = (key, value) => (key === 'dirty' ? value : set(key, value));
    model.ydoc.on('update', this._onUpdate);
    model.disposed.connect(() => this._dispose());
  }

  /** Emitted when the role, the right to execute or the save state changes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted once when the document must be closed. */
  get ended(): ISignal<this, Ending> {
    return this._ended;
  }

  /** A sentence of the server to show. */
  get notice(): ISignal<this, string> {
    return this._notice;
  }

  /** The login session is over. */
  get loggedOut(): ISignal<this, void> {
    return this._loggedOut;
  }

  /** The object behind it, `kind:id`; '' until its room is known. */
  get ref(): string {
    return this._ref;
  }

  /** Null until the server has told. */
  /** Why the member may only read, when it is not the role. */
  get why(): string {
    return this._why;
  }

  get role(): Role | null {
    return this._role;
  }

  get canWrite(): boolean {
    return this._role !== 'reader' && this._role !== 'commenter';
  }

  get canExecute(): boolean {
    return this._execute;
  }

  get saveState(): SaveState {
    return this._ledger.state;
  }

  /** True when closing now could lose an edit of this member. */
  get pending(): boolean {
    return this.canWrite && this._ledger.pending;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  opened(socket: WebSocket): void {
    this._socket = socket;
    this._ref = refOf(socket.url);
    this._ledger.connected();
    socket.send(encodeRaw({ type: 'hello', ack: true }));
    this._emit();
  }

  received(data: Uint8Array, socket: WebSocket): void {
    const frame = decodeRaw(data);
    if (frame === null) {
      return;
    }
    if (isRole(frame)) {
      this._onRole(frame, socket);
    } else if (frame.type === 'ack') {
      this._ledger.confirmed();
      this._emit();
    } else if (isNotice(frame)) {
      this._notice.emit(frame.text);
    }
  }

  sending(data: Uint8Array): void {
    const kind = outgoing(data);
    if (kind !== 'other') {
      this._ledger.sent(kind);
      this._emit();
    }
  }

  closed(): void {
    this._socket = null;
    this._ledger.disconnected();
    this._emit();
  }

  end(ending: Ending): void {
    if (!this._hasEnded) {
      this._hasEnded = true;
      this._ended.emit(ending);
    }
  }

  sessionEnded(): void {
    this._loggedOut.emit();
  }

  private _onRole(frame: IRoleFrame, socket: WebSocket): void {
    this._ledger.confirms();
    if (this._epoch !== null && this._epoch !== frame.epoch) {
      // The stock client would merge the old history into the new one: stop before its first sync.
      socket.onmessage = null;
      this.end('replaced');
      return;
    }
    this._epoch = frame.epoch;
    const wrote = this.canWrite;
    const unsaved = this._ledger.pending;
    this._role = frame.role;
    this._execute = frame.execute;
    this._why = frame.why ?? '';
    if (wrote && !this.canWrite) {
      this._onlyRead(unsaved);
    } else if (!wrote && this.canWrite) {
      this._unveto();
      // What this page wrote as a reader was dropped: only a new exchange of states closes the gap.
      socket.close();
    }
    this._wasSynced = true;
    this._emit();
  }

  private _onlyRead(unsaved: boolean): void {
    this._veto();
    if (this._why !== '') {
      this._notice.emit(this._why);
    }
    if (this._wasSynced && unsaved) {
      this._ledger.forget();
      this.end('refused');
    }
  }

  /**
   * Everything that edits the shared model goes through the *method* `transact`; remote changes do
   * not. Undoing local edits instead would fight with the shell and resurrect deleted cells.
   */
  private _veto(): void {
    // Undo passes the veto by, so there must be nothing to undo; clearing it uses `transact`.
    this.model.clearUndoHistory();
    for (const cell of (this.model as { cells?: { clearUndoHistory(): void }[] }).cells ?? []) {
      cell.clearUndoHistory();
    }
    this.model.ydoc.transact = () => undefined as never;
  }

  private _unveto(): void {
    // The method of the class comes back.
    delete (this.model.ydoc as Partial<typeof this.model.ydoc>).transact;
  }

  private readonly _onUpdate = (_update: Uint8Array, _origin: unknown, _doc: unknown, transaction: Transaction): void => {
    if (transaction.local) {
      this._ledger.edited();
      this._emit();
    }
  };

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _dispose(): void {
    this._isDisposed = true;
    this._socket?.close();
    this.model.ydoc.off('update', this._onUpdate);
    Signal.clearData(this);
  }

  private readonly _ledger = new Ledger();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Ending>(this);
  private readonly _notice = new Signal<this, string>(this);
  private readonly _loggedOut = new Signal<this, void>(this);
  private _socket: WebSocket | null = null;
  private _ref = '';
  private _role: Role | null = null;
  private _why = '';
  private _execute = true;
  private _epoch: number | null = null;
  private _wasSynced = false;
  private _hasEnded = false;
  private _isDisposed = false;
}

/** A room is named `format:type:id`. */
function refOf(url: string): string {
  const room = decodeURIComponent(new URL(url).pathname.split('/').pop() ?? '');
  return `file:${room.slice(room.lastIndexOf(':') + 1)}`;
}
