/** What I wrote and another has written over since: told in one message, put back with one click. */
import { keyOf, type IWritten } from '../model/memory.js';
import type { TypedCell, Value } from '../wire.js';
import { nameOfMember, type ISheetContext } from './context.js';
import type { IHeld } from './readcells.js';
import { cellName } from './rows.js';

interface ILoss extends IHeld {
  mine: IWritten;
  /** Nobody who is known, if I was away. */
  author: string;
}

const ABOUT = 'lost';

export class Losses {
  constructor(private readonly _on: ISheetContext) {}

  /** What a cell of mine holds now: something else, or (again) what I wrote. */
  look(mine: IWritten, loss: Omit<ILoss, 'mine'> | undefined): void {
    if (loss !== undefined) {
      this._new = true;
      this._lost.set(keyOf(mine), { mine, ...loss });
    } else {
      this._lost.delete(keyOf(mine));
    }
  }

  /** I wrote there again. */
  over(tab: string, cells: TypedCell[]): void {
    const before = this._lost.size;
    cells.forEach(([row, column]) => this._lost.delete(keyOf({ tab, row, column })));
    if (this._lost.size !== before) {
      this.tell();
    }
  }

  tell(): void {
    const { notices, workspace } = this._on;
    if (this._lost.size === 0) {
      notices.take(ABOUT);
      return;
    }
    const text = this._said([...this._lost.values()]);
    if (!this._new && text === this._told) {
      return;
    }
    this._new = false;
    this._told = text;
    notices.tell({
      text,
      about: ABOUT,
      tone: 'warn',
      stays: true,
      closed: () => this._lost.clear(),
      action: { label: workspace.words.__('Put mine back'), run: () => this._back() }
    });
  }

  private _said(lost: ILoss[]): string {
    const { model, workspace, numbers } = this._on;
    const { words } = workspace;
    const authors = new Set(lost.map(one => one.author));
    const who = authors.size === 1 && lost[0].author !== '' ? nameOfMember(this._on, lost[0].author) : '';
    const place = model.placeOf(lost[0].mine.tab, lost[0].mine.row, lost[0].mine.column);
    if (lost.length > 1 || place === undefined) {
      const count = numbers.whole(lost.length);
      return who === ''
        ? words._n('%2 cell that you had written was changed by others.', '%2 cells that you had written were changed by others.', lost.length, count)
        : words._n('%3 changed %2 cell that you had just written.', '%3 changed %2 cells that you had just written.', lost.length, count, who);
    }
    const [one] = lost;
    const empty = words.__('empty');
    const shown = [one.mine.text, one.local ?? numbers.typed(one.input)].map(text => (text === '' ? empty : text));
    const name = cellName({ model, tab: one.mine.tab }, place);
    return who === ''
      ? words.__('%1 was changed while you were away: %2 → %3.', name, ...shown)
      : words.__('%1 changed %2, which you had just written: %3 → %4.', who, name, ...shown);
  }

  /** All in one change for each tab, so that it can be taken back at once. */
  private _back(): void {
    const { model } = this._on;
    const lost = [...this._lost.values()].map(({ mine }) => mine);
    this._lost.clear();
    for (const tab of new Set(lost.map(one => one.tab))) {
      const here = lost.filter(one => one.tab === tab);
      const typed = here.filter(one => one.raw === undefined);
      const raw = here.filter(one => one.raw !== undefined);
      if (typed.length > 0) {
        model.type(tab, typed.map(({ row, column, text }): TypedCell => [row, column, text]));
      }
      if (raw.length > 0) {
        model.do('set_cells', { tab, cells: raw.map((one): [number, number, Value] => [one.row, one.column, one.raw ?? null]) });
      }
    }
  }

  private readonly _lost = new Map<string, ILoss>();
  private _told = '';
  private _new = false;
}
