/** The line in the status bar: who writes where in the document at hand; told to screen readers now and then. */
import type { IStatusBar } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { Colleagues } from './colleagues.js';
import { writing } from './words.js';

/** A voice that told each pause of each colleague would leave no word for the document. */
const TOLD_EVERY_MS = 10_000;
const SAME_AGAIN_MS = 60_000;

export class Writing extends Widget {
  constructor(private readonly _words: TranslationBundle) {
    super();
    this.addClass('opw-Writing');
    this._voice.className = 'opw-visuallyHidden';
    this._voice.setAttribute('role', 'status');
    document.body.append(this._voice);
  }

  register(bar: IStatusBar): void {
    bar.registerStatusItem('openpaas-writing', {
      item: this,
      align: 'left',
      rank: 900,
      isActive: () => this._text !== '',
      activeStateChanged: this._changed
    });
  }

  /** Tell of this document from now on. */
  watch(colleagues: Colleagues | undefined): void {
    if (colleagues !== this._colleagues) {
      this._colleagues?.changed.disconnect(this._look, this);
      this._colleagues = colleagues;
      colleagues?.changed.connect(this._look, this);
      this._look();
    }
  }

  private _look(): void {
    const text = this._colleagues === undefined ? '' : writing(this._colleagues, this._words);
    if (text !== this._text) {
      this._text = text;
      this.node.textContent = text;
      this._changed.emit();
      this._tell(text);
    }
  }

  private _tell(text: string): void {
    const since = Date.now() - this._toldAt;
    if (text !== '' && since > (text === this._told ? SAME_AGAIN_MS : TOLD_EVERY_MS)) {
      this._told = text;
      this._toldAt = Date.now();
      this._voice.textContent = text;
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _voice = document.createElement('div');
  private _colleagues: Colleagues | undefined;
  private _text = '';
  private _told = '';
  private _toldAt = 0;
}
