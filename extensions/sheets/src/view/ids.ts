/** The ids of rows and columns; those that were never in sight are asked for. */
import { common, type IArea } from '../a1.js';
import type { ISheetContext } from './context.js';
import { endsOf } from './rows.js';

type On = Pick<ISheetContext, 'model' | 'tab'>;

export interface IRange {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** What exists of an area. */
export function filledPart({ model, tab }: On, area: IArea): IArea | undefined {
  const { rows, columns } = model.size(tab);
  return rows === 0 || columns === 0 ? undefined : common(area, { top: 0, left: 0, bottom: rows - 1, right: columns - 1 });
}

/** The rows of the sheet that stand there. */
export async function realRows({ model, tab }: On, top: number, bottom: number): Promise<number[]> {
  const known = span(top, bottom).map(row => model.rows.real(tab, row));
  if (known.every(row => row !== undefined)) {
    return known;
  }
  const { numbers, height, total = height } = await model.read(tab, { top, bottom, left: 0, right: 0 });
  return span(top, bottom).map(row => (row >= height ? total + row - height : (numbers?.[row - top] ?? row)));
}

/** The id of the row that follows one in the sheet, whatever a view shows at `next`. */
export async function idBelow(on: On, row: number, next: number): Promise<number> {
  const { model, tab } = on;
  if (model.viewOf(tab) === '') {
    return (await rowIds(on, next, next))[0];
  }
  const real = (await realRows(on, row, row))[0] + 1;
  const { rows, next_row, height } = await model.read(tab, { top: real, bottom: real, left: 0, right: 0 }, false, '');
  return rows[0] ?? next_row + real - height;
}

/** Of all rows, or with `ends` of the first and the last. */
export async function rowIds(on: On, top: number, bottom: number, ends = false): Promise<number[]> {
  const { model, tab } = on;
  const wanted = ends ? [top, bottom] : span(top, bottom);
  const known = wanted.map(row => model.rowId(tab, row));
  if (known.every(id => id !== undefined)) {
    return known;
  }
  const parts = ends ? wanted.map(row => [row, row]) : [[top, Math.min(bottom, model.size(tab).rows - 1)]];
  const found = new Map<number, number>();
  for (const [first, last] of parts) {
    const window = await model.read(tab, { top: first, bottom: last, left: 0, right: 0 });
    window.rows.forEach((id, index) => found.set(window.top + index, id));
    const { next_row, height } = window;
    span(Math.max(first, height), ends ? last : bottom).forEach(row => found.set(row, next_row + row - height));
  }
  return wanted.map(row => found.get(row) ?? NaN);
}

export async function columnIds(on: On, left: number, right: number, ends = false): Promise<number[]> {
  const { model, tab } = on;
  const wanted = ends ? [left, right] : span(left, right);
  const known = wanted.map(column => model.columnId(tab, column));
  if (known.every(id => id !== undefined)) {
    return known;
  }
  const window = await model.read(tab, { top: 0, bottom: 0, left, right });
  const id = (column: number): number =>
    window.columns[column - window.left]?.id ?? window.next_column + column - window.width;
  return wanted.map(id);
}

export async function rangeOf(on: On, { top, left, bottom, right }: IArea): Promise<IRange> {
  const [first, last] = await rowIds(on, ...endsOf(on, top, bottom), true);
  const [from, to] = await columnIds(on, left, right, true);
  return { top: first, left: from, bottom: last, right: to };
}

export function span(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
