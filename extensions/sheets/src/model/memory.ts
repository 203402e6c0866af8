/** The last cells that somebody wrote here, to tell when another has written over them. */
import type { IChanged, TypedCell, Value } from '../wire.js';

const REMEMBERED_MS = 60_000;
/** What is pasted is watched up to so many cells. */
const MOST_WATCHED = 200;
const MOST_KEPT = 1000;

export interface IWritten {
  tab: string;
  row: number;
  column: number;
  /** As typed. */
  text: string;
  /** As the server writes inputs, where it was no text that was typed. */
  raw?: Value;
  /** What the server made of it, as JSON; until it has said so, the text is all that is known. */
  input?: string;
  at: number;
}

export function keyOf({ tab, row, column }: Pick<IWritten, 'tab' | 'row' | 'column'>): string {
  return `${tab}\n${row}\n${column}`;
}

export class Memory {
  constructor(private readonly _now: () => number = Date.now) {}

  /** Those that are watched from now on. */
  wrote(tab: string, cells: TypedCell[], raws: Value[] = []): IWritten[] {
    if (cells.length > MOST_WATCHED) {
      cells.forEach(([row, column]) => this.forget({ tab, row, column }));
      return [];
    }
    const written = cells.map(([row, column, text], index): IWritten => {
      const raw = raws[index] as Value | undefined;
      return { tab, row, column, text, at: this._now(), ...(raw === undefined ? {} : { raw, input: JSON.stringify(raw) }) };
    });
    for (const one of written) {
      this._cells.delete(keyOf(one));
      this._cells.set(keyOf(one), one);
    }
    [...this._cells.keys()].slice(0, Math.max(0, this._cells.size - MOST_KEPT)).forEach(key => this._cells.delete(key));
    return written;
  }

  /** What was written lately where a change has touched the grid. */
  touched(changed: IChanged, place: (written: IWritten) => number | undefined): IWritten[] {
    this._forget();
    const columns = new Set((changed.cells ?? []).map(([column]) => column));
    return [...this._cells.values()].filter(written => {
      if (written.tab !== changed.tab || (changed.structure !== true && !columns.has(written.column))) {
        return false;
      }
      const row = changed.structure === true ? undefined : place(written);
      const meets = ([column, first, after]: [number, number, number]): boolean =>
        column === written.column && row !== undefined && row >= first && row < after;
      return changed.structure === true || (changed.cells ?? []).some(meets);
    });
  }

  /** All that was written lately. */
  all(): IWritten[] {
    this._forget();
    return [...this._cells.values()];
  }

  has(written: IWritten): boolean {
    return this._cells.get(keyOf(written)) === written;
  }

  forget(written: Pick<IWritten, 'tab' | 'row' | 'column'>): void {
    this._cells.delete(keyOf(written));
  }

  /** Time does not count while nobody can write, here or there, what I would not hear of. */
  away(gone: boolean): void {
    if (gone) {
      this._forget();
      this._gone ??= this._now();
    } else if (this._gone !== null) {
      const time = this._now() - this._gone;
      this._gone = null;
      this._cells.forEach(written => (written.at += time));
    }
  }

  private _forget(): void {
    const oldest = (this._gone ?? this._now()) - REMEMBERED_MS;
    this._cells.forEach((written, key) => written.at < oldest && this._cells.delete(key));
  }

  private readonly _cells = new Map<string, IWritten>();
  private _gone: number | null = null;
}
