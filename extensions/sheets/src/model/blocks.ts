/** Windows that the page keeps, in blocks of rows × columns; what changed is asked for again when it is seen. */
import type { IArea } from '../a1.js';
import type { IChanged, IStyle, IWindow, IWindowColumn, Value } from '../wire.js';

export const ROWS = 100;
export const COLUMNS = 20;
/** Blocks that nobody looks at are forgotten beyond so many. */
const MOST_KEPT = 300;

export interface IShown {
  value: Value;
  style?: IStyle;
  column: IWindowColumn;
}

interface IBlock {
  window: IWindow;
  /** Style index by row, for each column that has any. */
  looks: Map<number, number>[];
  stale: boolean;
}

export interface IBlockKey {
  tab: string;
  view: string;
  row: number;
  column: number;
}

export function keyOf({ tab, view, row, column }: IBlockKey): string {
  return `${tab}\n${view}\n${row}\n${column}`;
}

/** The blocks that an area touches. */
export function blocksIn(tab: string, view: string, area: IArea): IBlockKey[] {
  const found: IBlockKey[] = [];
  for (let row = Math.floor(area.top / ROWS); row * ROWS <= area.bottom; row++) {
    for (let column = Math.floor(area.left / COLUMNS); column * COLUMNS <= area.right; column++) {
      found.push({ tab, view, row, column });
    }
  }
  return found;
}

export class Blocks {
  /** Keep an answer. False when a later change has touched it: ask again. */
  put(key: IBlockKey, window: IWindow): boolean {
    const text = keyOf(key);
    const looks: Map<number, number>[] = [];
    for (const [style, column, rows] of window.looks ?? []) {
      const map = (looks[column] ??= new Map<number, number>());
      rows.forEach(row => map.set(row, style));
    }
    const fresh = window.seq >= (this._touched.get(text) ?? 0);
    this._blocks.delete(text);
    this._blocks.set(text, { window, looks, stale: !fresh });
    this._rows.set(`${key.tab}\n${key.view}\n${key.row}`, window);
    this._columns.set(`${key.tab}\n${key.view}\n${key.column}`, window);
    if (fresh) {
      this._touched.delete(text);
    }
    this._forget();
    return fresh;
  }

  /** The block is there and nothing has changed in it since. */
  fresh(key: IBlockKey): boolean {
    return this._blocks.get(keyOf(key))?.stale === false;
  }

  at(tab: string, view: string, row: number, column: number): IShown | undefined {
    const key = { tab, view, row: Math.floor(row / ROWS), column: Math.floor(column / COLUMNS) };
    const block = this._blocks.get(keyOf(key));
    if (block === undefined) {
      return undefined;
    }
    const { window, looks } = block;
    const place = column - window.left;
    const found = window.columns[place] as IWindowColumn | undefined;
    const line = row - window.top;
    if (found === undefined || line < 0 || line >= found.values.length) {
      return { value: null, column: found ?? NO_COLUMN };
    }
    const look = looks[place]?.get(line);
    return { value: found.values[line], column: found, ...(look === undefined ? {} : { style: window.styles?.[look] }) };
  }

  /** The id of a row as some block has it. */
  rowId(tab: string, view: string, row: number): number | undefined {
    const window = this._rows.get(`${tab}\n${view}\n${Math.floor(row / ROWS)}`);
    return window?.rows[row - window.top];
  }

  /** The row of the sheet that stands there, as some block has it. */
  realRow(tab: string, view: string, row: number): number | undefined {
    const window = this._rows.get(`${tab}\n${view}\n${Math.floor(row / ROWS)}`);
    return window?.numbers?.[row - window.top];
  }

  /** Where rows of the sheet are shown, from top to bottom, as far as it is known. */
  shownRows(tab: string, view: string, first: number, last: number): number[] {
    const found: number[] = [];
    for (const [text, { numbers, top }] of this._rows) {
      if (text.startsWith(`${tab}\n${view}\n`)) {
        (numbers ?? []).forEach((row, line) => row >= first && row <= last && found.push(top + line));
      }
    }
    return found.sort((a, b) => a - b);
  }

  columnAt(tab: string, view: string, column: number): IWindowColumn | undefined {
    const window = this._columns.get(`${tab}\n${view}\n${Math.floor(column / COLUMNS)}`);
    return window?.columns[column - window.left];
  }

  /** Where ids stand in the grid now, as far as it is known. */
  placeOf(tab: string, view: string, row: number, column: number): { row: number; column: number } | undefined {
    for (const [text, { window }] of this._blocks) {
      if (text.startsWith(`${tab}\n${view}\n`)) {
        const line = window.rows.indexOf(row);
        const place = window.columns.findIndex(one => one.id === column);
        if (line >= 0 && place >= 0) {
          return { row: window.top + line, column: window.left + place };
        }
      }
    }
    return undefined;
  }

  /** What a change has touched is stale; `ordered` views know nothing of the rows of a change. */
  touch(seq: number, changed: IChanged, ordered: (view: string) => boolean): void {
    for (const [text, block] of this._blocks) {
      const [tab, view] = text.split('\n');
      if (tab === changed.tab && (changed.structure === true || ordered(view) || meets(block.window, changed))) {
        this._stale(text, block, seq);
      }
    }
    this.asked.forEach(text => text.startsWith(`${changed.tab}\n`) && this._touched.set(text, seq));
  }

  clear(): void {
    this._blocks.forEach(block => (block.stale = true));
    this._touched.clear();
  }

  /** Keys of the windows that were asked for and have not come. */
  readonly asked = new Set<string>();

  private _stale(text: string, block: IBlock, seq: number): void {
    block.stale = true;
    this._touched.set(text, seq);
  }

  private _forget(): void {
    for (const text of this._blocks.keys()) {
      if (this._blocks.size <= MOST_KEPT) {
        return;
      }
      this._blocks.delete(text);
      this._touched.delete(text);
      const [tab, view, row] = text.split('\n');
      this._rows.delete(`${tab}\n${view}\n${row}`);
    }
  }

  /** By tab, view and block of rows, or of columns: where their ids are read. */
  private readonly _rows = new Map<string, IWindow>();
  private readonly _columns = new Map<string, IWindow>();
  private readonly _blocks = new Map<string, IBlock>();
  private readonly _touched = new Map<string, number>();
}

export const NO_COLUMN: IWindowColumn = { id: -1, name: '', dtype: '', width: 0, values: [] };

function meets(window: IWindow, { cells = [] }: IChanged): boolean {
  const short = window.rows.length < ROWS || window.columns.length < COLUMNS;
  const bottom = window.top + ROWS;
  const ids = new Set(window.columns.map(column => column.id));
  return cells.some(([column, first, after]) => first < bottom && after > window.top && (ids.has(column) || short));
}
