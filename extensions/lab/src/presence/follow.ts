/** Follow a colleague: the view goes where theirs goes, until its reader does something of their own. */
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@openpaas/base';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Colleagues, IColleague } from './colleagues.js';
import { align, reveal } from './reveal.js';
import type { IPlace } from './where.js';

const FOLLOWING = 'opw-mod-following';
/** What a reader does of their own: scroll, touch, click, type. */
const OWN = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock']);
const FAREWELL_MS = 4000;

export class Follow {
  constructor(
    private readonly _widget: IDocumentWidget,
    private readonly _colleagues: Colleagues,
    private readonly _words: TranslationBundle
  ) {
    _colleagues.changed.connect(() => this._go());
  }

  /** Who is followed, or null. */
  get following(): string | null {
    return this._id;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  start(id: string): void {
    const one = this._colleagues.find(id);
    if (one === undefined) {
      return;
    }
    this.stop();
    this._id = id;
    this._place = {};
    const { node } = this._widget;
    node.style.setProperty('--opw-person', one.person.color);
    node.classList.add(FOLLOWING);
    this._say(this._words.__('You are following %1 — Esc to stop', one.person.display_name), true);
    OWN.forEach(type => this._widget.content.node.addEventListener(type, this._own, { capture: true, passive: true }));
    document.addEventListener('keydown', this._escape, { capture: true });
    this._changed.emit();
    this._go();
  }

  stop(): void {
    if (this._id !== null) {
      this._id = null;
      this._pill?.remove();
      this._widget.node.classList.remove(FOLLOWING);
      OWN.forEach(type => this._widget.content.node.removeEventListener(type, this._own, { capture: true }));
      document.removeEventListener('keydown', this._escape, { capture: true });
      this._changed.emit();
    }
  }

  dispose(): void {
    this.stop();
    clearTimeout(this._farewell);
    Signal.clearData(this);
  }

  private _go(): void {
    if (this._id === null) {
      return;
    }
    const one = this._colleagues.find(this._id);
    if (one === undefined) {
      this._gone();
      return;
    }
    this._last = one;
    if (one.place !== null) {
      this._goTo(one.place);
    }
  }

  /** The caret leads; who only scrolls leads by what is on top. */
  private _goTo(place: IPlace): void {
    const before = this._place;
    this._place = place;
    const hasCaret = place.cell !== undefined || place.offset !== undefined;
    if (hasCaret && (place.cell !== before.cell || place.offset !== before.offset)) {
      void reveal(this._widget.content, place);
    } else if (place.top !== undefined && place.top !== before.top) {
      void align(this._widget.content, place.top);
    }
  }

  private _gone(): void {
    const name = this._last?.person.display_name ?? '';
    this.stop();
    this._say(this._words.__('%1 has left', name), false);
    clearTimeout(this._farewell);
    this._farewell = setTimeout(() => this._id ?? this._pill?.remove(), FAREWELL_MS);
  }

  /** The line above the document; a screen reader hears it. */
  private _say(sentence: string, stoppable: boolean): void {
    this._pill?.remove();
    const pill = document.createElement('div');
    pill.className = 'opw-Follow';
    const text = document.createElement('span');
    text.setAttribute('role', 'status');
    pill.append(text);
    if (stoppable) {
      const stop = document.createElement('button');
      stop.type = 'button';
      stop.className = 'opw-Follow-stop';
      stop.title = this._words.__('Stop following');
      stop.setAttribute('aria-label', stop.title);
      stop.innerHTML = closeIcon.svgstr;
      stop.addEventListener('click', () => this.stop());
      pill.append(stop);
    }
    pill.style.top = `${this._widget.content.node.offsetTop + 8}px`;
    this._widget.node.append(pill);
    this._pill = pill;
    // A live region tells what is put into it, not what it is born with.
    requestAnimationFrame(() => (text.textContent = sentence));
  }

  private readonly _own = (event: Event): void => {
    if (!(event instanceof KeyboardEvent && MODIFIERS.has(event.key))) {
      this.stop();
    }
  };

  private readonly _escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this._widget.isVisible) {
      event.preventDefault();
      event.stopPropagation();
      this.stop();
    }
  };

  private readonly _changed = new Signal<this, void>(this);
  private _id: string | null = null;
  private _last: IColleague | undefined;
  private _pill: HTMLElement | undefined;
  private _place: IPlace = {};
  private _farewell: ReturnType<typeof setTimeout> | undefined;
}
