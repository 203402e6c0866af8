/** What a view of a sheet asks of a grid. The plain grid of the page meets it; the canvas grid will take its place. */
import type { ISignal } from '@lumino/signaling';

import type { IArea, ICell } from '../a1.js';

/** How a cell looks, ready to be drawn. */
export interface ICellLook {
  text: string;
  align: 'left' | 'center' | 'right';
  /** Names of states: `header`, `draft`, `error`, `negative`, `bold`, `italic`, `underline`, `strike`, `wrap`, `loading`. */
  states: string;
  color?: string;
  background?: string;
  /** Said of the cell when one points at it. */
  title?: string;
  /** Others may write here, who looks may not. */
  closed?: boolean;
}

/** What the grid draws. Rows and columns count from 0; it asks only for what is in sight. */
export interface IGridSource {
  readonly rows: number;
  readonly columns: number;
  /** What holds data: where Ctrl with an arrow leads. */
  readonly filled: { rows: number; columns: number };
  /** Whether a cell holds something; undefined where that is not known here. */
  full(cell: ICell): boolean | undefined;
  /** Rows and columns that stay in sight. */
  readonly frozen: { rows: number; columns: number };
  readonly canWrite: boolean;
  /** The greatest row number that can be shown, if rows are not numbered by where they stand. */
  readonly most: number | undefined;
  look(cell: ICell): ICellLook;
  /** Beside a row; empty until it is known. */
  number(row: number): string;
  /** What narrows a column's rows, or orders them: a name of a state, and the words for it. */
  note(column: number): { state: 'filtered' | 'sorted'; text: string } | undefined;
  /** Why a column bears a lock; empty without one. */
  lock(column: number): string;
  /** In pixels. */
  width(column: number): number;
  /** These areas are in sight now. */
  see(areas: IArea[]): void;
}

/** An outline over the cells: of a colleague, or of a reference in the formula that is being written. */
export interface IMark {
  area: IArea;
  kind: 'other' | 'reference' | 'copied';
  /** A colour of CSS. */
  color: string;
  label?: string;
}

export interface IPick {
  where: 'cell' | 'row' | 'column';
  x: number;
  y: number;
}

export interface IGridWords {
  grid: string;
  /** Of the corner: chooses everything. */
  all: string;
}

export interface IGrid {
  readonly node: HTMLElement;
  /** The cell at hand. */
  readonly active: ICell;
  /** What is chosen; the cell at hand is in it. */
  readonly selection: IArea;
  /** Another cell at hand, or another selection. */
  readonly moved: ISignal<IGrid, void>;
  /** The wish to write into the cell at hand: a first text, or undefined for what it holds. */
  readonly editAsked: ISignal<IGrid, string | undefined>;
  /** A menu is wanted. */
  readonly menuAsked: ISignal<IGrid, IPick>;
  /** A column was given a width; 0 is the standard one. */
  readonly resized: ISignal<IGrid, { column: number; width: number }>;
  /** A key that is not the grid's: clear, copy, bold… */
  readonly keyed: ISignal<IGrid, KeyboardEvent>;
  /** While a formula is written: what is clicked becomes a reference. The answer is whether it was taken. */
  picking: ((area: IArea, done: boolean) => boolean) | null;

  select(area: IArea, active?: ICell): void;
  /** As Enter and Tab do. */
  walk(rows: number, columns: number): void;
  reveal(cell: ICell): void;
  /** Where a cell is in the window; null out of sight. */
  boxOf(cell: ICell): DOMRect | null;
  mark(marks: IMark[]): void;
  /** Draw again: what the source says has changed. */
  refresh(): void;
  /** Another tab: to the top. */
  reset(): void;
  focus(): void;
  dispose(): void;
}
