/** Above the cells while a filter or an order is on: how many rows are left, for whom, and the way back. */
import type { IView } from '../wire.js';
import { filterIcon } from '../icons.js';
import { isOn } from './conditions.js';
import type { ISheetContext } from './context.js';

export class Strip {
  constructor(private readonly _on: ISheetContext) {
    this.node.className = 'opw-SheetStrip';
    this.node.hidden = true;
    const text = document.createElement('span');
    text.setAttribute('role', 'status');
    this._whom.className = 'opw-SheetStrip-whom';
    text.append(this._count, ' ', this._whom);
    const picture = document.createElement('span');
    picture.className = 'opw-SheetStrip-icon';
    filterIcon.element({ container: picture, width: '16px', height: '16px' });
    this._clear.type = 'button';
    this._clear.className = 'opw-Button';
    this._clear.addEventListener('click', () => clearView(_on));
    this.node.append(picture, text, this._clear);
    const again = (): void => this._look();
    _on.model.changed.connect(again);
    _on.model.cells.connect(again);
  }

  readonly node = document.createElement('div');

  /** Another tab is shown. */
  update(): void {
    this._look();
  }

  private _look(): void {
    const { model, tab } = this._on;
    const view = model.viewIn(tab);
    const own = model.isOwnView(tab);
    this.node.hidden = model.viewOf(tab) === '' || !isOn(view);
    if (view === undefined || this.node.hidden) {
      return;
    }
    const { words } = this._on.workspace;
    const whom = own ? words.__('Only you see it so.') : words.__('Everybody sees it so.');
    const clear = own ? words.__('Clear') : model.canWrite ? words.__('Clear for everybody') : words.__('Show all rows');
    for (const [node, text] of [[this._count, this._said(view)], [this._whom, whom], [this._clear, clear]] as const) {
      if (node.textContent !== text) {
        node.textContent = text;
      }
    }
  }

  private _said({ filter = [] }: IView): string {
    const { model, tab, numbers, workspace } = this._on;
    const { words } = workspace;
    const { rows, total } = model.size(tab);
    const headings = model.tab(tab)?.header === true ? 1 : model.rows.headings(tab);
    const [left, all] = [rows, total].map(count => Math.max(0, count - headings));
    return filter.length === 0 ? words.__('The rows are in an order of their own') : words._n('%2 of %3 row', '%2 of %3 rows', all, numbers.whole(left), numbers.whole(all));
  }

  private readonly _count = document.createElement('span');
  private readonly _whom = document.createElement('span');
  private readonly _clear = document.createElement('button');
}

/** All rows again: mine, or for all who see it so. */
export function clearView({ model, grid, tab }: ISheetContext): void {
  if (!model.canWrite) {
    model.showAll(tab);
  } else if (model.isOwnView(tab)) {
    model.do('set_view', { tab, mine: true });
  } else {
    model.do('set_view', { tab });
  }
  grid.reset();
  grid.focus();
}
