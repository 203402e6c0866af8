/** The cell at hand and what is chosen around it. */
import { areaOf, sameCell, type IArea, type ICell } from '../a1.js';

export interface IExtent {
  rows: number;
  columns: number;
  filled: { rows: number; columns: number };
  /** Whether a cell holds something; undefined where that is not known. */
  full?: (cell: ICell) => boolean | undefined;
}

export type Step =
  | { to: 'by'; rows: number; columns: number }
  | { to: 'edge'; rows: number; columns: number }
  | { to: 'home' | 'end' | 'first' | 'last' };

export class Selection {
  active: ICell = { row: 0, column: 0 };
  area: IArea = areaOf(this.active);

  /** The end that moves when the selection is extended. */
  get head(): ICell {
    return this._head;
  }

  set(area: IArea, active: ICell = { row: area.top, column: area.left }): void {
    this.active = active;
    this.area = area;
    this._head = {
      row: active.row === area.top ? area.bottom : area.top,
      column: active.column === area.left ? area.right : area.left
    };
  }

  to(cell: ICell, extend: boolean): void {
    if (extend) {
      this._head = cell;
      this.area = areaOf(this.active, cell);
    } else {
      this.active = this._head = cell;
      this.area = areaOf(cell);
    }
  }

  /** False when there is no way on. */
  step(step: Step, extend: boolean, extent: IExtent): boolean {
    const from = extend ? this._head : this.active;
    const to = bounded(target(step, from, extent), extent);
    this.to(to, extend);
    return !sameCell(from, to);
  }

  /** With Tab and Enter: round all chosen cells; else Enter goes back below where Tab began. */
  walk(rows: number, columns: number, extent: IExtent): void {
    if (this.area.bottom > this.area.top || this.area.right > this.area.left) {
      this.active = following(this.active, rows, columns, this.area);
      return;
    }
    this._begun ??= this.active.column;
    const column = columns === 0 ? this._begun : this.active.column + columns;
    const begun = rows === 0 ? this._begun : undefined;
    this.to(bounded({ row: this.active.row + rows, column }, extent), false);
    this._begun = begun;
  }

  /** Whatever else moves forgets where Tab began. */
  settle(): void {
    this._begun = undefined;
  }

  private _head: ICell = this.active;
  private _begun: number | undefined;
}

function bounded({ row, column }: ICell, extent: IExtent): ICell {
  return {
    row: Math.max(0, Math.min(row, extent.rows - 1)),
    column: Math.max(0, Math.min(column, extent.columns - 1))
  };
}

/** Down each column of an area and on with the next one, with Tab along each row; behind the last one is the first. */
function following(from: ICell, rows: number, columns: number, { top, left, bottom, right }: IArea): ICell {
  const [height, width] = [bottom - top + 1, right - left + 1];
  const [row, column] = [from.row - top, from.column - left];
  const all = height * width;
  if (columns === 0) {
    const at = (column * height + row + rows + all) % all;
    return { row: top + (at % height), column: left + Math.floor(at / height) };
  }
  const at = (row * width + column + columns + all) % all;
  return { row: top + Math.floor(at / width), column: left + (at % width) };
}

function target(step: Step, from: ICell, extent: IExtent): ICell {
  const { row, column } = from;
  const { rows, columns, filled } = extent;
  switch (step.to) {
    case 'by':
      return { row: row + step.rows, column: column + step.columns };
    case 'edge':
      return (
        blockEnd(from, step, extent) ?? {
          row: edge(row, step.rows, filled.rows, rows),
          column: edge(column, step.columns, filled.columns, columns)
        }
      );
    case 'home':
      return { row, column: 0 };
    case 'end':
      return { row, column: Math.max(0, filled.columns - 1) };
    case 'first':
      return { row: 0, column: 0 };
    case 'last':
      return { row: Math.max(0, filled.rows - 1), column: Math.max(0, filled.columns - 1) };
  }
}

/** To the end of what is filled, and from there to the end of the grid. */
function edge(at: number, by: number, filled: number, all: number): number {
  if (by === 0) {
    return at;
  }
  if (by < 0) {
    return at > filled - 1 && filled > 0 ? filled - 1 : 0;
  }
  return at < filled - 1 ? filled - 1 : all - 1;
}

/** The last cell of what is filled without a gap, or the first beyond the gap; undefined where the way is not known. */
function blockEnd(from: ICell, { rows, columns }: { rows: number; columns: number }, extent: IExtent): ICell | undefined {
  const { filled } = extent;
  const full = (cell: ICell): boolean | undefined => extent.full?.(cell);
  const next = ({ row, column }: ICell): ICell => ({ row: row + rows, column: column + columns });
  const within = ({ row, column }: ICell): boolean => row >= 0 && column >= 0 && row < filled.rows && column < filled.columns;
  let at = from;
  const inBlock = within(at) && full(at) === true && within(next(at)) && full(next(at)) === true;
  for (let cell = next(at); within(cell); cell = next(cell)) {
    const known = full(cell);
    if (known === undefined) {
      return undefined;
    }
    if (known !== inBlock) {
      return inBlock ? at : cell;
    }
    at = cell;
  }
  return inBlock ? at : undefined;
}
