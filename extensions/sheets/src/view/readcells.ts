/** What some cells hold now, wherever they are. */
import type { ICell } from '../a1.js';
import type { IWritten } from '../model/memory.js';
import type { Value } from '../wire.js';
import type { ISheetContext } from './context.js';

/** So many are asked for one by one, with how they are typed. */
const MOST_SINGLE = 3;
const LARGEST = 20_000;

export interface IHeld {
  input: Value;
  /** As it is typed; unknown where many were read at once. */
  local?: string;
}

/** Those that could be found. */
export async function readCells(on: ISheetContext, written: IWritten[]): Promise<Map<IWritten, IHeld>> {
  const found = new Map<IWritten, IHeld>();
  const tabs = new Set(written.map(one => one.tab));
  for (const tab of tabs) {
    const placed = written.flatMap((one): [IWritten, ICell][] => {
      const place = one.tab === tab ? on.model.placeOf(tab, one.row, one.column) : undefined;
      return place === undefined ? [] : [[one, place]];
    });
    try {
      await (placed.length <= MOST_SINGLE ? single(on, placed, found) : together(on, tab, placed, found));
    } catch {
      // Offline: what is not known is not told.
    }
  }
  return found;
}

async function single({ model }: ISheetContext, placed: [IWritten, ICell][], found: Map<IWritten, IHeld>): Promise<void> {
  for (const [one, place] of placed) {
    const { row, column, input, local } = await model.cell(one.tab, place);
    if (row === one.row && column === one.column) {
      found.set(one, { input, local });
    }
  }
}

async function together({ model }: ISheetContext, tab: string, placed: [IWritten, ICell][], found: Map<IWritten, IHeld>): Promise<void> {
  const rows = placed.map(([, { row }]) => row);
  const columns = placed.map(([, { column }]) => column);
  const area = { top: Math.min(...rows), left: Math.min(...columns), bottom: Math.max(...rows), right: Math.max(...columns) };
  if ((area.bottom - area.top + 1) * (area.right - area.left + 1) > LARGEST) {
    return;
  }
  const window = await model.read(tab, area, true);
  for (const [one, { row, column }] of placed) {
    const held = window.columns[column - window.left];
    if (window.rows[row - window.top] === one.row && held?.id === one.column) {
      found.set(one, { input: held.inputs?.[row - window.top] ?? null });
    }
  }
}
