/** What is chosen on the screen, named as formulas name it: a view shows rows elsewhere than where they are. */
import { areaName, MOST_ROWS, nameOf, type IArea, type ICell } from '../a1.js';
import type { ISheetContext } from './context.js';
import { span } from './ids.js';

type On = Pick<ISheetContext, 'model' | 'tab'>;

/** More rows than that are not looked at one by one. */
const MOST_LOOKED_AT = 10_000;

/** The cell of the sheet that stands there; undefined until it is known. */
export function realCell({ model, tab }: On, { row, column }: ICell): ICell | undefined {
  const real = model.rows.real(tab, row);
  return real === undefined ? undefined : { row: real, column };
}

/**
 * The area of the sheet that is chosen. Through a filter it also holds the hidden rows between its ends, as everywhere;
 * undefined if in an order of their own the rows do not follow each other in the sheet, or are not known yet.
 */
export function realArea({ model, tab }: On, area: IArea): IArea | undefined {
  const { top, bottom } = area;
  if (!model.rows.moved(tab) || (top === 0 && bottom >= MOST_ROWS - 1)) {
    return area;
  }
  const sorted = isSorted({ model, tab });
  const rows = sorted ? span(top, Math.min(bottom, top + MOST_LOOKED_AT)) : [top, bottom];
  const [first, last] = extent(rows.map(row => model.rows.real(tab, row)));
  return Number.isNaN(first) || (sorted && last - first !== bottom - top) ? undefined : { ...area, top: first, bottom: last };
}

/** The least and the greatest; of what is not known, NaN. */
function extent(rows: (number | undefined)[]): [number, number] {
  const known = rows.map(row => row ?? NaN);
  return [Math.min(...known), Math.max(...known)];
}

function isSorted({ model, tab }: On): boolean {
  return (model.viewIn(tab)?.sort ?? []).length > 0;
}

/** Whether no other row of the sheet lies between those that are chosen. */
export function gapless(on: On, area: IArea): boolean {
  const real = realArea(on, area);
  return real !== undefined && real.bottom - real.top === area.bottom - area.top;
}

/** The places of the first and the last of the chosen rows of the sheet. */
export function endsOf({ model, tab }: On, top: number, bottom: number): [first: number, last: number] {
  if (!isSorted({ model, tab }) || bottom - top >= MOST_LOOKED_AT) {
    return [top, bottom];
  }
  const places = span(top, bottom).sort((a, b) => (model.rows.real(tab, a) ?? a) - (model.rows.real(tab, b) ?? b));
  return [places[0], places[places.length - 1]];
}

export function cellName(on: On, cell: ICell): string {
  const real = realCell(on, cell);
  return real === undefined ? '' : nameOf(real);
}

/** Of rows that do not follow each other, the name of the cell at hand. */
export function nameOfChosen(on: On, area: IArea, active: ICell): string {
  const real = realArea(on, area);
  return real === undefined ? cellName(on, active) : areaName(real);
}
