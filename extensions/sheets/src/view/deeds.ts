/** What can be done with the chosen cells, beyond typing. */
import { areaOf, MOST_COLUMNS, MOST_ROWS, sizeOf, type IArea } from '../a1.js';
import { moved } from '../formula/refs.js';
import { MOST_CELLS } from '../model/outbox.js';
import { withDecimals } from '../numbers.js';
import { isTagged, type IStyle, type TypedCell, type Value } from '../wire.js';
import type { ISheetContext } from './context.js';
import { columnIds, filledPart, idBelow, rangeOf, rowIds } from './ids.js';
import { UNDOABLE } from './notices.js';
import { endsOf, gapless } from './rows.js';
import { formatOf } from './source.js';

/** So many cells are emptied before the server has answered. */
const MOST_AT_ONCE = 500;
/** So many are filled to the right at once. */
const MOST_FILLED = 100_000;

export class Deeds {
  constructor(private readonly _on: ISheetContext) {}

  /** False, and told, when only reading is allowed. */
  allowed(): boolean {
    if (!this._on.model.canWrite) {
      this._on.refuse();
    }
    return this._on.model.canWrite;
  }

  async clear(): Promise<void> {
    const { model, grid, tab } = this._on;
    const area = filledPart(this._on, grid.selection);
    if (area === undefined || !this.allowed() || this._on.guards.stops(area)) {
      return;
    }
    const filtered = model.viewOf(tab) !== '';
    if (sizeOf(area) <= (filtered ? MOST_CELLS : MOST_AT_ONCE)) {
      const [rows, columns] = [await rowIds(this._on, area.top, area.bottom), await columnIds(this._on, area.left, area.right)];
      model.type(tab, rows.flatMap(row => columns.map((column): TypedCell => [row, column, ''])));
    } else if (this._all(area)) {
      model.do('clear', { tab, range: await rangeOf(this._on, area) });
    }
  }

  async format(style: IStyle): Promise<void> {
    const { model, grid, tab } = this._on;
    if (!this.allowed()) {
      return;
    }
    const { top, bottom, left, right } = grid.selection;
    const known = model.size(tab);
    if (top === 0 && bottom >= MOST_ROWS - 1) {
      model.do('format', { tab, style, columns: await columnIds(this._on, left, Math.min(right, Math.max(left, known.columns - 1))) });
    } else if (this._all(grid.selection)) {
      const area = { top, left, bottom, right: Math.min(right, Math.max(left, known.columns - 1, 25)) };
      model.do('format', { tab, style, range: await rangeOf(this._on, area) });
    }
  }

  toggle(mark: 'bold' | 'italic'): Promise<void> {
    return this.format({ [mark]: this.style[mark] !== true });
  }

  /** A number format, or none when the cells have it already. */
  number(format: string): Promise<void> {
    return this.format({ number: this.style.number === format ? '' : format });
  }

  decimals(by: 1 | -1): Promise<void> {
    const { model, grid, tab } = this._on;
    return this.format({ number: withDecimals(formatOf(model.at(tab, grid.active.row, grid.active.column)), by) });
  }

  /** Of the cell at hand. */
  get style(): IStyle {
    const { model, grid, tab } = this._on;
    return model.at(tab, grid.active.row, grid.active.column).style ?? {};
  }

  /** The first row in those below it; of one row, the row above in it. */
  async fillDown(): Promise<void> {
    const { grid, model, tab } = this._on;
    const { top, bottom, left, right } = grid.selection;
    const first = top === bottom ? Math.max(0, top - 1) : top;
    const last = Math.min(bottom, Math.max(first, model.size(tab).rows - 1, top === bottom ? bottom : 0));
    if (!this.allowed() || first === last) {
      return;
    }
    const rows = await rowIds(this._on, first, last);
    const columns = await columnIds(this._on, left, Math.min(right, model.size(tab).columns - 1));
    const values: [number, number, Value][] = [];
    for (const [index, column] of columns.entries()) {
      const { input } = await model.cell(tab, { row: first, column: left + index });
      if (isTagged(input) && input.t === 'f') {
        const [from, to] = endsOf(this._on, first, last);
        if (from !== first || !this._all({ top: first, bottom: last, left, right })) {
          return;
        }
        model.do('fill_formula', { tab, column, first: rows[0], last: rows[to - first], text: input.v });
      } else {
        values.push(...rows.slice(1).map((row): [number, number, Value] => [row, column, input]));
      }
    }
    this.set(values);
  }

  /** The first column in those beside it; of one column, the column before in it. */
  async fillRight(): Promise<void> {
    const { grid, model, tab, guards } = this._on;
    const { top, bottom, left, right } = grid.selection;
    const first = left === right ? Math.max(0, left - 1) : left;
    const last = Math.min(right, Math.max(left, model.size(tab).columns - 1, right < MOST_COLUMNS - 1 ? right : 0));
    const lowest = Math.min(bottom, model.size(tab).rows - 1);
    const area = { top, bottom: lowest, left: first + 1, right: last };
    if (!this.allowed() || first >= last || top > lowest || guards.stops(area) || sizeOf(area) > MOST_FILLED) {
      return;
    }
    const inputs = (await model.read(tab, { ...area, left: first, right: first }, true)).columns[0]?.inputs ?? [];
    const rows = await rowIds(this._on, top, lowest);
    const columns = await columnIds(this._on, area.left, last);
    const cell = (input: Value, by: number): Value => (isTagged(input) && input.t === 'f' ? { t: 'f', v: moved(input.v, 0, by) } : input);
    this.set(rows.flatMap((row, line) => columns.map((column, at): [number, number, Value] => [row, column, cell(inputs[line] ?? null, at + 1)])));
  }

  /** Inputs as the server writes them. */
  set(cells: [row: number, column: number, input: Value][]): void {
    for (let first = 0; first < cells.length; first += MOST_CELLS) {
      this._on.model.do('set_cells', { tab: this._on.tab, cells: cells.slice(first, first + MOST_CELLS) });
    }
  }

  async insert(what: 'rows' | 'columns', after: boolean): Promise<void> {
    const { model, grid, tab, notices, workspace } = this._on;
    if (!this.allowed()) {
      return;
    }
    const { top, bottom, left, right } = this._bounded(grid.selection);
    if (what === 'rows') {
      const at = Math.max(after ? bottom + 1 : top, this._first());
      const before = await (after ? idBelow(this._on, bottom, at) : rowIds(this._on, at, at).then(([id]) => id));
      model.do('insert_rows', { tab, before, count: bottom - top + 1 });
      if ((model.viewIn(tab)?.filter ?? []).length > 0) {
        notices.tell({ text: workspace.words.__('Rows were put in. The filter may hide them.'), about: 'filtered' });
      }
    } else {
      const at = after ? right + 1 : left;
      const [before] = await columnIds(this._on, at, at);
      model.do('insert_columns', { tab, before, count: right - left + 1 });
    }
  }

  async remove(what: 'rows' | 'columns'): Promise<void> {
    const { model, grid, tab, workspace } = this._on;
    const area = filledPart(this._on, grid.selection);
    if (area === undefined || !this.allowed() || (what === 'rows' && !this._all(area))) {
      return;
    }
    const { words } = workspace;
    if (what === 'rows') {
      const [first, last] = await rowIds(this._on, ...endsOf(this._on, Math.max(area.top, this._first()), area.bottom), true);
      model.do('delete_rows', { tab, first, last });
      this._told(words._n('%1 row deleted.', '%1 rows deleted.', area.bottom - area.top + 1, area.bottom - area.top + 1));
    } else {
      const [first, last] = await columnIds(this._on, area.left, area.right, true);
      model.do('delete_columns', { tab, first, last });
      this._told(words._n('%1 column deleted.', '%1 columns deleted.', area.right - area.left + 1, area.right - area.left + 1));
    }
  }

  /** All rows, or those that are chosen, by the column at hand. */
  async sort(descending: boolean): Promise<void> {
    const { model, grid, tab } = this._on;
    if (!this.allowed()) {
      return;
    }
    const { top, bottom } = grid.selection;
    const [column] = await columnIds(this._on, grid.active.column, grid.active.column);
    const part = top !== bottom && bottom < MOST_ROWS - 1;
    if (part && !this._all(grid.selection)) {
      return;
    }
    const keys = [{ column, descending }];
    if (part) {
      const [first, last] = await rowIds(this._on, Math.max(top, this._first()), bottom, true);
      model.do('sort_rows', { tab, keys, first, last });
      return;
    }
    await this._sortAll(keys);
  }

  /** Below the headings, as the server sees them: on top of any view. Where it has not heard everything yet it finds out later. */
  private async _sortAll(keys: { column: number; descending: boolean }[]): Promise<void> {
    const { model, tab, notices, workspace } = this._on;
    const first = areaOf({ row: 0, column: 0 });
    const seen = model.pending ? undefined : await model.read(tab, first, false, '{}').catch(() => undefined);
    const headings = seen?.headings ?? 0;
    model.do('sort_rows', { tab, keys, ...(seen === undefined ? {} : { headings }) });
    if (headings > 0) {
      const { words } = workspace;
      const run = (): void => void model.do('sort_rows', { tab, keys, headings: 0 });
      const text = words._n('The first row stayed on top: it holds the headings.', 'The first %1 rows stayed on top: they hold the headings.', headings, headings);
      notices.tell({ text, about: 'sorted', action: { label: words.__('Sort all rows'), run } });
    }
  }

  freeze(): void {
    const { model, grid, tab } = this._on;
    if (this.allowed()) {
      const [rows, columns] = model.tab(tab)?.frozen ?? [0, 0];
      const { row, column } = grid.active;
      const off = rows > 0 || columns > 0;
      model.do('freeze', { tab, rows: off ? 0 : Math.min(100, row), columns: off ? 0 : Math.min(100, column) });
    }
  }

  async width(column: number, width: number): Promise<void> {
    if (this.allowed()) {
      const [id] = await columnIds(this._on, column, column);
      this._on.model.do('column_width', { tab: this._on.tab, column: id, width });
    }
    this._on.grid.refresh();
  }

  /** What is about rows from one to another would touch those that a filter hides: false, and told. */
  private _all(area: IArea): boolean {
    const { model, notices, tab, workspace } = this._on;
    if (!model.rows.moved(tab) || gapless(this._on, area)) {
      return true;
    }
    notices.tell({ text: workspace.words.__('Show all rows first: this would also change rows that you do not see.'), about: 'filtered' });
    return false;
  }

  private _told(text: string): void {
    const { model, notices, workspace } = this._on;
    notices.tell({ text, about: UNDOABLE, action: { label: workspace.words.__('Undo'), run: () => model.undo('undo') } });
  }

  /** The first row that is no header. */
  private _first(): number {
    return this._on.model.tab(this._on.tab)?.header === true ? 1 : 0;
  }

  private _bounded({ top, left, bottom, right }: IArea): IArea {
    const { rows, columns } = this._on.source;
    return { top, left, bottom: bottom >= MOST_ROWS - 1 ? rows - 1 : bottom, right: Math.min(right, columns - 1) };
  }
}
