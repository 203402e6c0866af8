/** What crosses the wire about sheets; see the contract of the routes and the socket. */

/** Values and inputs as the server writes them: errors, dates and formulas are tagged. */
export interface ITagged {
  t: 'e' | 'd' | 'f';
  v: string;
}

export type Value = number | string | boolean | ITagged | null;

export interface IStyle {
  number?: string;
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  color?: string;
  background?: string;
  align?: '' | 'left' | 'center' | 'right';
  wrap?: boolean;
}

export interface IWindowColumn {
  id: number;
  name: string;
  dtype: string;
  width: number;
  values: Value[];
  number?: string | null;
  inputs?: Value[] | null;
}

export interface IWindow {
  seq: number;
  tab: string;
  top: number;
  left: number;
  height: number;
  /** Rows without the view. */
  total?: number;
  width: number;
  next_row: number;
  next_column: number;
  rows: number[];
  /** The rows of the sheet that these are, where a view shows them elsewhere. */
  numbers?: number[] | null;
  /** So many first rows are in every view. */
  headings?: number;
  columns: IWindowColumn[];
  styles?: IStyle[];
  looks?: [style: number, column: number, rows: number[]][];
}

export interface ICondition {
  column: number;
  test: string;
  values?: (boolean | number | string | null)[];
}

export interface IView {
  sort?: { column: number; descending?: boolean }[];
  filter?: ICondition[];
}

export interface ITab {
  id: string;
  name: string;
  header: boolean;
  height: number;
  width: number;
  frozen: [rows: number, columns: number];
  /** In what order and with which filter all see it. */
  shared?: IView | null;
}

/** Where only `members` and managers may write: a tab, positions of columns, or top, left, bottom and right (the last two excluded). */
export interface IProtection {
  id: string;
  tab: string;
  by: string;
  members: string[];
  columns: number[];
  range: [top: number, left: number, bottom: number, right: number] | null;
}

export type Level = 'reader' | 'commenter' | 'editor' | 'manager';

export interface ISheetInfo {
  id: string;
  path: string;
  seq: number;
  level: Level;
  tabs: ITab[];
  names: Record<string, string>;
  protections: IProtection[];
}

export interface IProblem {
  status?: number;
  type?: string;
  title?: string;
  detail?: string;
  code?: string;
  cells?: unknown[];
  /** What is in the way. */
  protection?: string;
}

/** An operation by its kind; its fields are those of the server's schemas. */
export interface IOp {
  kind: string;
  [field: string]: unknown;
}

export type TypedCell = [row: number, column: number, text: string];

export interface ITyped {
  tab: string;
  cells: TypedCell[];
}

export type Work = { op: IOp } | { typed: ITyped };

export type Submission = { type: 'submit'; n: number; base_seq: number } & Work;

export type Outgoing = Submission | { type: 'undo' | 'redo'; n: number };

/** Where a view shows some rows of the sheet: the first place, the last, how many. */
export interface IPlaces {
  first: number;
  last: number;
  shown: number;
}

/** Rows are those of the sheet, whatever view its member has. */
export interface ICursor {
  client: string;
  member: string;
  tab: string;
  row: number;
  column: number;
  to: [row: number, column: number];
  editing: boolean;
}

export interface ILost {
  tab: string;
  row: number;
  column: number;
  author: string;
  input: Value;
  local?: string;
}

export interface IChanged {
  tab: string;
  structure?: boolean;
  cells?: [column: number, first: number, after: number][];
}

export interface IApplied {
  type: 'applied';
  seq: number;
  author: string;
  client: string;
  n: number;
  kind: string;
  changed: IChanged[];
  lost?: ILost[];
  skipped?: number;
  undoable?: boolean;
  tabs?: ITab[];
  names?: Record<string, string>;
  protections?: IProtection[];
  /** All is other than before: an earlier version was restored. */
  replaced?: boolean;
}

export interface ICellAnswer {
  row: number;
  column: number;
  input: Value;
  local: string;
  value: Value;
}

export type Incoming =
  | { type: 'welcome'; seq: number; level: Level; me: string; why?: string; sheet: ISheetInfo; views?: Record<string, IView>; cursors?: ICursor[] }
  | { type: 'level'; level: Level; why?: string }
  | IApplied
  | { type: 'refused'; n: number; problem: IProblem }
  | { type: 'window'; id: number; window: IWindow }
  | ({ type: 'cell'; id: number } & ICellAnswer)
  | ({ type: 'places'; id: number } & IPlaces)
  | { type: 'views'; id: number; views: Record<string, IView> }
  | { type: 'failed'; id: number; problem: IProblem }
  | ({ type: 'cursor' } & ICursor)
  | { type: 'left'; client: string };

export const CLOSED = { rubbish: 4400, session: 4401, withdrawn: 4403, gone: 4404 } as const;

export function isTagged(value: Value | undefined): value is ITagged {
  return typeof value === 'object' && value !== null;
}
