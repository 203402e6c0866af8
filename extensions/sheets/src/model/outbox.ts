/** Submissions that the server has not answered: sent again after a cut, with the same numbers, so that each is done once. */
import type { Outgoing, TypedCell, Work } from '../wire.js';

export interface ISent {
  n: number;
  message: Outgoing;
}

/** What somebody has typed and the windows do not show yet. */
export interface IDraft {
  text: string;
  n: number;
  /** The state that holds it; 0 until the server has said. */
  seq: number;
}

/** What is typed goes in pieces of so many cells, and so many letters. */
export const MOST_CELLS = 10_000;
const MOST_LETTERS = 2_000_000;

export function pieces(cells: TypedCell[]): TypedCell[][] {
  const found: TypedCell[][] = [];
  let letters = Infinity;
  for (const cell of cells) {
    letters += cell[2].length;
    const last = found[found.length - 1] as TypedCell[] | undefined;
    if (last === undefined || last.length >= MOST_CELLS || letters > MOST_LETTERS) {
      found.push([cell]);
      letters = cell[2].length;
    } else {
      last.push(cell);
    }
  }
  return found;
}

export class Outbox {
  /** The next number, for a change. */
  submit(base_seq: number, work: Work): Outgoing {
    const message: Outgoing = { type: 'submit', n: ++this._n, base_seq, ...work };
    if ('typed' in work) {
      this._draft(work.typed.tab, work.typed.cells);
    }
    return this._keep(message);
  }

  undo(type: 'undo' | 'redo'): Outgoing {
    return this._keep({ type, n: ++this._n });
  }

  /** The server has done it; what was typed is shown until a window has it. */
  answered(n: number, seq: number): Outgoing | undefined {
    const message = this._waiting.get(n);
    this._waiting.delete(n);
    this._drafts.forEach(tab => tab.forEach(draft => draft.n === n && (draft.seq = seq)));
    return message;
  }

  /** The server will not do it. */
  refused(n: number): Outgoing | undefined {
    const message = this._waiting.get(n);
    this._waiting.delete(n);
    this._each((tab, key, draft) => draft.n === n && tab.delete(key));
    return message;
  }

  /** A window of this state has come: it shows these cells better. */
  shown(tab: string, seq: number, rows: ReadonlySet<number>, columns: ReadonlySet<number>): void {
    const drafts = this._drafts.get(tab);
    drafts?.forEach((draft, key) => {
      const [row, column] = key.split(',').map(Number);
      if (draft.seq > 0 && draft.seq <= seq && rows.has(row) && columns.has(column)) {
        drafts.delete(key);
      }
    });
  }

  drafts(tab: string): boolean {
    return (this._drafts.get(tab)?.size ?? 0) > 0;
  }

  draft(tab: string, row: number, column: number): IDraft | undefined {
    return this._drafts.get(tab)?.get(`${row},${column}`);
  }

  /** In order, to be sent again. */
  waiting(): Outgoing[] {
    return [...this._waiting.values()];
  }

  get pending(): number {
    return this._waiting.size;
  }

  private _keep(message: Outgoing): Outgoing {
    this._waiting.set(message.n, message);
    return message;
  }

  private _draft(tab: string, cells: TypedCell[]): void {
    let drafts = this._drafts.get(tab);
    if (drafts === undefined) {
      this._drafts.set(tab, (drafts = new Map<string, IDraft>()));
    }
    for (const [row, column, text] of cells) {
      drafts.set(`${row},${column}`, { text, n: this._n, seq: 0 });
    }
  }

  private _each(visit: (drafts: Map<string, IDraft>, key: string, draft: IDraft) => unknown): void {
    this._drafts.forEach(drafts => drafts.forEach((draft, key) => visit(drafts, key, draft)));
  }

  private _n = 0;
  private readonly _waiting = new Map<number, Outgoing>();
  private readonly _drafts = new Map<string, Map<string, IDraft>>();
}
