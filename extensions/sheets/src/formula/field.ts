/** A field for what a cell holds: references have their colours, and functions are offered while one types. */
import { Signal } from '@lumino/signaling';

import { quotedRef } from './pick.js';
import { refsOf, wordAt } from './refs.js';
import { Suggestions } from './suggestions.js';

/** Keys that with Ctrl belong to whoever writes. */
const WRITING = 'abcdiuvxyz';

export interface IFieldWords {
  field: string;
  functions: string;
}

export class FormulaField {
  constructor(words: IFieldWords, names: readonly string[]) {
    this.node = document.createElement('div');
    this.node.className = 'opw-Formula';
    this._mirror = document.createElement('div');
    this._mirror.className = 'opw-Formula-mirror';
    this._mirror.setAttribute('aria-hidden', 'true');
    this.input = document.createElement('textarea');
    this.input.className = 'opw-Formula-input';
    this.input.rows = 1;
    this.input.spellcheck = false;
    this.input.autocomplete = 'off';
    this.input.setAttribute('aria-label', words.field);
    this.input.setAttribute('autocapitalize', 'off');
    this.node.append(this._mirror, this.input);
    this._suggestions = new Suggestions(this.input, words.functions, names);
    this._suggestions.chosen.connect((_, name) => this._complete(name));
    this.input.addEventListener('input', () => {
      this._picked = null;
      this._show();
      this._suggest();
      this.typed.emit();
    });
    this.input.addEventListener('scroll', () => this._follow());
    this.input.addEventListener('keydown', event => this._key(event));
    this.input.addEventListener('blur', () => this._suggestions.hide());
  }

  readonly node: HTMLElement;
  readonly input: HTMLTextAreaElement;
  /** Another text, by hand or by a click on cells. */
  readonly typed: Signal<FormulaField, void> = new Signal<FormulaField, void>(this);
  /** A key that the field itself does not take. */
  readonly keyed: Signal<FormulaField, KeyboardEvent> = new Signal<FormulaField, KeyboardEvent>(this);

  get text(): string {
    return this.input.value;
  }

  set text(text: string) {
    if (this.input.value !== text) {
      this.input.value = text;
      this._picked = null;
    }
    this._show();
  }

  /** In pixels, of the longest line. */
  get textWidth(): number {
    const range = document.createRange();
    range.selectNodeContents(this._mirror);
    return Math.ceil(range.getBoundingClientRect().width);
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
    this.input.setSelectionRange(this.text.length, this.text.length);
  }

  /** Put a reference in at the caret, or in place of the one that was just put in; without one the text stays. False where none fits. */
  pick(name: () => string | undefined, fits: (text: string, caret: number) => boolean): boolean {
    const caret = this.input.selectionStart;
    const place = this._picked ?? (fits(this.text, caret) ? { start: caret, end: this.input.selectionEnd } : null);
    if (place === null) {
      return false;
    }
    const ref = name();
    if (ref === undefined) {
      return true;
    }
    const { text, end } = quotedRef(this.text, place, ref);
    this.input.value = text;
    this._picked = { start: place.start, end };
    this.input.setSelectionRange(end, end);
    this._show();
    this.typed.emit();
    return true;
  }

  dispose(): void {
    this._suggestions.dispose();
    Signal.clearData(this);
  }

  private _key(event: KeyboardEvent): void {
    // The page has shortcuts of its own; here one writes. Ctrl+S and its kind stay the page's.
    if (!(event.ctrlKey || event.metaKey) || WRITING.includes(event.key.toLowerCase())) {
      event.stopPropagation();
    }
    if (event.isComposing || this._suggestions.key(event)) {
      return;
    }
    if (event.key === 'F4' && this._fix()) {
      event.preventDefault();
      return;
    }
    this.keyed.emit(event);
  }

  /** `A1`, `$A$1`, `A$1`, `$A1`, and again. */
  private _fix(): boolean {
    const caret = this.input.selectionStart;
    const ref = refsOf(this.text).find(one => caret >= one.start && caret <= one.end);
    if (ref === undefined) {
      return false;
    }
    const next = ref.text.replace(/(\$?)([A-Z]{1,3})(\$?)(\d+)/gi, (_all, column: string, name: string, row: string, line: string) => {
      const step = (column ? 1 : 0) + (row ? 2 : 0);
      return { 0: `$${name}$${line}`, 3: `${name}$${line}`, 2: `$${name}${line}`, 1: `${name}${line}` }[step] ?? '';
    });
    this.input.setRangeText(next, ref.start, ref.end, 'end');
    this._show();
    this.typed.emit();
    return true;
  }

  private _suggest(): void {
    const found = wordAt(this.text, this.input.selectionStart);
    this._suggestions.show(found?.word ?? '');
  }

  private _complete(name: string): void {
    const caret = this.input.selectionStart;
    const found = wordAt(this.text, caret);
    if (found !== undefined) {
      const open = this.text[caret] === '(' ? '' : '(';
      this.input.setRangeText(`${name}${open}`, found.start, caret, 'end');
      this._show();
      this.typed.emit();
    }
  }

  private _show(): void {
    const text = this.input.value;
    const parts: Node[] = [];
    let at = 0;
    for (const ref of refsOf(text)) {
      const mark = document.createElement('span');
      mark.className = `opw-ref-${ref.color}`;
      mark.textContent = ref.text;
      parts.push(document.createTextNode(text.slice(at, ref.start)), mark);
      at = ref.end;
    }
    this._mirror.replaceChildren(...parts, document.createTextNode(`${text.slice(at)}\u200b`));
    this._follow();
  }

  private _follow(): void {
    this._mirror.scrollLeft = this.input.scrollLeft;
    this._mirror.scrollTop = this.input.scrollTop;
  }

  private readonly _mirror: HTMLElement;
  private readonly _suggestions: Suggestions;
  private _picked: { start: number; end: number } | null = null;
}
