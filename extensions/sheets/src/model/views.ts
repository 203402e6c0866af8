/** In what order and with which filters the tabs are seen here: by a view of my own, or by the one that all share. */
import type { ISheetInfo, IView } from '../wire.js';

/** As the server calls it: '' for the rows as they stand, `mine`, `shared`, or what it is where nobody keeps it. */
export type ViewWord = string;

export class Views {
  /** Mine, by tab, as the server knows them. */
  known(mine: Record<string, IView>): void {
    this._mine = new Map(Object.entries(mine));
  }

  set(tab: string, view: IView | null): void {
    this._here.delete(tab);
    if (view === null) {
      this._mine.delete(tab);
    } else {
      this._mine.set(tab, view);
      this._all.delete(tab);
    }
  }

  /** Without what I see for myself alone; else all rows for me, though all share a view. Until this page is closed. */
  showAll(tab: string): void {
    if (!this._here.delete(tab)) {
      this._all.add(tab);
    }
  }

  /** For who keeps none, until this page is closed; undefined: no more. */
  show(tab: string, view: IView | undefined): void {
    if (view === undefined) {
      this._here.delete(tab);
    } else {
      this._here.set(tab, view);
    }
  }

  /** Whether nobody else sees the tab so. */
  isOwn(tab: string): boolean {
    return this._here.has(tab) || (this._mine.has(tab) && !this._all.has(tab));
  }

  of(info: ISheetInfo | null, tab: string): ViewWord {
    const here = this._here.get(tab);
    if (here !== undefined) {
      return JSON.stringify(here);
    }
    if (this._all.has(tab)) {
      return '';
    }
    if (this._mine.has(tab)) {
      return 'mine';
    }
    return shared(info, tab) !== undefined ? 'shared' : '';
  }

  shown(info: ISheetInfo | null, tab: string): IView | undefined {
    const here = this._here.get(tab);
    if (here !== undefined) {
      return here;
    }
    const word = this.of(info, tab);
    return word === 'mine' ? this._mine.get(tab) : word === 'shared' ? shared(info, tab) : undefined;
  }

  private _mine = new Map<string, IView>();
  private readonly _here = new Map<string, IView>();
  private readonly _all = new Set<string>();
}

function shared(info: ISheetInfo | null, tab: string): IView | undefined {
  return info?.tabs.find(one => one.id === tab)?.shared ?? undefined;
}
