/** What the grid draws, from the model: values in the language of the page, drafts, formats. */
import { MOST_COLUMNS, MOST_ROWS, type IArea, type ICell } from '../a1.js';
import { STANDARD_WIDTH } from '../grid/domgrid.js';
import type { ICellLook, IGridSource } from '../grid/igrid.js';
import type { SheetModel } from '../model/model.js';
import type { ICellView } from '../model/told.js';
import type { Numbers } from '../numbers.js';
import { isTagged, type IStyle } from '../wire.js';
import type { Guards } from './guards.js';

/** Empty rows and columns below and beside what exists. */
const MORE_ROWS = 50;
const LEAST_ROWS = 100;
const MORE_COLUMNS = 4;
const LEAST_COLUMNS = 26;
/** The rows by which a column is fitted: those of the first windows. */
const LOOKED_AT = 60;
const PADDING = 18;
const LEAST_WIDTH = 40;
const WIDEST_TEXT = 220;
const WIDEST = 260;
const NOTHING: ICellLook = { text: '', align: 'left', states: '' };
const MARKS = ['bold', 'italic', 'underline', 'strike', 'wrap'] as const;

export class Source implements IGridSource {
  constructor(
    private readonly _model: SheetModel,
    private readonly _numbers: Numbers,
    private readonly _at: () => { tab: string; active: ICell },
    private readonly _words: { filtered: string; sorted: string; fault: (name: string) => string },
    private readonly _guards: Guards
  ) {}

  get rows(): number {
    const { active } = this._at();
    return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, this.filled.rows + MORE_ROWS, active.row + MORE_ROWS));
  }

  get columns(): number {
    const { active } = this._at();
    return Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, this.filled.columns + MORE_COLUMNS, active.column + MORE_COLUMNS));
  }

  get filled(): { rows: number; columns: number } {
    return this._model.size(this._at().tab);
  }

  full({ row, column }: ICell): boolean | undefined {
    const cell = this._model.at(this._at().tab, row, column);
    if (cell.draft !== undefined) {
      return cell.draft.text !== '';
    }
    return cell.loading ? undefined : (cell.value ?? '') !== '';
  }

  get frozen(): { rows: number; columns: number } {
    const tab = this._model.tab(this._at().tab);
    const [rows, columns] = tab?.frozen ?? [0, 0];
    return { rows: Math.max(rows, tab?.header === true ? 1 : 0), columns };
  }

  get canWrite(): boolean {
    return this._model.canWrite;
  }

  get most(): number | undefined {
    const { tab } = this._at();
    const { rows, total } = this._model.size(tab);
    return this._model.rows.moved(tab) ? total + this.rows - rows : undefined;
  }

  number(row: number): string {
    const real = this._model.rows.real(this._at().tab, row);
    return real === undefined ? '' : String(real + 1);
  }

  see(areas: IArea[]): void {
    this._seen = areas;
    this._model.see(this._at().tab, areas);
  }

  note(column: number): ReturnType<IGridSource['note']> {
    const { tab } = this._at();
    const view = this._model.viewIn(tab);
    const id = view === undefined ? undefined : this._model.columnId(tab, column);
    if (id !== undefined && view?.filter?.some(one => one.column === id) === true) {
      return { state: 'filtered', text: this._words.filtered };
    }
    return id !== undefined && view?.sort?.some(one => one.column === id) === true ? { state: 'sorted', text: this._words.sorted } : undefined;
  }

  width(column: number): number {
    return this._model.widthOf(this._at().tab, column) || this._fitting(column);
  }

  /** Without a width of its own a column is as wide as its first rows ask for, within bounds. */
  private _fitting(column: number): number {
    const { tab } = this._at();
    const view = this._model.viewOf(tab);
    const state = `${tab} ${view} ${this._model.windows}`;
    if (state !== this._state) {
      this._state = state;
      this._fits.clear();
    }
    const known = this._fits.get(column);
    if (known !== undefined) {
      return known;
    }
    const fit = Math.max(STANDARD_WIDTH, this._widest(column, 0, LOOKED_AT));
    this._fits.set(column, fit);
    return fit;
  }

  /** As wide as what is in sight asks for. */
  fit(column: number): number {
    const [top, bottom] = [Math.min(...this._seen.map(area => area.top)), Math.max(...this._seen.map(area => area.bottom))];
    return Math.max(LEAST_WIDTH, this._widest(column, Math.max(top, bottom - 200), bottom + 1));
  }

  private _widest(column: number, first: number, after: number): number {
    let widest = 0;
    for (let row = first; row < Math.min(after, this.filled.rows); row++) {
      const { text, align, states } = this.look({ row, column });
      const width = text === '' ? 0 : this._measure(text, /header|bold/.test(states)) + PADDING;
      widest = Math.max(widest, align === 'left' ? Math.min(width, WIDEST_TEXT) : width);
    }
    return Math.ceil(Math.min(widest, WIDEST));
  }

  private _measure(text: string, bold: boolean): number {
    this._canvas ??= document.createElement('canvas').getContext('2d');
    if (this._canvas === null) {
      return text.length * 8;
    }
    this._canvas.font = `${bold ? '600 ' : ''}13px ${getComputedStyle(document.body).fontFamily}`;
    return this._canvas.measureText(text).width;
  }

  look({ row, column }: ICell): ICellLook {
    const { tab } = this._at();
    const look = this._cell(tab, { row, column });
    const guard = this._guards.at(tab, { row, column });
    if (guard === undefined) {
      return look;
    }
    const { closed, states } = guard;
    return { ...look, title: [look.title ?? '', guard.title].filter(one => one !== '').join('\n'), closed, states: `${look.states} ${states}`.trim() };
  }

  lock(column: number): string {
    return this._guards.column(this._at().tab, column);
  }

  private _cell(tab: string, { row, column }: ICell): ICellLook {
    const cell = this._model.at(tab, row, column);
    const header = row === 0 && this._model.tab(tab)?.header === true;
    if (cell.loading && cell.draft === undefined) {
      return row < this.filled.rows && column < this.filled.columns ? { ...NOTHING, states: 'loading' } : NOTHING;
    }
    return this._look(cell, header);
  }

  /** The text of a cell as it shows. */
  text(cell: ICell): string {
    return this.look(cell).text;
  }

  private _look(cell: ICellView, header: boolean): ICellLook {
    const { style = {}, value = null, draft } = cell;
    const format = formatOf(cell);
    const shown = draft === undefined ? this._numbers.shown(value, format) : this._numbers.guess(draft.text, format);
    const fault = draft === undefined && isTagged(value) && value.t === 'e' ? value.v : undefined;
    const states: [boolean | undefined, string][] = [
      [header, 'header'],
      [draft !== undefined, 'draft'],
      [fault !== undefined, 'error'],
      [shown.negative, 'negative'],
      ...MARKS.map((mark): [boolean | undefined, string] => [style[mark], mark])
    ];
    return {
      text: shown.text,
      ...(fault === undefined ? {} : { title: this._words.fault(fault) }),
      align: style.align || (header ? headAlign(cell) : shown.align),
      states: states.flatMap(([on, name]) => (on === true ? [name] : [])).join(' '),
      ...colors(style)
    };
  }

  private readonly _fits = new Map<number, number>();
  private _seen: IArea[] = [];
  private _state = '';
  private _canvas: CanvasRenderingContext2D | null = null;
}

function colors({ color, background }: IStyle): Pick<ICellLook, 'color' | 'background'> {
  return { ...(color ? { color } : {}), ...(background ? { background } : {}) };
}

/** A name stands over its column as the column's values do. */
function headAlign({ column }: ICellView): 'left' | 'right' {
  return /^(u?int|float|double|date|time)/i.test(column?.dtype ?? '') ? 'right' : 'left';
}

export function formatOf({ style, column }: { style?: IStyle; column?: { number?: string | null } }): string {
  return style?.number || column?.number || '';
}
