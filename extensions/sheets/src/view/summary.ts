/** What the chosen numbers amount to, and how a notebook reads this tab. */
import { Clipboard } from '@jupyterlab/apputils';

import { sizeOf, type IArea } from '../a1.js';
import type { IWindow } from '../wire.js';
import type { ISheetContext } from './context.js';
import { filledPart } from './ids.js';
import { formatOf } from './source.js';

const SETTLE_MS = 150;
/** As much as one window holds. */
const MOST = 100_000;
const COPIED_MS = 2000;

export interface ISums {
  count: number;
  numbers: number;
  sum: number;
}

export function sumsOf(window: IWindow): ISums {
  const sums = { count: 0, numbers: 0, sum: 0 };
  for (const { values } of window.columns) {
    for (const value of values) {
      if (value !== null && value !== '') {
        sums.count++;
      }
      if (typeof value === 'number') {
        sums.numbers++;
        sums.sum += value;
      }
    }
  }
  return sums;
}

export class Summary {
  constructor(private readonly _on: ISheetContext) {
    this.node = document.createElement('div');
    this.node.className = 'opw-SheetFoot-right';
    this._sums = document.createElement('span');
    this._sums.className = 'opw-SheetFoot-sums';
    this._code = document.createElement('button');
    this._code.type = 'button';
    this._code.className = 'opw-SheetFoot-code';
    this._code.title = _on.workspace.words.__('Copy this line for a notebook');
    this._code.addEventListener('click', () => this._copy());
    this.node.append(this._sums, this._code);
  }

  readonly node: HTMLElement;

  update(): void {
    const code = this._line();
    if (this._code.dataset['line'] !== code) {
      this._code.dataset['line'] = this._code.textContent = code;
      this._code.setAttribute('aria-label', this._on.workspace.words.__('Copy this line for a notebook: %1', code));
    }
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._sum(), SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this._timer);
  }

  private _line(): string {
    const { model, tab, path } = this._on;
    const tabs = model.info?.tabs ?? [];
    const name = tabs.find(one => one.id === tab)?.name ?? '';
    const part = tabs[0]?.id === tab ? '' : `[${JSON.stringify(name)}]`;
    return `df = ws.sheet(${JSON.stringify(path())})${part}.df`;
  }

  private _copy(): void {
    const { words } = this._on.workspace;
    Clipboard.copyToSystem(this._line());
    this._code.textContent = words.__('Copied. Paste it where you need it.');
    this._on.say(words.__('Copied. Paste it where you need it.'));
    setTimeout(() => (this._code.textContent = this._line()), COPIED_MS);
  }

  private async _sum(): Promise<void> {
    const area = filledPart(this._on, this._on.grid.selection);
    const round = ++this._round;
    if (area === undefined || sizeOf(area) < 2 || sizeOf(area) > MOST) {
      this._sums.textContent = '';
      return;
    }
    try {
      const sums = sumsOf(await this._on.model.read(this._on.tab, area));
      if (round === this._round) {
        this._sums.textContent = this._words(sums, area);
      }
    } catch {
      this._sums.textContent = '';
    }
  }

  private _words({ count, numbers, sum }: ISums, { top, left }: IArea): string {
    const { model, tab, workspace } = this._on;
    const { words } = workspace;
    const shown = this._on.numbers;
    const format = formatOf(model.at(tab, top === 0 ? 1 : top, left));
    const parts =
      numbers === 0
        ? []
        : [words.__('Sum: %1', shown.number(sum, format || '#,##0.####')), words.__('Average: %1', shown.number(sum / numbers, format || '#,##0.####'))];
    return [...parts, words.__('Filled: %1', shown.whole(count))].join('  ·  ');
  }

  private readonly _sums: HTMLElement;
  private readonly _code: HTMLButtonElement;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _round = 0;
}
