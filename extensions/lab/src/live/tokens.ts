/** Other parts of the page ask here what the member may do in a document, and what is saved. */
import { Token } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import type { Widget } from '@lumino/widgets';

import type { LiveDocument } from './document.js';
import type { SaveState } from './ledger.js';

/** A document that is live without a room, such as a sheet. */
export interface IKept {
  /** The object behind it, `kind:id`. */
  readonly ref: string;
  readonly saveState: SaveState;
  /** True when closing the page now could lose an edit. */
  readonly pending: boolean;
  readonly changed: ISignal<unknown, void>;
  /** `session`: the login session is over. */
  readonly ended: ISignal<unknown, string>;
}

export interface ILiveDocuments extends Iterable<LiveDocument> {
  /** The live document behind a shared model, if it is live. */
  of(model: unknown): LiveDocument | undefined;
  readonly added: ISignal<ILiveDocuments, LiveDocument>;
  /** A view whose document keeps edits by itself, until the view is gone. */
  keep(view: Widget, kept: IKept): void;
  keptBy(view: Widget | null): IKept | undefined;
  kept(): IKept[];
  readonly keptAdded: ISignal<ILiveDocuments, IKept>;
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

  readonly keptAdded = new Signal<this, IKept>(this);

  keep(view: Widget, kept: IKept): void {
    this._kept.set(view, kept);
    view.disposed.connect(() => this._kept.delete(view));
    this.keptAdded.emit(kept);
  }

  keptBy(view: Widget | null): IKept | undefined {
    return view === null ? undefined : this._kept.get(view);
  }

  kept(): IKept[] {
    return [...this._kept.values()];
  }

  [Symbol.iterator](): Iterator<LiveDocument> {
    return this._all.values();
  }

  private readonly _kept = new Map<Widget, IKept>();
  private readonly _all = new Map<unknown, LiveDocument>();
}
