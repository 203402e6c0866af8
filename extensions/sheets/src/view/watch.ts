/** Two wrote into one cell: who was quicker, and who lost, are told; the loser can put theirs back. */
import { Memory, type IWritten } from '../model/memory.js';
import type { IHeard } from '../model/told.js';
import type { IApplied, ILost, IOp, Outgoing, TypedCell, Value } from '../wire.js';
import { isTagged } from '../wire.js';
import { nameOfMember, type ISheetContext } from './context.js';
import { Losses } from './losses.js';
import { UNDOABLE } from './notices.js';
import { readCells } from './readcells.js';
import { cellName } from './rows.js';

/** Changes that write into cells; others move them or change how they look. */
const WRITES = new Set(['set_cells', 'set_block', 'clear', 'fill_formula', 'replace_table', 'upsert_rows', 'undo', 'redo', 'typed']);
/** What offers to be undone. */
const REMOVALS = new Set(['delete_rows', 'delete_columns', 'remove_tab']);
const MOST_TOLD = 3;

export class Watch {
  constructor(private readonly _on: ISheetContext) {
    this._losses = new Losses(_on);
    _on.model.heard.connect((_, heard) => this._hear(heard));
    _on.model.changed.connect(() => this._line());
    _on.model.cells.connect(() => void this._again());
  }

  private _hear({ applied, mine }: IHeard): void {
    if (mine !== undefined) {
      if (!REMOVALS.has(applied.kind)) {
        this._on.notices.take(UNDOABLE);
      }
      this._mine(applied, mine);
      this._won(applied.lost ?? []);
      this._skipped(applied);
    } else if (applied.author !== this._on.model.me && WRITES.has(applied.kind)) {
      void this._compare(this._touched(applied), applied.author);
    }
  }

  private _touched({ changed }: IApplied): IWritten[] {
    const { model } = this._on;
    const place = ({ tab, row, column }: IWritten): number | undefined => {
      const at = model.placeOf(tab, row, column)?.row;
      return at === undefined ? undefined : model.rows.real(tab, at);
    };
    return changed.flatMap(one => this._memory.touched(one, place));
  }

  private _mine(applied: IApplied, mine: Outgoing): void {
    if (mine.type !== 'submit') {
      // What I took back I do not miss.
      this._touched(applied).forEach(one => this._memory.forget(one));
      return;
    }
    const [tab, cells, raws] = 'typed' in mine ? [mine.typed.tab, mine.typed.cells, []] : writtenBy(mine.op, this._on);
    const written = this._memory.wrote(tab, cells, raws);
    this._losses.over(tab, cells);
    void readCells(this._on, written).then(found => {
      // What another has written since is not what I wrote.
      if (this._on.model.seq === applied.seq) {
        found.forEach(({ input }, one) => (one.input = JSON.stringify(input)));
      }
    });
  }

  /** Away and back: what was written meanwhile was not heard of. */
  private _line(): void {
    const { model } = this._on;
    const away = model.saveState === 'offline';
    this._memory.away(away);
    if (away) {
      this._left ??= model.seq;
    } else if (this._left !== null && model.saveState !== 'connecting') {
      this._due = model.seq === this._left ? [] : this._memory.all();
      this._left = null;
      void this._again();
    }
  }

  /** Where cells are now is known only when their windows have come again. */
  private async _again(): Promise<void> {
    const { model } = this._on;
    if (this._due.length > 0 && model.windows !== this._round && model.saveState !== 'offline') {
      this._round = model.windows;
      const due = this._due.filter(one => this._memory.has(one));
      this._due = [];
      const known = await this._compare(due, '');
      this._due = due.filter(one => !known.has(one) && this._memory.has(one));
      // Windows may have come meanwhile.
      await this._again();
    }
  }

  /** Those whose value is gone are told of; the answer is which could be looked at. */
  private async _compare(written: IWritten[], author: string): Promise<Set<IWritten>> {
    const found = await readCells(this._on, written);
    for (const [one, cell] of found) {
      const same = one.input === undefined ? cell.local === undefined || cell.local === one.text : one.input === JSON.stringify(cell.input);
      if (this._memory.has(one)) {
        this._losses.look(one, same ? undefined : { author, ...cell });
      }
    }
    this._losses.tell();
    return new Set(found.keys());
  }

  /** Mine stands where another had just written. */
  private _won(lost: ILost[]): void {
    const { model, workspace, notices } = this._on;
    for (const { tab, row, column, author } of lost.filter(one => one.author !== model.me).slice(0, MOST_TOLD)) {
      const place = model.placeOf(tab, row, column);
      if (place !== undefined) {
        notices.tell({
          text: workspace.words.__('%1’s value in %2 was replaced by yours.', nameOfMember(this._on, author), cellName({ model, tab }, place)),
          about: `${tab} ${row} ${column}`
        });
      }
    }
  }

  private _skipped({ kind, skipped = 0 }: IApplied): void {
    const { workspace, notices } = this._on;
    if (skipped > 0 && (kind === 'undo' || kind === 'redo')) {
      notices.tell({
        text: workspace.words._n(
          '%1 cell was left as it is: another has changed it since.',
          '%1 cells were left as they are: others have changed them since.',
          skipped,
          skipped
        ),
        about: 'undo'
      });
    }
  }

  private readonly _memory = new Memory();
  private readonly _losses: Losses;
  private _left: number | null = null;
  private _due: IWritten[] = [];
  private _round = -1;
}

/** The cells of an operation of mine, as somebody would type them. */
function writtenBy(op: IOp, { numbers }: ISheetContext): [string, TypedCell[], Value[]] {
  const cells = op.kind === 'set_cells' ? (op['cells'] as [number, number, Value][]) : [];
  const text = (value: Value): string => (isTagged(value) ? value.v : numbers.typed(value));
  return [String(op['tab']), cells.map(([row, column, value]) => [row, column, text(value)]), cells.map(([, , value]) => value)];
}
