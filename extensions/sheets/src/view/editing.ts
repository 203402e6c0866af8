/** One edit at a time: in the cell or in the formula bar, both show the same text. */
import { Signal } from '@lumino/signaling';

import { areaName, MOST_ROWS, type IArea, type ICell } from '../a1.js';
import { FormulaField } from '../formula/field.js';
import { refsOf, wantsRef, type IRef } from '../formula/refs.js';
import type { IGrid, IMark } from '../grid/igrid.js';

export interface ICommit {
  cell: ICell;
  text: string;
  /** The same in all chosen cells. */
  all: boolean;
  move: readonly [rows: number, columns: number];
}

/** Which cells of the sheet stand where on the screen. */
export interface IWhere {
  /** What is chosen, as a formula names it; undefined, and told, if no reference says it. */
  real: (area: IArea) => IArea | undefined;
  shown: (area: IArea) => IArea[];
}

interface ISession {
  cell: ICell;
  before: string;
  /** Begun by typing over: an arrow ends it. */
  quick: boolean;
}

/** Beyond the text: borders, padding, room for the caret. */
const CARET = 20;
const ARROWS: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Editing {
  constructor(
    private readonly _grid: IGrid,
    readonly bar: FormulaField,
    readonly cell: FormulaField,
    private readonly _here: (sheet: string | undefined) => boolean,
    private readonly _where: IWhere
  ) {
    this._box = document.createElement('div');
    this._box.className = 'opw-Grid-editor';
    this._box.hidden = true;
    this._box.append(cell.node);
    _grid.node.append(this._box);
    for (const field of [bar, cell]) {
      field.typed.connect(() => this._typed(field));
      field.keyed.connect((_, event) => this._key(field, event));
      field.input.addEventListener('blur', event => this._blurred(event));
    }
    bar.input.addEventListener('focus', () => this._session === null && this.barAsked.emit());
    _grid.picking = (area, done) => this._pick(area, done);
  }

  readonly committed: Signal<Editing, ICommit> = new Signal<Editing, ICommit>(this);
  readonly changed: Signal<Editing, void> = new Signal<Editing, void>(this);
  /** Somebody went into the bar. */
  readonly barAsked: Signal<Editing, void> = new Signal<Editing, void>(this);

  /** References of the formula that is being written, where they are in sight. */
  get marks(): IMark[] {
    const marked = ({ area, color }: IRef): IMark[] =>
      this._where.shown(area).map(part => ({ area: part, kind: 'reference', color: `var(--opw-ref-${color})` }));
    return this._refs.flatMap(marked);
  }

  get active(): boolean {
    return this._session !== null;
  }

  /** Write into a cell; `quick` when the first letter is on its way. */
  begin(cell: ICell, text: string, options: { quick?: boolean; inBar?: boolean; before?: string } = {}): void {
    this._session = { cell, before: options.before ?? text, quick: options.quick === true };
    this.bar.text = this.cell.text = text;
    this._box.hidden = false;
    this._grid.reveal(cell);
    this.place();
    if (options.inBar !== true) {
      this.cell.focus();
    }
    this._marks();
    this.changed.emit();
  }

  /** The cell has moved on the screen. */
  place(): void {
    if (this._session === null) {
      return;
    }
    const box = this._grid.boxOf(this._session.cell);
    this._box.classList.toggle('opw-mod-away', box === null);
    if (box !== null) {
      const room = this._grid.node.clientWidth - box.left - 20;
      this._box.style.left = `${box.left - 1}px`;
      this._box.style.top = `${box.top - 1}px`;
      this._box.style.minWidth = `${box.width + 1}px`;
      this._box.style.maxWidth = `${Math.max(box.width, room)}px`;
      this._box.style.width = `${Math.max(box.width + 1, Math.min(room, CARET + this.cell.textWidth))}px`;
    }
  }

  commit(move: readonly [number, number] = [0, 0], all = false): void {
    const session = this._session;
    if (session !== null) {
      const text = this.cell.text;
      this._end();
      if (text !== session.before || all) {
        this.committed.emit({ cell: session.cell, text, all, move });
      }
      if (move[0] !== 0 || move[1] !== 0) {
        this._grid.walk(move[0], move[1]);
      }
    }
  }

  cancel(): void {
    const session = this._session;
    if (session !== null) {
      this._end();
      this.bar.text = session.before;
    }
  }

  dispose(): void {
    this._session = null;
    this.bar.dispose();
    this.cell.dispose();
    Signal.clearData(this);
  }

  private _end(): void {
    const here = this._grid.node.parentElement?.contains(document.activeElement) === true;
    this._session = null;
    this._box.hidden = true;
    this._refs = [];
    if (here) {
      this._grid.focus();
    }
    this.changed.emit();
  }

  private _typed(field: FormulaField): void {
    (field === this.bar ? this.cell : this.bar).text = field.text;
    this.place();
    this._marks();
    this.changed.emit();
  }

  private _marks(): void {
    this._refs = refsOf(this.cell.text).filter(ref => this._here(ref.sheet));
  }

  private _key(field: FormulaField, event: KeyboardEvent): void {
    const move = this._moveOf(event, field);
    if (event.key === 'Enter' && event.altKey) {
      field.input.setRangeText('\n', field.input.selectionStart, field.input.selectionEnd, 'end');
      this._typed(field);
    } else if (event.key === 'Escape') {
      this.cancel();
    } else if (move !== undefined) {
      this.commit(move, event.key === 'Enter' && (event.ctrlKey || event.metaKey));
    } else {
      return;
    }
    event.preventDefault();
  }

  private _moveOf({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent, field: FormulaField): readonly [number, number] | undefined {
    const by = shiftKey ? -1 : 1;
    const moves: Record<string, readonly [number, number]> = { Enter: ctrlKey || metaKey ? [0, 0] : [by, 0], Tab: [0, by] };
    const quick = this._session?.quick === true && field === this.cell && !field.text.startsWith('=');
    return moves[key] ?? (quick ? ARROWS[key] : undefined);
  }

  /** A click on cells while a formula is written. */
  private _pick(area: IArea, done: boolean): boolean {
    if (this._session === null) {
      return false;
    }
    const field = document.activeElement === this.bar.input ? this.bar : this.cell;
    if (done) {
      field.input.focus({ preventScroll: true });
      return true;
    }
    const name = (): string | undefined => {
      const real = this._where.real(area.bottom >= MOST_ROWS - 1 ? { ...area, top: 0 } : area);
      return real === undefined ? undefined : areaName(real);
    };
    if (field.pick(name, wantsRef)) {
      return true;
    }
    this.commit();
    return false;
  }

  /** Who goes elsewhere in the page has finished; another window changes nothing. */
  private _blurred(event: FocusEvent): void {
    const to = event.relatedTarget;
    const fields = [this.bar.input, this.cell.input] as EventTarget[];
    if (this._session !== null && to !== null && !fields.includes(to)) {
      this.commit();
    }
  }

  private readonly _box: HTMLElement;
  private _refs: IRef[] = [];
  private _session: ISession | null = null;
}
