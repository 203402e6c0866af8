/** The stock provider of a document, taught our right, our confirmations and our close codes. */
import { WebSocketProvider } from '@jupyter/docprovider';
import type { PromiseDelegate } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { LiveDocument } from './document.js';

/** The parts of the stock class, of the pinned release, that have no public name. */
interface IStock {
  _onConnectionClosed(event: CloseEvent): Promise<void>;
  _clearLoadTimeout(): void;
  _onSync: (synced: boolean) => void;
  _ready: PromiseDelegate<void>;
  _hasSynced: boolean;
}

export interface ILiveProviderOptions extends WebSocketProvider.IOptions {
  live: LiveDocument;
  words: TranslationBundle;
}

const CODE_REPLACED = 1003;
const CODE_BAD_REQUEST = 4400;
const CODE_SESSION_ENDED = 4401;
const CODE_WITHDRAWN = 4403;
const CODE_NOT_FOUND = 4404;
/** A connection that ends sooner has not helped: the next one waits longer. */
const LASTING_MS = 5000;
/** So many refusals of what the page sends, one after the other, are no accident. */
const MOST_REFUSALS = 3;

export class LiveProvider extends WebSocketProvider {
  constructor(options: ILiveProviderOptions) {
    super(options);
    this._live = options.live;
    this._words = options.words;
    this._closedStock = this._stock._onConnectionClosed;
    this._stock._onConnectionClosed = async event => this._closed(event);
    this._stock._onSync = synced => synced && this._synced();
    this._live.ended.connect(() => this.leave());
  }

  /** Ask for the file to be written now. A reader has nothing to save; offline it waits its turn. */
  override async save(): Promise<void> {
    if (this._live.canWrite && this.wsProvider?.wsconnected) {
      await super.save();
    }
  }

  /** Stop for good; what is shown stays shown. */
  leave(): void {
    this._stock._clearLoadTimeout();
    this.wsProvider?.disconnect();
  }

  /** The server would not open the document: say why in place of the endless loading. */
  refuse(sentence: string): void {
    if (!this._stock._hasSynced && !this.isDisposed) {
      this._stock._clearLoadTimeout();
      this._stock._ready.reject(sentence);
      this._live.model.dispose();
    }
  }

  /** As in stock, without writing the name of the room into the document: to look at it is not to edit it. */
  private _synced(): void {
    this._stock._hasSynced = true;
    this._stock._clearLoadTimeout();
    this.wsProvider?.off('sync', this._stock._onSync);
    this._stock._ready.resolve();
  }

  private async _closed(event: CloseEvent): Promise<void> {
    this._slowDown();
    switch (event.code) {
      case CODE_REPLACED:
        return this._live.end('replaced');
      case CODE_SESSION_ENDED:
        return this._live.sessionEnded();
      case CODE_WITHDRAWN:
        this.refuse(this._words.__('You no longer have access to this document.'));
        return this._live.end('withdrawn');
      case CODE_NOT_FOUND:
        await this._closedStock(event);
        return this._live.end('deleted');
      case CODE_BAD_REQUEST:
        await this._closedStock(event);
        return this._quickEnds >= MOST_REFUSALS ? this._live.end('broken') : undefined;
      default:
        return this._closedStock(event);
    }
  }

  /** The stock back-off starts again at each connection, also at one that is closed at once. */
  private _slowDown(): void {
    const now = Date.now();
    this._quickEnds = now - this._lastEnd < LASTING_MS ? this._quickEnds + 1 : 0;
    this._lastEnd = now;
    if (this.wsProvider !== null) {
      this.wsProvider.wsUnsuccessfulReconnects = this._quickEnds;
    }
  }

  private get _stock(): IStock {
    return this as unknown as IStock;
  }

  private readonly _live: LiveDocument;
  private readonly _words: TranslationBundle;
  private readonly _closedStock: IStock['_onConnectionClosed'];
  private _quickEnds = 0;
  private _lastEnd = 0;
}
