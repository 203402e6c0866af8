/** Copy, cut and paste: tables as Excel and LibreOffice have them; from a sheet of ours formulas come along. */
import { Clipboard } from '@jupyterlab/apputils';

import { sizeOf, type IArea } from '../a1.js';
import { parseTable, writeHtml, writeTable } from '../clipboard.js';
import { moved } from '../formula/refs.js';
import { isTagged, type IWindow, type TypedCell, type Value } from '../wire.js';
import type { ISheetContext } from './context.js';
import type { Deeds } from './deeds.js';
import { columnIds, filledPart, realRows, rowIds, span } from './ids.js';

/** As much as one window holds. */
const MOST_COPIED = 100_000;

interface ICopied {
  text: string;
  area: IArea;
  inputs: Promise<IWindow>;
}

export class Clip {
  constructor(
    private readonly _on: ISheetContext,
    private readonly _deeds: Deeds,
    node: HTMLElement
  ) {
    node.addEventListener('copy', event => this._copy(event));
    node.addEventListener('cut', event => this._copy(event) && void _deeds.clear());
    node.addEventListener('paste', event => {
      if (!isField(event.target)) {
        event.preventDefault();
        void this.paste(event.clipboardData?.getData('text/plain') ?? '');
      }
    });
  }

  /** From a menu, where there is no event of the clipboard. */
  async copy(cut: boolean): Promise<void> {
    const area = this._area();
    if (area !== undefined) {
      const rows = await this._texts(area);
      Clipboard.copyToSystem(writeTable(rows));
      this._remember(area, writeTable(rows));
      if (cut) {
        await this._deeds.clear();
      }
    }
  }

  async pasteFromSystem(): Promise<void> {
    const { notices, workspace } = this._on;
    try {
      await this.paste(await navigator.clipboard.readText());
    } catch {
      notices.tell({ text: workspace.words.__('The browser does not let the page read the clipboard. Paste with Ctrl+V.') });
    }
  }

  async paste(text: string): Promise<void> {
    const { grid, workspace, notices, numbers } = this._on;
    if (text === '' || !this._deeds.allowed()) {
      return;
    }
    const own = this._copied !== null && same(this._copied.text, text) ? this._copied : null;
    const table = parseTable(text);
    const across = Math.max(...table.map(row => row.length));
    const at = (line: number, place: number): string => table[line % table.length][place % across] ?? '';
    const { top, left } = grid.selection;
    const [height, width] = this._extent(table);
    grid.select({ top, left, bottom: top + height - 1, right: left + width - 1 }, { row: top, column: left });
    const rows = await rowIds(this._on, top, top + height - 1);
    const columns = await columnIds(this._on, left, left + width - 1);
    if (own === null) {
      const cells = rows.flatMap((row, line) => columns.map((column, place): TypedCell => [row, column, at(line, place)]));
      this._on.model.type(this._on.tab, cells);
    } else {
      await this._pasteOwn(own, rows, columns, { rows: await realRows(this._on, top, top + height - 1), left });
    }
    const count = rows.length * columns.length;
    this._on.say(workspace.words._n('%1 cell pasted', '%1 cells pasted', count, numbers.whole(count)));
    if (count >= 10_000) {
      notices.tell({ text: workspace.words.__('%1 cells pasted.', numbers.whole(count)), about: 'paste' });
    }
  }

  private async _pasteOwn(own: ICopied, rows: number[], columns: number[], to: { rows: number[]; left: number }): Promise<void> {
    const window = await own.inputs;
    const from = window.numbers ?? span(own.area.top, own.area.bottom);
    const [height, width] = [own.area.bottom - own.area.top + 1, own.area.right - own.area.left + 1];
    const cells = rows.flatMap((row, line) =>
      columns.map((column, place): [number, number, Value] => {
        const [fromRow, fromColumn] = [line % height, place % width];
        const input = window.columns[fromColumn]?.inputs?.[fromRow] ?? null;
        const by = [to.rows[line] - (from[fromRow] ?? own.area.top + fromRow), to.left + place - own.area.left - fromColumn] as const;
        return [row, column, isTagged(input) && input.t === 'f' ? { t: 'f', v: moved(input.v, ...by) } : input];
      })
    );
    this._deeds.set(cells);
  }

  /** One value fills all that is chosen, a table several times its size. */
  private _extent(table: string[][]): [number, number] {
    const { top, left, bottom, right } = this._on.grid.selection;
    const [height, width] = [table.length, Math.max(...table.map(row => row.length))];
    const [rows, columns] = [bottom - top + 1, right - left + 1];
    const fits = rows % height === 0 && columns % width === 0 && rows * columns <= MOST_COPIED;
    return fits ? [rows, columns] : [height, width];
  }

  private _area(): IArea | undefined {
    const { grid, workspace, notices, numbers } = this._on;
    const area = filledPart(this._on, grid.selection);
    if (area !== undefined && sizeOf(area) > MOST_COPIED) {
      const { words } = workspace;
      notices.tell({ text: words.__('At most %1 cells can be copied at once. Export the sheet for more.', numbers.whole(MOST_COPIED)) });
      return undefined;
    }
    return area;
  }

  private _copy(event: ClipboardEvent): boolean {
    if (isField(event.target) || event.clipboardData === null) {
      return false;
    }
    event.preventDefault();
    const area = this._area();
    if (area === undefined) {
      return false;
    }
    const { model, tab } = this._on;
    const known = span(area.top, area.bottom).every(row => span(area.left, area.right).every(column => !model.at(tab, row, column).loading));
    if (!known) {
      void this.copy(event.type === 'cut');
      return false;
    }
    const rows = this._known(area);
    event.clipboardData.setData('text/plain', writeTable(rows));
    event.clipboardData.setData('text/html', writeHtml(rows));
    this._remember(area, writeTable(rows));
    return true;
  }

  private _remember(area: IArea, text: string): void {
    const { model, tab, workspace, say, numbers } = this._on;
    const inputs = model.read(tab, area, true);
    inputs.catch(() => undefined);
    this._copied = { text, area, inputs };
    const count = sizeOf(area);
    say(workspace.words._n('%1 cell copied', '%1 cells copied', count, numbers.whole(count)));
  }

  private _known(area: IArea): string[][] {
    const { source } = this._on;
    return span(area.top, area.bottom).map(row => span(area.left, area.right).map(column => source.text({ row, column })));
  }

  private async _texts(area: IArea): Promise<string[][]> {
    const { model, tab, numbers } = this._on;
    const window = await model.read(tab, area);
    const format = new Map<string, string>();
    for (const [style, column, rows] of window.looks ?? []) {
      rows.forEach(row => format.set(`${row},${column}`, window.styles?.[style]?.number ?? ''));
    }
    const text = (line: number, place: number): string => {
      const column = window.columns[place];
      return numbers.shown(column.values[line], format.get(`${line},${place}`) || column.number || '').text;
    };
    return window.rows.map((_, line) => window.columns.map((_column, place) => text(line, place)));
  }

  private _copied: ICopied | null = null;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}

/** The clipboard may write line ends in its own way. */
function same(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trimEnd() === b.replaceAll('\r\n', '\n').trimEnd();
}
