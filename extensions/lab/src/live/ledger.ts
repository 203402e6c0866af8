/**
 * Counts the edits of this page that the server has not yet confirmed.
 * The server confirms each update message once, in order, after its commit.
 */
import type { Outgoing } from './frames.js';

export type SaveState = 'connecting' | 'saving' | 'saved' | 'offline';

export class Ledger {
  /** True when closing the page now could lose an edit. */
  get pending(): boolean {
    return this._unsent > 0 || (this._confirms && this._sent > this._confirmed);
  }

  get state(): SaveState {
    if (!this._connected) {
      return this._everConnected ? 'offline' : 'connecting';
    }
    return this.pending ? 'saving' : 'saved';
  }

  connected(): void {
    this._connected = this._everConnected = true;
    this._sent = this._confirmed = 0;
    this._confirms = false;
  }

  /** What was on the wire may or may not have arrived: the next step 2 tells. */
  disconnected(): void {
    this._unsent += this._sent - this._confirmed;
    this._sent = this._confirmed = 0;
    this._connected = false;
  }

  /** The server of this connection is ours and will confirm; a stock one never does. */
  confirms(): void {
    this._confirms = true;
  }

  /** An edit made here; the frame that carries it, if there is a connection, follows. */
  edited(): void {
    this._unsent += 1;
  }

  sent(kind: Outgoing): void {
    if (kind === 'update') {
      this._unsent = Math.max(0, this._unsent - 1);
    } else if (kind === 'step2' || kind === 'empty-step2') {
      // A step 2 carries all that the server lacks.
      this._unsent = 0;
    }
    if (kind === 'step2' || kind === 'update') {
      this._sent += 1;
    }
  }

  confirmed(): void {
    this._confirmed = Math.min(this._confirmed + 1, this._sent);
  }

  /** Forget what will never be confirmed, because the server refuses our edits now. */
  forget(): void {
    this._unsent = 0;
    this._sent = this._confirmed = 0;
  }

  private _connected = false;
  private _everConnected = false;
  private _confirms = false;
  private _unsent = 0;
  private _sent = 0;
  private _confirmed = 0;
}
