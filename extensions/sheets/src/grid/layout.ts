/** Which rows and columns are in sight, and where. */
import type { IArea, ICell } from '../a1.js';
import { HEAD_HEIGHT, ROW_HEIGHT, type Widths } from './axes.js';
import type { IRect } from './boxes.js';
import type { ISlot } from './draw.js';
import type { Hit } from './pointer.js';

export interface ILayoutInput {
  rows: number;
  columns: number;
  frozen: { rows: number; columns: number };
  /** The greatest row number that can be shown, if rows are not numbered by where they stand. */
  most?: number | undefined;
  /** Pixels scrolled, of the true content. */
  x: number;
  y: number;
  /** Size of what is seen. */
  width: number;
  height: number;
}

/** How near to the right edge of a letter it is taken by its edge. */
const EDGE = 5;

export class Layout {
  readonly gutter: number;
  readonly rows: ISlot[];
  readonly columns: ISlot[];
  /** Where what scrolls begins. */
  readonly bodyTop: number;
  readonly bodyLeft: number;

  constructor(
    private readonly _input: ILayoutInput,
    private readonly _widths: Widths
  ) {
    const { rows, columns, frozen, most, y, height } = _input;
    const greatest = most ?? Math.min(rows, Math.ceil((y + height) / ROW_HEIGHT) + 1);
    this.gutter = Math.max(44, 16 + 8 * String(greatest).length);
    const fixedRows = Math.min(frozen.rows, rows);
    const fixedColumns = Math.min(frozen.columns, columns);
    this.bodyTop = HEAD_HEIGHT + fixedRows * ROW_HEIGHT;
    this.bodyLeft = this.gutter + _widths.offset(fixedColumns);
    this.rows = this._rowSlots(fixedRows);
    this.columns = this._columnSlots(fixedColumns);
  }

  /** The rows and columns in sight, pane by pane. */
  areas(): IArea[] {
    const parts = (slots: ISlot[]): [number, number][] =>
      [slots.filter(slot => slot.frozen), slots.filter(slot => !slot.frozen)]
        .filter(part => part.length > 0)
        .map(part => [part[0].index, part[part.length - 1].index]);
    return parts(this.rows).flatMap(([top, bottom]) => parts(this.columns).map(([left, right]) => ({ top, bottom, left, right })));
  }

  rowAt(row: number): number {
    const scrolled = row < this._input.frozen.rows ? 0 : this._input.y;
    return HEAD_HEIGHT + row * ROW_HEIGHT - scrolled;
  }

  columnAt(column: number): number {
    const scrolled = column < this._input.frozen.columns ? 0 : this._input.x;
    return this.gutter + this._widths.offset(column) - scrolled;
  }

  /** An area in the panes where it is in sight, cut at their edges. */
  pieces({ top, left, bottom, right }: IArea): IRect[] {
    const { frozen, width, height } = this._input;
    const spans = (first: number, last: number, fixed: number): [number, number, boolean][] => [
      ...(first < fixed ? [[first, Math.min(last, fixed - 1), true] as [number, number, boolean]] : []),
      ...(last >= fixed ? [[Math.max(first, fixed), last, false] as [number, number, boolean]] : [])
    ];
    const found: IRect[] = [];
    for (const [low, high, fixed] of spans(top, bottom, frozen.rows)) {
      for (const [from, to, still] of spans(left, right, frozen.columns)) {
        const rect = {
          top: Math.max(this.rowAt(low), fixed ? HEAD_HEIGHT : this.bodyTop),
          bottom: Math.min(this.rowAt(high) + ROW_HEIGHT, fixed ? this.bodyTop : height + 4),
          left: Math.max(this.columnAt(from), still ? this.gutter : this.bodyLeft),
          right: Math.min(this.columnAt(to) + this._widths.of(to), still ? this.bodyLeft : width + 4)
        };
        if (rect.bottom > rect.top && rect.right > rect.left) {
          found.push(rect);
        }
      }
    }
    return found;
  }

  hit(x: number, y: number): Hit | null {
    const row = this._rowUnder(y);
    const column = this._columnUnder(x);
    if (y < HEAD_HEIGHT) {
      return x < this.gutter ? { on: 'corner' } : this._letter(column, x);
    }
    if (row === undefined) {
      return null;
    }
    return x < this.gutter ? { on: 'row', row } : column === undefined ? null : { on: 'cell', cell: { row, column } };
  }

  /** How far to scroll so that a cell is in sight. */
  reveal({ row, column }: ICell): { x: number; y: number } {
    const { frozen, x, y, width, height } = this._input;
    const top = (row - frozen.rows) * ROW_HEIGHT;
    const left = this._widths.offset(column) - this._widths.offset(frozen.columns);
    return {
      y: row < frozen.rows ? y : nearest(y, top, ROW_HEIGHT, height - this.bodyTop),
      x: column < frozen.columns ? x : nearest(x, left, this._widths.of(column), width - this.bodyLeft)
    };
  }

  private _letter(column: number | undefined, x: number): Hit | null {
    if (column === undefined) {
      return null;
    }
    const left = this.columnAt(column);
    if (x - left > this._widths.of(column) - EDGE) {
      return { on: 'edge', column };
    }
    return x - left < EDGE - 1 && column > 0 ? { on: 'edge', column: column - 1 } : { on: 'column', column };
  }

  private _rowUnder(y: number): number | undefined {
    return this.rows.find(slot => y >= slot.at && y < slot.at + slot.size && (slot.frozen || y >= this.bodyTop))?.index;
  }

  private _columnUnder(x: number): number | undefined {
    return this.columns.find(slot => x >= slot.at && x < slot.at + slot.size && (slot.frozen || x >= this.bodyLeft))?.index;
  }

  private _rowSlots(fixed: number): ISlot[] {
    const { rows, y, height } = this._input;
    const slot = (index: number): ISlot => ({ index, at: this.rowAt(index), size: ROW_HEIGHT, frozen: index < fixed });
    const first = fixed + Math.floor(y / ROW_HEIGHT);
    const last = Math.min(rows - 1, first + Math.ceil((height - this.bodyTop) / ROW_HEIGHT));
    return [...count(0, fixed - 1), ...count(first, last)].map(slot);
  }

  private _columnSlots(fixed: number): ISlot[] {
    const { columns, x, width } = this._input;
    const slot = (index: number): ISlot => ({ index, at: this.columnAt(index), size: this._widths.of(index), frozen: index < fixed });
    const first = Math.max(fixed, this._widths.at(this._widths.offset(fixed) + x));
    const last = Math.min(columns - 1, this._widths.at(this._widths.offset(fixed) + x + Math.max(0, width - this.bodyLeft)));
    return [...count(0, fixed - 1), ...count(first, last)].map(slot);
  }
}

function count(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function nearest(now: number, from: number, size: number, room: number): number {
  return from < now ? from : from + size > now + room ? Math.max(0, Math.min(from, from + size - room)) : now;
}
