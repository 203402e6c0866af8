/** What is protected in a sheet: where it shows, whom it stops, whom to ask. */
import { areaName, common, inside, MOST_COLUMNS, MOST_ROWS, type IArea, type ICell } from '../a1.js';
import type { IProblem, IProtection, Outgoing } from '../wire.js';
import { nameOfMember, type ISheetContext } from './context.js';
import { nameOfChosen } from './rows.js';

export interface IGuarded {
  title: string;
  /** Not for who looks. */
  closed: boolean;
  states: string;
}

export class Guards {
  constructor(private readonly _on: ISheetContext) {}

  all(): IProtection[] {
    return this._on.model.info?.protections ?? [];
  }

  /** Of a cell; undefined where nothing is protected. One that stops me counts most. */
  at(tab: string, { row, column }: ICell): IGuarded | undefined {
    const all = this._of(tab);
    const real = all.length === 0 ? undefined : this._on.model.rows.real(tab, row);
    if (real === undefined) {
      return undefined;
    }
    const cell = { row: real, column };
    const here = all.filter(one => areasOf(one).some(area => inside(cell, area)));
    const first = here.find(one => this.closed(one)) ?? here[0];
    if (first === undefined) {
      return undefined;
    }
    const ranges = here.filter(one => one.range !== null);
    const corner = ranges.some(({ range }) => range !== null && cell.row === range[0] && cell.column === range[3] - 1);
    const states = [...(ranges.length > 0 ? ['guarded'] : []), ...(corner ? ['locked'] : [])];
    return { title: this.title(first), closed: this.closed(first), states: states.join(' ') };
  }

  /** Why a column bears a lock; empty without one. */
  column(tab: string, column: number): string {
    const found = this.all().find(one => one.tab === tab && one.columns.includes(column));
    return found === undefined ? '' : this.title(found);
  }

  /** Why a tab bears a lock; empty without one. */
  tab(tab: string): string {
    const found = this.all().find(one => one.tab === tab && isWhole(one));
    return found === undefined ? '' : this.title(found);
  }

  /** Whether I may not write there. */
  closed({ members }: IProtection): boolean {
    const { level, me } = this._on.model;
    return level !== 'manager' && !members.includes(me);
  }

  /** Whether I may lift it. */
  mayLift(one: IProtection): boolean {
    const { canWrite, me } = this._on.model;
    return canWrite && (!this.closed(one) || one.by === me);
  }

  /** True, and told whom to ask, when some cell of an area is not mine to write. */
  stops(area: IArea): boolean {
    const { tab, notices } = this._on;
    const meets = (part: IArea): boolean => this._on.model.rows.shown(tab, part).some(one => common(one, area) !== undefined);
    const found = this._of(tab).find(one => this.closed(one) && areasOf(one).some(meets));
    if (found !== undefined) {
      const active = { row: area.top, column: area.left };
      notices.tell({ text: this._why(found, nameOfChosen(this._on, area, active)), tone: 'warn', about: 'protected' });
    }
    return found !== undefined;
  }

  /** What to say when the server has refused for a protection; undefined when it was for something else. */
  refusal({ protection }: IProblem, message: Outgoing | undefined): string | undefined {
    const found = this.all().find(one => one.id === protection);
    if (found === undefined) {
      return undefined;
    }
    const { words } = this._on.workspace;
    return message !== undefined && message.type !== 'submit'
      ? words.__('Part of this change is protected now (%1). %2', this.place(found), this._ask(found))
      : this._why(found, this.place(found));
  }

  /** As one says it within a sentence. */
  place(one: IProtection): string {
    const { words } = this._on.workspace;
    const name = this._on.model.tab(one.tab)?.name ?? '';
    if (isWhole(one)) {
      return words.__('the whole tab “%1”', name);
    }
    const areas = areasOf(one);
    const text = areas.map(area => areaName(area)).join(', ');
    if (one.range !== null) {
      return words.__('%1 of “%2”', text, name);
    }
    const single = one.columns.length === 1;
    return single ? words.__('column %1 of “%2”', text.split(':')[0], name) : words.__('columns %1 of “%2”', text, name);
  }

  /** Names of who may write there, besides managers; empty for nobody. */
  names({ members }: IProtection): string {
    const { locale } = this._on.workspace;
    return new Intl.ListFormat(locale, { type: 'conjunction' }).format(members.map(id => nameOfMember(this._on, id)));
  }

  /** One that lies exactly there and that I may change. */
  same(tab: string, areas: IArea[], whole: boolean): IProtection | undefined {
    const wanted = JSON.stringify(areas);
    return this.all().find(
      one => one.tab === tab && this.mayLift(one) && isWhole(one) === whole && (whole || JSON.stringify(areasOf(one)) === wanted)
    );
  }

  title(one: IProtection): string {
    const { words } = this._on.workspace;
    return one.members.length === 0
      ? words.__('Protected: only managers of this sheet may write here.')
      : words.__('Protected: only %1 and managers may write here.', this.names(one));
  }

  private _of(tab: string): IProtection[] {
    return this.all().filter(one => one.tab === tab);
  }

  private _why(one: IProtection, what: string): string {
    return this._on.workspace.words.__('%1 is protected. %2', what, this._ask(one));
  }

  private _ask({ by }: IProtection): string {
    const { words } = this._on.workspace;
    if (by === this._on.model.me) {
      return words.__('You protected it yourself: lift the protection to write there.');
    }
    return by === '' ? words.__('Ask a manager of this sheet.') : words.__('Ask %1, who protected it.', nameOfMember(this._on, by));
  }
}

export function isWhole({ columns, range }: IProtection): boolean {
  return range === null && columns.length === 0;
}

/** Neighbouring columns are one area. */
export function areasOf(one: IProtection): IArea[] {
  if (one.range !== null) {
    const [top, left, bottom, right] = one.range;
    return [{ top, left, bottom: bottom - 1, right: right - 1 }];
  }
  if (isWhole(one)) {
    return [{ top: 0, left: 0, bottom: MOST_ROWS - 1, right: MOST_COLUMNS - 1 }];
  }
  const areas: IArea[] = [];
  for (const column of one.columns) {
    const last = areas[areas.length - 1] as IArea | undefined;
    if (last !== undefined && last.right === column - 1) {
      last.right = column;
    } else {
      areas.push({ top: 0, left: column, bottom: MOST_ROWS - 1, right: column });
    }
  }
  return areas;
}

