/** What is in sight of a sheet: windows of it, asked for once and again when something in them has changed. */
import type { IArea, ICell } from '../a1.js';
import type { IChanged, IWindow } from '../wire.js';
import { Blocks, blocksIn, COLUMNS, keyOf, ROWS, type IBlockKey, type IShown } from './blocks.js';

const MOST_ASKED = 8;

export interface ISightOptions {
  /** Whether a question can be asked now. */
  there: () => boolean;
  viewOf: (tab: string) => string;
  ask: (question: Record<string, unknown>) => Promise<{ window: IWindow }>;
  /** A window has come. */
  came: (tab: string, window: IWindow) => void;
}

export class Sight {
  constructor(private readonly _options: ISightOptions) {}

  /** Grows with each window that comes. */
  windows = 0;

  at(tab: string, row: number, column: number): IShown | undefined {
    return this._blocks.at(tab, this._options.viewOf(tab), row, column);
  }

  /** The last window of a tab as it is shown here. */
  of(tab: string): IWindow | undefined {
    return this._sizes.get(`${tab}\n${this._options.viewOf(tab)}`);
  }

  rowId(tab: string, row: number): number | undefined {
    const seen = this.of(tab);
    if (seen !== undefined && row >= seen.height) {
      return seen.next_row + row - seen.height;
    }
    return this._blocks.rowId(tab, this._options.viewOf(tab), row);
  }

  /** The row of the sheet that a view shows there. */
  realRow(tab: string, row: number): number | undefined {
    const seen = this.of(tab);
    if (seen !== undefined && row >= seen.height) {
      return (seen.total ?? seen.height) + row - seen.height;
    }
    return this._blocks.realRow(tab, this._options.viewOf(tab), row);
  }

  /** Where a view shows rows of the sheet, as far as it is known. */
  shownRows(tab: string, first: number, last: number): number[] {
    const seen = this.of(tab);
    const rows = this._blocks.shownRows(tab, this._options.viewOf(tab), first, last);
    if (seen !== undefined && last >= (seen.total ?? seen.height)) {
      const hidden = (seen.total ?? seen.height) - seen.height;
      const end = Math.min(last - hidden, seen.height + ROWS);
      for (let row = Math.max(seen.height, first - hidden); row <= end; row++) {
        rows.push(row);
      }
    }
    return rows;
  }

  columnId(tab: string, column: number): number | undefined {
    const seen = this.of(tab);
    if (seen !== undefined && column >= seen.width) {
      return seen.next_column + column - seen.width;
    }
    return this._blocks.columnAt(tab, this._options.viewOf(tab), column)?.id;
  }

  widthOf(tab: string, column: number): number {
    return this._blocks.columnAt(tab, this._options.viewOf(tab), column)?.width ?? 0;
  }

  placeOf(tab: string, row: number, column: number): ICell | undefined {
    const known = this._blocks.placeOf(tab, this._options.viewOf(tab), row, column);
    const seen = this.of(tab);
    if (known !== undefined || seen === undefined) {
      return known;
    }
    const place = { row: row - seen.next_row + seen.height, column: column - seen.next_column + seen.width };
    return row >= seen.next_row && column >= seen.next_column ? place : undefined;
  }

  see(tab: string, areas: IArea[]): void {
    this._seen = tab === '' ? null : { tab, areas };
    this.ask();
  }

  touch(seq: number, changed: IChanged[]): void {
    changed.forEach(one => this._blocks.touch(seq, one, view => view !== ''));
  }

  /** All may be other than it was. */
  clear(): void {
    this._blocks.clear();
  }

  /** No answer comes any more to what was asked. */
  cut(): void {
    this._blocks.asked.clear();
  }

  /** What is in sight and not known. */
  ask(): void {
    if (this._seen === null || !this._options.there()) {
      return;
    }
    const { tab, areas } = this._seen;
    for (const key of areas.flatMap(area => blocksIn(tab, this._options.viewOf(tab), area))) {
      const text = keyOf(key);
      if (this._blocks.asked.size < MOST_ASKED && !this._blocks.asked.has(text) && !this._blocks.fresh(key)) {
        void this._fetch(key, text);
      }
    }
  }

  private async _fetch(key: IBlockKey, text: string): Promise<void> {
    const { tab, view } = key;
    this._blocks.asked.add(text);
    const [top, left] = [key.row * ROWS, key.column * COLUMNS];
    try {
      const { window } = await this._options.ask({
        type: 'window', tab, top, bottom: top + ROWS, left, right: left + COLUMNS, view, inputs: false
      });
      this._blocks.put(key, window);
      this.windows++;
      this._sizes.set(`${tab}\n${view}`, window);
      this._blocks.asked.delete(text);
      this._options.came(tab, window);
      this.ask();
    } catch {
      // The connection is lost, or the tab is gone: asked again when it is back.
      this._blocks.asked.delete(text);
    }
  }

  private readonly _blocks = new Blocks();
  /** By tab and view. */
  private readonly _sizes = new Map<string, IWindow>();
  private _seen: { tab: string; areas: IArea[] } | null = null;
}
