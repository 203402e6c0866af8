/** Where a colleague is in a document: what the awareness of the page says, checked against the document itself. */
import type { YDocument, DocumentChange } from '@jupyter/ydoc';
import { createAbsolutePositionFromRelativePosition, createRelativePositionFromJSON, Text as YText } from 'yjs';

export interface IPlace {
  /** The id of the cell, and its number as people count; of a notebook only. */
  cell?: string;
  number?: number;
  /** The caret in the text or in the cell, and its line as people count. */
  offset?: number;
  line?: number;
  /** What stands on top of their window: a cell's id, or a line. */
  top?: string | number;
}

/** What our pages add to the stock state. */
export interface IWhere {
  cell?: string;
  top?: string | number;
}

export type Shared = YDocument<DocumentChange>;
interface ICaret {
  text: YText;
  index: number;
}

interface ISharedCell {
  getId(): string;
  ysource: YText;
}

/** The cells of a notebook; undefined for a text. */
export function cellsOf(model: Shared): readonly ISharedCell[] | undefined {
  return (model as { cells?: readonly ISharedCell[] }).cells;
}

/** The place that a state tells; null when it tells none that there is. */
export function placeOf(state: Record<string, unknown>, model: Shared): IPlace | null {
  const caret = caretOf(state, model);
  const where = whereOf(state['where']);
  const cells = cellsOf(model);
  return cells === undefined ? placeInText(caret, where, model) : placeInCells(caret, where, cells);
}

function placeInText(caret: ICaret | null, { top }: IWhere, model: Shared): IPlace | null {
  const own = caret?.text === (model as { ysource?: YText }).ysource ? caret : null;
  const place = { ...within(own), ...(typeof top === 'number' ? { top } : {}) };
  return Object.keys(place).length > 0 ? place : null;
}

function placeInCells(caret: ICaret | null, where: IWhere, cells: readonly ISharedCell[]): IPlace | null {
  const held = cells.findIndex(cell => cell.ysource === caret?.text);
  const named = cells.findIndex(cell => cell.getId() === where.cell);
  const index = named >= 0 ? named : held;
  if (index < 0) {
    return null;
  }
  return {
    cell: cells[index].getId(),
    number: index + 1,
    ...within(index === held ? caret : null),
    ...(typeof where.top === 'string' ? { top: where.top } : {})
  };
}

function within(caret: ICaret | null): Pick<IPlace, 'offset' | 'line'> {
  return caret === null ? {} : { offset: caret.index, line: lineAt(caret.text.toJSON(), caret.index) };
}

/** Lines are counted from one. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let from = text.indexOf('\n'); from >= 0 && from < offset; from = text.indexOf('\n', from + 1)) {
    line += 1;
  }
  return line;
}

function caretOf(state: Record<string, unknown>, model: Shared): ICaret | null {
  const cursors: unknown = state['cursors'];
  if (!Array.isArray(cursors)) {
    return null;
  }
  const listed = cursors as { primary?: boolean; head?: unknown }[];
  const head = listed.find(cursor => cursor?.primary ?? true)?.head;
  if (typeof head !== 'object' || head === null) {
    return null;
  }
  try {
    const found = createAbsolutePositionFromRelativePosition(createRelativePositionFromJSON(head), model.ydoc);
    return found?.type instanceof YText ? { text: found.type, index: found.index } : null;
  } catch {
    return null; // a page may say what it likes
  }
}

function whereOf(value: unknown): IWhere {
  if (typeof value !== 'object' || value === null) {
    return {};
  }
  const { cell, top } = value as Record<string, unknown>;
  return {
    ...(typeof cell === 'string' ? { cell } : {}),
    ...(typeof top === 'string' || (typeof top === 'number' && Number.isInteger(top) && top > 0) ? { top } : {})
  };
}
