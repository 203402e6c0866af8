/** What the menu at the cells offers. */
import { InputDialog } from '@jupyterlab/apputils';

import { STANDARD_WIDTH } from '../grid/domgrid.js';
import type { IPick } from '../grid/igrid.js';
import type { Clip } from './clip.js';
import type { ISheetContext } from './context.js';
import type { Deeds } from './deeds.js';
import type { IEntry } from './menus.js';
import { openProtect } from './protect.js';

export function cellEntries(on: ISheetContext, deeds: Deeds, clip: Clip, { where }: IPick): (IEntry | null)[] {
  const { words } = on.workspace;
  const enabled = on.model.canWrite;
  const edit: (IEntry | null)[] = [
    { label: words.__('Cut'), keys: 'Accel X', enabled, run: () => clip.copy(true) },
    { label: words.__('Copy'), keys: 'Accel C', run: () => clip.copy(false) },
    { label: words.__('Paste'), keys: 'Accel V', enabled, run: () => clip.pasteFromSystem() },
    { label: words.__('Clear the cells'), keys: 'Delete', enabled, run: () => deeds.clear() },
    { label: words.__('Fill down'), keys: 'Accel D', enabled, run: () => deeds.fillDown() },
    { label: words.__('Fill right'), keys: 'Accel R', enabled, run: () => deeds.fillRight() },
    null
  ];
  const rows: (IEntry | null)[] = [
    { label: words.__('Insert rows above'), enabled, run: () => deeds.insert('rows', false) },
    { label: words.__('Insert rows below'), enabled, run: () => deeds.insert('rows', true) },
    { label: words.__('Delete the rows'), enabled, run: () => deeds.remove('rows') },
    null
  ];
  const columns: (IEntry | null)[] = [
    { label: words.__('Insert columns to the left'), enabled, run: () => deeds.insert('columns', false) },
    { label: words.__('Insert columns to the right'), enabled, run: () => deeds.insert('columns', true) },
    { label: words.__('Delete the columns'), enabled, run: () => deeds.remove('columns') },
    { label: words.__('Width of the column…'), enabled, run: () => askWidth(on, deeds) },
    null
  ];
  const order: (IEntry | null)[] = [
    { label: words.__('Sort A to Z, for everybody'), enabled, run: () => deeds.sort(false) },
    { label: words.__('Sort Z to A, for everybody'), enabled, run: () => deeds.sort(true) },
    null,
    { label: frozen(on) ? words.__('Unfreeze') : words.__('Freeze above and to the left of this cell'), enabled, run: () => deeds.freeze() },
    { label: words.__('Protect…'), enabled, run: () => openProtect(on, where === 'column' ? 'columns' : 'range') }
  ];
  return [...edit, ...(where === 'column' ? [] : rows), ...(where === 'row' ? [] : columns), ...order];
}

function frozen({ model, tab }: ISheetContext): boolean {
  return (model.tab(tab)?.frozen ?? [0, 0]).some(count => count > 0);
}

async function askWidth(on: ISheetContext, deeds: Deeds): Promise<void> {
  const { words } = on.workspace;
  const { column } = on.grid.active;
  const answer = await InputDialog.getNumber({
    title: words.__('Width of the column'),
    label: words.__('In pixels; the standard is %1.', STANDARD_WIDTH),
    value: on.source.width(column),
    okLabel: words.__('Set the width'),
    cancelLabel: words.__('Cancel')
  });
  if (answer.button.accept && answer.value !== null && answer.value >= 0) {
    await deeds.width(column, Math.min(2000, Math.round(answer.value)));
  }
}
