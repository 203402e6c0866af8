/** Keys of the sheet that are not the grid's own. */
import { MOST_COLUMNS, MOST_ROWS } from '../a1.js';
import type { ITab } from '../wire.js';
import type { ISheetContext } from './context.js';
import type { Deeds } from './deeds.js';

type Run = () => unknown;

/** True when it was taken. */
export function sheetKey(event: KeyboardEvent, on: ISheetContext, deeds: Deeds): boolean {
  const run = event.ctrlKey || event.metaKey ? accel(event, on, deeds) : plain(event, on, deeds);
  if (run === undefined) {
    return false;
  }
  event.preventDefault();
  event.stopPropagation();
  run();
  return true;
}

function plain({ key, altKey }: KeyboardEvent, on: ISheetContext, deeds: Deeds): Run | undefined {
  // Browsers keep Ctrl with the page keys for tabs of their own.
  if (altKey) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[key];
    return by === undefined ? undefined : () => nextTab(on, by);
  }
  return key === 'Delete' || key === 'Backspace' ? () => deeds.clear() : undefined;
}

function accel({ key, shiftKey, altKey }: KeyboardEvent, on: ISheetContext, deeds: Deeds): Run | undefined {
  const whole = wholeOf(on);
  const keys: Record<string, Run> = {
    z: () => on.model.undo(shiftKey ? 'redo' : 'undo'),
    y: () => on.model.undo('redo'),
    d: () => deeds.fillDown(),
    r: () => deeds.fillRight(),
    ';': () => on.write(on.numbers.day(new Date())),
    pageup: () => nextTab(on, -1),
    pagedown: () => nextTab(on, 1),
    f: () => on.find(),
    b: () => deeds.toggle('bold'),
    i: () => deeds.toggle('italic'),
    '+': () => deeds.insert(whole, false),
    '=': () => deeds.insert(whole, false),
    '-': () => deeds.remove(whole)
  };
  const name = key.toLowerCase();
  if (altKey || ((name === '=' || name === '+') && !shiftKey && !isWhole(on))) {
    return undefined;
  }
  // Without whole rows or columns, Ctrl with minus is the browser's.
  return name === '-' && !isWhole(on) ? undefined : keys[name];
}

function nextTab(on: ISheetContext, by: number): void {
  const tabs = on.model.info?.tabs ?? [];
  const next = tabs[tabs.findIndex(({ id }) => id === on.tab) + by] as ITab | undefined;
  if (next !== undefined) {
    on.turn(next.id);
  }
}

function isWhole({ grid }: ISheetContext): boolean {
  const { top, left, bottom, right } = grid.selection;
  return (top === 0 && bottom >= MOST_ROWS - 1) || (left === 0 && right >= MOST_COLUMNS - 1);
}

function wholeOf({ grid }: ISheetContext): 'rows' | 'columns' {
  const { top, bottom, right } = grid.selection;
  return top === 0 && bottom >= MOST_ROWS - 1 && right < MOST_COLUMNS - 1 ? 'columns' : 'rows';
}
