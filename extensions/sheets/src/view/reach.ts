/** Leads to cells by how formulas name them, wherever a view shows them. */
import { areaOf, MOST_ROWS, type IArea } from '../a1.js';
import type { ISheetContext } from './context.js';
import { clearView } from './strip.js';

/** Choose them; what no view shows is told, with the way to see it. */
export async function reach(on: ISheetContext, area: IArea): Promise<void> {
  const { model, grid, tab } = on;
  if (!model.rows.moved(tab) || (area.top === 0 && area.bottom >= MOST_ROWS - 1)) {
    choose(on, area);
    return;
  }
  const whole = await model.rows.find(tab, area.top, area.bottom).catch(() => undefined);
  if (whole === undefined || on.tab !== tab) {
    return;
  }
  if (whole.shown === 0) {
    hidden(on, area);
  } else if (whole.shown === whole.last - whole.first + 1) {
    choose(on, { ...area, top: whole.first, bottom: whole.last });
  } else {
    // In an order of their own the rows are apart: the first of them.
    choose(on, areaOf({ row: whole.first, column: area.left }));
  }
  grid.focus();
}

function choose({ grid }: ISheetContext, area: IArea): void {
  grid.select(area);
  grid.focus();
}

function hidden(on: ISheetContext, area: IArea): void {
  const { words } = on.workspace;
  const several = area.top !== area.bottom;
  const [first, last] = [String(area.top + 1), String(area.bottom + 1)];
  const text = several ? words.__('The filter hides the rows %1 to %2.', first, last) : words.__('The filter hides row %1.', first);
  const { model, tab } = on;
  const go = (): void => {
    if (model.viewOf(tab) === '') {
      model.changed.disconnect(go);
      on.go(tab, area);
    }
  };
  const run = (): void => {
    clearView(on);
    model.changed.connect(go);
    go();
  };
  on.notices.tell({ text, about: 'hidden', action: { label: words.__('Show all rows'), run } });
}
