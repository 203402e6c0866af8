/** Other parts of the page ask here what the member may do in a document, and what is saved. */
import { Token } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import type { LiveDocument } from './document.js';

export interface ILiveDocuments extends Iterable<LiveDocument> {
  /** The live document behind a shared model, if it is live. */
  of(model: unknown): LiveDocument | undefined;
  readonly added: ISignal<ILiveDocuments, LiveDocument>;
}

export const ILiveDocuments = new Token<ILiveDocuments>(
  '@openpaas/lab:ILiveDocuments',
  'The documents that are live in this page, with the right of the member and what is saved'
);

export class LiveDocuments implements ILiveDocuments {
  readonly added = new Signal<this, LiveDocument>(this);

  add(live: LiveDocument): void {
    this._all.set(live.model, live);
    live.model.disposed.connect(() => this._all.delete(live.model));
    this.added.emit(live);
  }

  of(model: unknown): LiveDocument | undefined {
    return this._all.get(model);
  }

  [Symbol.iterator](): Iterator<LiveDocument> {
    return this._all.values();
  }

  private readonly _all = new Map<unknown, LiveDocument>();
}
