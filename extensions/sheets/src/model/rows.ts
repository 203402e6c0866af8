/** Rows of a sheet, as formulas name them, and where a view shows them. */
import { MOST_ROWS, type IArea } from '../a1.js';
import type { IPlaces } from '../wire.js';
import type { Sight } from './sight.js';

export interface IRowsOptions {
  sight: Sight;
  viewOf: (tab: string) => string;
  ask: (question: Record<string, unknown>) => Promise<IPlaces>;
}

export class Rows {
  constructor(private readonly _options: IRowsOptions) {}

  /** So many first rows are in every view. */
  headings(tab: string): number {
    return this._options.sight.of(tab)?.headings ?? 0;
  }

  /** Whether rows are shown elsewhere than where they are. */
  moved(tab: string): boolean {
    const numbers = this._options.sight.of(tab)?.numbers;
    return this._options.viewOf(tab) !== '' || (numbers !== undefined && numbers !== null);
  }

  /** The row of the sheet that stands there; undefined until it is known. */
  real(tab: string, row: number): number | undefined {
    return this.moved(tab) ? this._options.sight.realRow(tab, row) : row;
  }

  /** Where an area of the sheet is shown, as far as it is known. */
  shown(tab: string, area: IArea): IArea[] {
    if (!this.moved(tab) || (area.top === 0 && area.bottom >= MOST_ROWS - 1)) {
      return [area];
    }
    const parts: IArea[] = [];
    for (const row of this._options.sight.shownRows(tab, area.top, area.bottom)) {
      const last = parts[parts.length - 1] as IArea | undefined;
      if (last !== undefined && last.bottom === row - 1) {
        last.bottom = row;
      } else {
        parts.push({ ...area, top: row, bottom: row });
      }
    }
    return parts;
  }

  /** Where rows of the sheet are shown: the first place, the last, how many are. */
  async find(tab: string, top: number, bottom: number): Promise<IPlaces> {
    return this.moved(tab)
      ? this._options.ask({ type: 'places', tab, top, bottom, view: this._options.viewOf(tab) })
      : { first: top, last: bottom, shown: bottom - top + 1 };
  }
}
