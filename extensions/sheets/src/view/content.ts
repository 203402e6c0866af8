/** The content of the cell at hand: read for the formula bar, written by an edit. */
import { Signal } from '@lumino/signaling';

import { areaOf, type ICell } from '../a1.js';
import type { FormulaField } from '../formula/field.js';
import type { ISheetContext } from './context.js';
import type { Editing, ICommit } from './editing.js';
import { columnIds, filledPart, rowIds } from './ids.js';

/** A value that is put in all chosen cells. */
const MOST_FILLED = 10_000;
const SETTLE_MS = 20;

interface ITarget {
  tab: string;
  row: number;
  column: number;
}

export class Content {
  constructor(
    private readonly _on: ISheetContext,
    private readonly _editing: Editing,
    private readonly _bar: FormulaField
  ) {
    _on.grid.editAsked.connect((_, text) => void this.edit(text));
    _editing.barAsked.connect(() => void this.edit(undefined, true));
    _editing.committed.connect((_, commit) => void this._commit(commit));
  }

  /** What the cell at hand holds is known. */
  readonly read: Signal<Content, string> = new Signal<Content, string>(this);

  /** The bar shows what the cell at hand holds. */
  soon(): void {
    if (!this._editing.active) {
      clearTimeout(this._reading);
      this._reading = setTimeout(() => void this._read(), SETTLE_MS);
    }
  }

  /** `first`: what takes the place of the content; without it the content is changed. */
  async edit(first: string | undefined, inBar = false): Promise<void> {
    const { grid, model } = this._on;
    if (this._editing.active) {
      return;
    }
    if (!model.canWrite) {
      this._on.refuse();
      return;
    }
    const cell = grid.active;
    if (this._on.guards.stops(areaOf(cell))) {
      return;
    }
    this._target = this._ids(cell);
    this._target.catch(() => undefined);
    if (first !== undefined) {
      this._editing.begin(cell, first, { quick: true, before: this._bar.text });
      return;
    }
    const text = await this._read();
    if (!this._editing.active && grid.active === cell) {
      this._editing.begin(cell, text, { inBar });
    }
  }

  dispose(): void {
    clearTimeout(this._reading);
    Signal.clearData(this);
  }

  private async _read(): Promise<string> {
    const { tab, grid, model, numbers } = this._on;
    const cell = grid.active;
    const draft = model.at(tab, cell.row, cell.column).draft;
    const found = draft === undefined ? await model.cell(tab, cell).catch(() => undefined) : { local: draft.text };
    const text = found?.local ?? numbers.typed(model.at(tab, cell.row, cell.column).value ?? null);
    if (!this._editing.active && tab === this._on.tab && grid.active === cell) {
      this._bar.text = text;
      this.read.emit(text);
    }
    return text;
  }

  /** Of the cell when the edit began: rows may come in above it meanwhile. */
  private async _ids(cell: ICell): Promise<ITarget> {
    const { tab } = this._on;
    const [[row], [column]] = await Promise.all([
      rowIds(this._on, cell.row, cell.row),
      columnIds(this._on, cell.column, cell.column)
    ]);
    return { tab, row, column };
  }

  private async _commit({ text, all }: ICommit): Promise<void> {
    const target = await this._target;
    if (target === null) {
      return;
    }
    if (!all) {
      this._on.model.type(target.tab, [[target.row, target.column, text]]);
      return;
    }
    const { selection } = this._on.grid;
    const { top, left, bottom, right } = filledPart(this._on, selection) ?? selection;
    const last = Math.min(bottom, top + MOST_FILLED - 1);
    const [rows, columns] = await Promise.all([
      rowIds(this._on, top, last),
      columnIds(this._on, left, Math.min(right, left + 100))
    ]);
    this._on.model.type(target.tab, rows.flatMap(row => columns.map((column): [number, number, string] => [row, column, text])));
  }

  private _target: Promise<ITarget | null> = Promise.resolve(null);
  private _reading: ReturnType<typeof setTimeout> | undefined;
}
