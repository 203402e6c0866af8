/** What a key means in a grid. */
import type { Step } from './selection.js';

export type Deed =
  | { do: 'step'; step: Step; extend: boolean }
  | { do: 'walk'; rows: number; columns: number }
  | { do: 'edit'; text?: string }
  | { do: 'all' | 'row' | 'column' };

export type IKey = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing'>;

const ARROWS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** `page`: how many rows are in sight. */
export function deedOf(key: IKey, page: number): Deed | undefined {
  if (key.altKey && !isAltGr(key)) {
    return undefined;
  }
  const accel = (key.ctrlKey || key.metaKey) && !isAltGr(key);
  return moveOf(key, accel, page) ?? (accel ? chosen(key) : wish(key));
}

/** On some keyboards Ctrl with Alt makes signs such as `@` and `€`. */
function isAltGr(key: IKey): boolean {
  return key.ctrlKey && key.altKey && key.key.length === 1;
}

function moveOf({ key, shiftKey }: IKey, accel: boolean, page: number): Deed | undefined {
  const step = (found: Step): Deed => ({ do: 'step', step: found, extend: shiftKey });
  const arrow = ARROWS[key] as [number, number] | undefined;
  if (arrow !== undefined) {
    return step({ to: accel ? 'edge' : 'by', rows: arrow[0], columns: arrow[1] });
  }
  const jumps: Record<string, Step> = {
    Home: { to: accel ? 'first' : 'home' },
    End: { to: accel ? 'last' : 'end' },
    PageUp: { to: 'by', rows: -page, columns: 0 },
    PageDown: { to: 'by', rows: page, columns: 0 }
  };
  return key in jumps && !(accel && key.startsWith('Page')) ? step(jumps[key]) : undefined;
}

function chosen({ key, shiftKey }: IKey): Deed | undefined {
  if (key === ' ') {
    return { do: 'column' };
  }
  return key.toLowerCase() === 'a' && !shiftKey ? { do: 'all' } : undefined;
}

function wish({ key, shiftKey, isComposing }: IKey): Deed | undefined {
  const named: Record<string, Deed> = {
    Tab: { do: 'walk', rows: 0, columns: shiftKey ? -1 : 1 },
    Enter: { do: 'walk', rows: shiftKey ? -1 : 1, columns: 0 },
    F2: { do: 'edit' },
    ...(shiftKey ? { ' ': { do: 'row' } as Deed } : {})
  };
  if (key in named) {
    return named[key];
  }
  return key.length === 1 || key === 'Process' || key === 'Dead' || isComposing ? { do: 'edit', text: '' } : undefined;
}
