/** Colleagues: their cells in their colours with their names, and mine for them. */
import { Signal } from '@lumino/signaling';

import { areaOf, type ICell } from '../a1.js';
import type { IMark } from '../grid/igrid.js';
import type { ISheetContext } from './context.js';

const TOLD_MS = 100;
/** A name covers what stands below it: who sits still is known by the colour, and by the faces above. */
const NAMED_MS = 20_000;

export class Others {
  constructor(
    private readonly _on: ISheetContext,
    private readonly _editing: () => boolean
  ) {
    _on.model.moved.connect(() => this._look());
    _on.model.cells.connect(() => this._untold && this.tell());
  }

  /** Names come or go. */
  readonly changed: Signal<Others, void> = new Signal<Others, void>(this);

  /** Those in this tab; of several windows of one person each. */
  marks(): IMark[] {
    const { model, workspace, tab } = this._on;
    return model
      .cursors()
      .filter(cursor => cursor.tab === tab)
      .flatMap(({ client, row, column, to, member, editing }) => {
        const person = workspace.directory.get(member);
        const name = person?.display_name.split(' ')[0];
        const area = areaOf({ row, column }, { row: to[0], column: to[1] });
        const named = editing || Date.now() - (this._moves.get(client)?.at ?? 0) < NAMED_MS;
        const label = name && editing ? `${name} …` : name;
        const color = person?.color ?? 'var(--jp-ui-font-color2)';
        // A view of mine shows their rows elsewhere, or not.
        return model.rows.shown(tab, area).map((part, at): IMark => ({ area: part, kind: 'other', color, ...(named && at === 0 ? { label } : {}) }));
      });
  }

  /** Where a member is in the sheet. */
  placeOf(member: string): { tab: string; cell: ICell } | undefined {
    const found = this._on.model.cursors().find(cursor => cursor.member === member);
    return found === undefined ? undefined : { tab: found.tab, cell: { row: found.row, column: found.column } };
  }

  /** I have moved. */
  tell(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      const { grid, model, tab } = this._on;
      const { active, selection } = grid;
      // The cell at hand is a corner, unless somebody goes round what is chosen: then all of it is told, not where.
      const corner = [selection.top, selection.bottom].includes(active.row) && [selection.left, selection.right].includes(active.column);
      const at = corner ? active : { row: selection.top, column: selection.left };
      const [row, last] = [at.row, at.row === selection.top ? selection.bottom : selection.top].map(one => model.rows.real(tab, one));
      const column = at.column === selection.left ? selection.right : selection.left;
      this._untold = row === undefined || last === undefined;
      if (tab !== '' && row !== undefined && last !== undefined) {
        model.tell({ tab, row, column: at.column, to: [last, column], editing: this._editing() });
      }
    }, TOLD_MS);
  }

  dispose(): void {
    clearTimeout(this._timer);
    clearTimeout(this._naming);
    Signal.clearData(this);
  }

  private _look(): void {
    for (const { client, tab, row, column } of this._on.model.cursors()) {
      const where = `${tab} ${row} ${column}`;
      if (this._moves.get(client)?.where !== where) {
        this._moves.set(client, { where, at: Date.now() });
      }
    }
    clearTimeout(this._naming);
    this._naming = setTimeout(() => this.changed.emit(), NAMED_MS + 50);
  }

  /** Which row of the sheet I am in was not known yet. */
  private _untold = false;
  private readonly _moves = new Map<string, { where: string; at: number }>();
  private _naming: ReturnType<typeof setTimeout> | undefined;

  private _timer: ReturnType<typeof setTimeout> | undefined;
}
