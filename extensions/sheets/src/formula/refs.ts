/** References in the text of a formula, as it is being typed: found, coloured, moved, put in. */
import { letters, MOST_COLUMNS, MOST_ROWS, columnOf, parseArea, type IArea } from '../a1.js';

export interface IRef {
  start: number;
  end: number;
  text: string;
  /** The name of its sheet; undefined for this one. */
  sheet?: string;
  area: IArea;
  /** Which colour it has. */
  color: number;
}

/** So many colours, then again from the first. */
export const COLORS = 6;

const TOKENS =
  /"(?:[^"]|"")*"|((?:'(?:[^']|'')+'|[\p{L}_][\p{L}\p{N}_.]*)!)?(\$?[A-Z]{1,3}\$?[1-9]\d*(?::\$?[A-Z]{1,3}\$?[1-9]\d*)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?[1-9]\d*:\$?[1-9]\d*)(?![\p{L}\p{N}_.(!])|[\p{L}_\\][\p{L}\p{N}_.]*|\d+(?:[.,]\d+)?/giu;

export function refsOf(text: string): IRef[] {
  if (!text.startsWith('=')) {
    return [];
  }
  const found: IRef[] = [];
  const colors = new Map<string, number>();
  for (const match of text.matchAll(TOKENS)) {
    const area = match[2] === undefined ? undefined : parseArea(match[2]);
    if (area !== undefined) {
      const key = `${(match[1] ?? '').toLowerCase()}${match[2].replaceAll('$', '').toUpperCase()}`;
      const color = colors.get(key) ?? colors.size % COLORS;
      colors.set(key, color);
      found.push({
        start: match.index,
        end: match.index + match[0].length,
        text: match[0],
        area,
        color,
        ...(match[1] === undefined ? {} : { sheet: unquoted(match[1].slice(0, -1)) })
      });
    }
  }
  return found;
}

function unquoted(name: string): string {
  return name.startsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name;
}

export function quotedSheet(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && parseArea(name) === undefined ? name : `'${name.replaceAll("'", "''")}'`;
}

/** Whether a click on a cell should put its name in at the caret. */
export function wantsRef(text: string, caret: number): boolean {
  return text.startsWith('=') && /[=(;,+\-*/^&<>:{]\s*$/.test(text.slice(0, caret));
}

/** The word of a function that is being typed before the caret. */
export function wordAt(text: string, caret: number): { word: string; start: number } | undefined {
  const before = text.slice(0, caret);
  if (!before.startsWith('=') || (before.match(/"/g) ?? []).length % 2 === 1) {
    return undefined;
  }
  const found = /(?:^|[=(;,+\-*/^&<>\s{])([\p{L}][\p{L}\p{N}_.]*)$/u.exec(before);
  return found === null ? undefined : { word: found[1], start: caret - found[1].length };
}

const ONE = /(\$?)([A-Z]{1,3})(\$?)([1-9]\d*)/gi;

/** The formula as it reads so many rows and columns further. */
export function moved(text: string, rows: number, columns: number): string {
  let shifted = '';
  let at = 0;
  for (const ref of refsOf(text)) {
    const cut = ref.text.lastIndexOf('!') + 1;
    shifted += text.slice(at, ref.start) + ref.text.slice(0, cut) + shift(ref.text.slice(cut), rows, columns);
    at = ref.end;
  }
  return shifted + text.slice(at);
}

function shift(ref: string, rows: number, columns: number): string {
  if (!/\d/.test(ref)) {
    return ref.replace(/(\$?)([A-Z]{1,3})/gi, (all: string, fixed: string, name: string) => (fixed ? all : shiftColumn(name, columns)));
  }
  if (!/[A-Z]/i.test(ref)) {
    return ref.replace(/(\$?)(\d+)/g, (all: string, fixed: string, row: string) => (fixed ? all : String(Number(row) + rows)));
  }
  let broken = false;
  const found = ref.replace(ONE, (_all, fixedColumn: string, name: string, fixedRow: string, row: string) => {
    const place = columnOf(name) + (fixedColumn ? 0 : columns);
    const line = Number(row) + (fixedRow ? 0 : rows);
    broken ||= place < 0 || place >= MOST_COLUMNS || line < 1 || line > MOST_ROWS;
    return `${fixedColumn}${letters(Math.max(0, place))}${fixedRow}${line}`;
  });
  return broken ? '#REF!' : found;
}

function shiftColumn(name: string, by: number): string {
  const place = columnOf(name) + by;
  return place < 0 ? '#REF!' : letters(place);
}
