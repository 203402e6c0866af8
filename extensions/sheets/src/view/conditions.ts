/** Conditions on rows, and what somebody writes into one as the value it means. */
import type { ICondition, IView } from '../wire.js';

export type Test = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'contains' | 'begins' | 'empty' | 'filled';

export type Order = '' | 'up' | 'down';

const DAY_MS = 86_400_000;
const EPOCH_MS = Date.UTC(1899, 11, 30);

/** A number, a percentage or a date where it is one, for the tests that compare. */
export function valueOf(text: string, test: Test, locale: string): string | number {
  if (test === 'contains' || test === 'begins') {
    return text;
  }
  const french = locale.startsWith('fr');
  const plain = text.replace(/[\s\u00a0\u202f€$£]/g, '').replace(french ? /(?!)/ : /,(?=\d{3})/g, '').replace(',', '.');
  const number = Number(plain.replace(/%$/, ''));
  if (plain !== '' && plain !== '%' && Number.isFinite(number)) {
    return plain.endsWith('%') ? number / 100 : number;
  }
  return dateOf(text.trim(), french) ?? text;
}

/** Something is left out, or in another order. */
export function isOn(view: IView | undefined): boolean {
  return (view?.filter ?? []).length > 0 || (view?.sort ?? []).length > 0;
}

/** The conditions of a view with those of one column replaced. */
export function withConditions(view: IView | undefined, column: number, conditions: ICondition[]): IView {
  return { ...view, filter: [...(view?.filter ?? []).filter(one => one.column !== column), ...conditions] };
}

/** The order of a view by one column: up, down, or, for the column alone, none. */
export function withOrder(view: IView, column: number, order: Order): IView {
  if (order !== '') {
    return { ...view, sort: [{ column, descending: order === 'down' }] };
  }
  return { ...view, sort: (view.sort ?? []).filter(one => one.column !== column) };
}

/** By a column, as a view has it. */
export function orderOf(view: IView | undefined, column: number): Order {
  const found = view?.sort?.find(one => one.column === column);
  return found === undefined ? '' : found.descending === true ? 'down' : 'up';
}

function dateOf(text: string, french: boolean): number | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const own = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  if (iso === null && own === null) {
    return undefined;
  }
  const [first, second, third] = (iso ?? own ?? []).slice(1).map(Number);
  const [year, month, day] = iso !== null ? [first, second, third] : french ? [third, second, first] : [third, first, second];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 ? (date.getTime() - EPOCH_MS) / DAY_MS : undefined;
}
