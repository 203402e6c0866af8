/** A short list of functions below a field: arrows choose, Tab or Enter take. */
import { Signal } from '@lumino/signaling';

import { suggest } from './functions.js';

let made = 0;

export class Suggestions {
  constructor(
    private readonly _input: HTMLTextAreaElement,
    label: string,
    private readonly _names: readonly string[]
  ) {
    this._list = document.createElement('div');
    this._list.className = 'opw-Suggestions';
    this._list.id = `opw-suggestions-${++made}`;
    this._list.hidden = true;
    this._list.setAttribute('role', 'listbox');
    this._list.setAttribute('aria-label', label);
    this._list.addEventListener('pointerdown', event => {
      event.preventDefault();
      const item = (event.target as Element).closest<HTMLElement>('[role=option]');
      this._take(item?.textContent ?? '');
    });
  }

  readonly chosen: Signal<Suggestions, string> = new Signal<Suggestions, string>(this);

  show(word: string): void {
    const found = word === '' ? [] : suggest(this._names, word);
    if (found.length === 0 || (found.length === 1 && found[0] === word.toUpperCase())) {
      this.hide();
      return;
    }
    this._at = 0;
    this._list.replaceChildren(...found.map((name, index) => this._option(name, index)));
    document.body.append(this._list);
    this._list.hidden = false;
    const box = this._input.getBoundingClientRect();
    this._list.style.left = `${Math.min(box.left, window.innerWidth - 230)}px`;
    const below = window.innerHeight - box.bottom > 240;
    this._list.style.top = below ? `${box.bottom + 4}px` : '';
    this._list.style.bottom = below ? '' : `${window.innerHeight - box.top + 4}px`;
    this._input.setAttribute('aria-controls', this._list.id);
    this._mark();
  }

  hide(): void {
    this._list.hidden = true;
    this._list.remove();
    ['aria-controls', 'aria-activedescendant'].forEach(name => this._input.removeAttribute(name));
  }

  /** True when the key was meant for the list. */
  key(event: KeyboardEvent): boolean {
    if (this._list.hidden) {
      return false;
    }
    const count = this._list.childElementCount;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        this._at = (this._at + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
        this._mark();
        break;
      case 'Tab':
      case 'Enter':
        this._take(this._list.children[this._at].textContent ?? '');
        break;
      case 'Escape':
        this.hide();
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  }

  dispose(): void {
    this.hide();
    Signal.clearData(this);
  }

  private _take(name: string): void {
    this.hide();
    if (name !== '') {
      this.chosen.emit(name);
    }
  }

  private _option(name: string, index: number): HTMLElement {
    const option = document.createElement('div');
    option.setAttribute('role', 'option');
    option.id = `${this._list.id}-${index}`;
    option.textContent = name;
    return option;
  }

  private _mark(): void {
    [...this._list.children].forEach((option, index) => option.setAttribute('aria-selected', String(index === this._at)));
    this._input.setAttribute('aria-activedescendant', `${this._list.id}-${this._at}`);
  }

  private readonly _list: HTMLElement;
  private _at = 0;
}
