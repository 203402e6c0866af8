/** Tells the others where the reader of this view is: the cell at hand and what is on top of the window. */
import { Throttler } from '@lumino/polling';
import type { Widget } from '@lumino/widgets';

import type { LiveDocument } from '../live/document.js';
import { isNotebook, stand } from './reveal.js';
import type { IWhere } from './where.js';

/** Often enough to be followed, seldom enough for a room of fifty. */
const EVERY_MS = 500;

export class Beacon {
  constructor(
    private readonly _content: Widget,
    private readonly _live: LiveDocument
  ) {
    this._tell = new Throttler(() => this._shine(), { limit: EVERY_MS, edge: 'trailing' });
    _content.node.addEventListener('scroll', this._moved, { capture: true, passive: true });
    if (isNotebook(_content)) {
      _content.activeCellChanged.connect(this._moved);
    }
    _live.model.awareness.on('change', this._others);
    this._moved();
  }

  dispose(): void {
    this._tell.dispose();
    this._content.node.removeEventListener('scroll', this._moved, { capture: true });
    this._live.model.awareness.off('change', this._others);
  }

  private readonly _moved = (): void => void this._tell.invoke();

  /** Who was alone had nobody to tell. */
  private readonly _others = ({ added }: { added: number[] }): void => {
    if (added.length > 0) {
      this._moved();
    }
  };

  private _shine(): void {
    const { awareness, isDisposed } = this._live.model;
    if (isDisposed || this._content.isDisposed || !this._content.isVisible || awareness.getStates().size < 2) {
      return;
    }
    const now = stand(this._content);
    if (now.cell !== this._last.cell || now.top !== this._last.top || !this._said) {
      this._last = now;
      this._said = true;
      awareness.setLocalStateField('where', now);
    }
  }

  private readonly _tell: Throttler;
  private _last: IWhere = {};
  private _said = false;
}
