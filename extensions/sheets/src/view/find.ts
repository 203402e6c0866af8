/** Looks for a text in all rows of a tab, also those that are not on the screen. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { LabIcon } from '@jupyterlab/ui-components';
import { API_ROOT } from '@openpaas/api';
import { closeIcon } from '@openpaas/base';

import { areaOf } from '../a1.js';
import { nextIcon, previousIcon } from '../icons.js';
import type { ISheetContext } from './context.js';

type Place = [row: number, column: number];

const SOON_MS = 150;
// As many as the server tells.
const MOST = 1000;

export class Find {
  constructor(
    private readonly _on: ISheetContext,
    private readonly _id: string
  ) {
    const { words } = _on.workspace;
    this.node.className = 'opw-SheetFind';
    this.node.setAttribute('role', 'search');
    this.node.hidden = true;
    this._input.className = 'opw-Input';
    this._input.type = 'text';
    this._input.maxLength = 1000;
    this._input.spellcheck = false;
    this._input.placeholder = words.__('Find in this tab');
    this._input.setAttribute('aria-label', this._input.placeholder);
    this._count.setAttribute('role', 'status');
    this._input.addEventListener('input', () => this._soon());
    this.node.addEventListener('keydown', event => this._key(event));
    const previous = this._button(words.__('Previous one'), previousIcon, () => this._step(-1));
    const next = this._button(words.__('Next one'), nextIcon, () => this._step(1));
    const close = this._button(words.__('Close'), closeIcon, () => this.close());
    this.node.append(this._input, this._count, previous, next, close);
    const changed = (): void => void (this._stale = true);
    _on.model.changed.connect(changed);
    _on.model.cells.connect(changed);
  }

  readonly node = document.createElement('div');

  open(): void {
    this.node.hidden = false;
    this._input.focus();
    this._input.select();
  }

  close(): void {
    clearTimeout(this._timer);
    this._asked += 1;
    this.node.hidden = true;
    this._on.grid.focus();
  }

  dispose(): void {
    clearTimeout(this._timer);
    this._asked += 1;
  }

  private _key(event: KeyboardEvent): void {
    event.stopPropagation();
    const accel = event.ctrlKey || event.metaKey;
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Enter' && event.target === this._input) {
      this._step(event.shiftKey ? -1 : 1);
    } else if (accel && event.key.toLowerCase() === 'f') {
      this._input.select();
    } else {
      return;
    }
    event.preventDefault();
  }

  private _soon(): void {
    clearTimeout(this._timer);
    this._stale = true;
    this._at = -1;
    this._timer = setTimeout(() => this._step(0), SOON_MS);
  }

  /** By so many further; 0: the first one from the cell at hand on. */
  private _step(by: number): void {
    clearTimeout(this._timer);
    const asked = by === 0 ? ++this._asked : this._asked;
    // Who presses Enter twice goes on twice, however long the first one takes.
    this._steps = this._steps.then(() => this._go(by, asked));
  }

  private async _go(by: number, asked: number): Promise<void> {
    if (asked !== this._asked) {
      return;
    }
    if ((this._stale || this._tab !== this._on.tab) && !(await this._look(asked))) {
      return;
    }
    const count = this._places.length;
    if (count > 0) {
      const [row, column] = this._places[(this._at = this._following(by))];
      this._on.grid.select(areaOf({ row, column }));
    }
    this._said();
  }

  /** Which one follows the cell at hand. */
  private _following(by: number): number {
    const { row, column } = this._on.grid.active;
    const count = this._places.length;
    const before = this._places.filter(([r, c]) => r < row || (r === row && c < column)).length;
    const [r, c] = this._places[before] ?? [-1, -1];
    const here = r === row && c === column;
    if (by < 0) {
      return (before - 1 + count) % count;
    }
    return (before + (here && by > 0 ? 1 : 0)) % count;
  }

  /** False when something else was asked meanwhile, or the server did not answer. */
  private async _look(asked: number): Promise<boolean> {
    const { model, tab, workspace } = this._on;
    const wanted = spellings(this._input.value, workspace.locale);
    this._stale = false;
    try {
      const found = await Promise.all(wanted.map(one => this._ask(one, tab, model.viewOf(tab))));
      if (asked !== this._asked) {
        return false;
      }
      this._tab = tab;
      const all = new Map(found.flat().map(place => [place.join(), place]));
      this._places = [...all.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      return true;
    } catch {
      if (asked === this._asked) {
        this._stale = true;
        this._count.textContent = workspace.words.__('The server does not answer');
      }
      return false;
    }
  }

  private async _ask(text: string, tab: string, view: string): Promise<Place[]> {
    const { locale, settings } = this._on.workspace;
    const url = URLExt.join(settings.baseUrl, API_ROOT, 'sheets', encodeURIComponent(this._id), 'find');
    const query = URLExt.objectToQueryString({ tab, text, locale, ...(view === '' ? {} : { view }) });
    const response = await ServerConnection.makeRequest(url + query, { cache: 'no-cache' }, settings);
    if (!response.ok) {
      throw new Error(response.statusText);
    }
    return (await response.json()) as Place[];
  }

  private _said(): void {
    const { workspace, numbers } = this._on;
    const { words } = workspace;
    const count = this._places.length;
    const many = count >= MOST ? `${numbers.whole(count)}+` : numbers.whole(count);
    const nothing = this._input.value === '' ? '' : words.__('Nothing found');
    this._count.textContent = count === 0 ? nothing : words.__('%1 of %2', numbers.whole(this._at + 1), many);
  }

  private _button(label: string, icon: LabIcon, run: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'opw-Button opw-tone-quiet opw-mod-icon';
    button.title = label;
    button.setAttribute('aria-label', label);
    button.addEventListener('click', run);
    icon.element({ container: button, width: '16px', height: '16px' });
    return button;
  }

  private readonly _input = document.createElement('input');
  private readonly _count = document.createElement('span');
  private _places: Place[] = [];
  private _at = -1;
  private _asked = 0;
  private _steps = Promise.resolve();
  private _tab = '';
  private _stale = true;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

/** As typed, and as the server writes a number that is typed with a decimal comma; nothing of nothing. */
export function spellings(text: string, locale: string): string[] {
  if (text === '') {
    return [];
  }
  const comma = /^-?\d[\d\s]*,\d+$/.test(text.trim()) && (1.5).toLocaleString(locale).includes(',');
  return comma ? [text, text.replace(/\s/g, '').replace(',', '.')] : [text];
}
