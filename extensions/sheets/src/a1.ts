/** Cells and areas as people name them: `C4`, `A1:B9`, `C:C`, `3:5`. Rows and columns count from 0. */

export interface ICell {
  row: number;
  column: number;
}

/** All ends are included. */
export interface IArea {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

export const MOST_ROWS = 1_048_576;
export const MOST_COLUMNS = 16_384;

export function letters(column: number): string {
  let text = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) {
    text = String.fromCharCode(65 + ((left - 1) % 26)) + text;
  }
  return text;
}

export function columnOf(text: string): number {
  return [...text.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

export function nameOf({ row, column }: ICell): string {
  return `${letters(column)}${row + 1}`;
}

export function areaName(area: IArea): string {
  if (area.top === 0 && area.bottom >= MOST_ROWS - 1) {
    return `${letters(area.left)}:${letters(area.right)}`;
  }
  if (area.left === 0 && area.right >= MOST_COLUMNS - 1) {
    return `${area.top + 1}:${area.bottom + 1}`;
  }
  const first = nameOf({ row: area.top, column: area.left });
  const last = nameOf({ row: area.bottom, column: area.right });
  return first === last ? first : `${first}:${last}`;
}

const CELL = /^\$?([A-Z]{1,3})\$?([1-9]\d{0,6})$/i;
const COLUMN = /^\$?([A-Z]{1,3})$/i;
const ROW = /^\$?([1-9]\d{0,6})$/;

/** The area that a reference names, without its sheet; undefined for what is none. */
export function parseArea(text: string): IArea | undefined {
  const [first, second = first, ...more] = text.trim().split(':');
  if (more.length > 0) {
    return undefined;
  }
  const whole = text.includes(':') ? (wholeColumns(first, second) ?? wholeRows(first, second)) : undefined;
  if (whole !== undefined) {
    return whole;
  }
  const [a, b] = [parseCell(first), parseCell(second)];
  return a === undefined || b === undefined ? undefined : areaOf(a, b);
}

export function parseCell(text: string): ICell | undefined {
  const found = CELL.exec(text);
  if (found === null) {
    return undefined;
  }
  const cell = { row: Number(found[2]) - 1, column: columnOf(found[1]) };
  return cell.row < MOST_ROWS && cell.column < MOST_COLUMNS ? cell : undefined;
}

function wholeColumns(first: string, second: string): IArea | undefined {
  const [a, b] = [COLUMN.exec(first), COLUMN.exec(second)];
  if (a === null || b === null) {
    return undefined;
  }
  const [one, two] = [columnOf(a[1]), columnOf(b[1])];
  return { top: 0, bottom: MOST_ROWS - 1, left: Math.min(one, two), right: Math.max(one, two) };
}

function wholeRows(first: string, second: string): IArea | undefined {
  const [a, b] = [ROW.exec(first), ROW.exec(second)];
  if (a === null || b === null) {
    return undefined;
  }
  const [one, two] = [Number(a[1]) - 1, Number(b[1]) - 1];
  return { left: 0, right: MOST_COLUMNS - 1, top: Math.min(one, two), bottom: Math.max(one, two) };
}

export function areaOf(a: ICell, b: ICell = a): IArea {
  return {
    top: Math.min(a.row, b.row),
    bottom: Math.max(a.row, b.row),
    left: Math.min(a.column, b.column),
    right: Math.max(a.column, b.column)
  };
}

export function inside({ row, column }: ICell, area: IArea): boolean {
  return row >= area.top && row <= area.bottom && column >= area.left && column <= area.right;
}

/** What two areas have in common. */
export function common(a: IArea, b: IArea): IArea | undefined {
  const area = {
    top: Math.max(a.top, b.top),
    bottom: Math.min(a.bottom, b.bottom),
    left: Math.max(a.left, b.left),
    right: Math.min(a.right, b.right)
  };
  return area.top <= area.bottom && area.left <= area.right ? area : undefined;
}

export function sizeOf(area: IArea): number {
  return (area.bottom - area.top + 1) * (area.right - area.left + 1);
}

export function sameCell(a: ICell, b: ICell): boolean {
  return a.row === b.row && a.column === b.column;
}
