/** What the parts of a view of a sheet share. */
import type { IWorkspace } from '@openpaas/base';

import type { IArea } from '../a1.js';
import type { IGrid } from '../grid/igrid.js';
import type { SheetModel } from '../model/model.js';
import type { Numbers } from '../numbers.js';
import type { Guards } from './guards.js';
import type { Notices } from './notices.js';
import type { Source } from './source.js';

export interface ISheetContext {
  readonly workspace: IWorkspace;
  readonly model: SheetModel;
  readonly grid: IGrid;
  readonly source: Source;
  readonly numbers: Numbers;
  readonly notices: Notices;
  readonly guards: Guards;
  /** The id of the tab that is shown. */
  tab: string;
  /** The path of the file, as it is now. */
  path: () => string;
  /** Somebody who may only read wants to write. */
  refuse: () => void;
  /** Say it to who does not see. */
  say: (text: string) => void;
  /** Begin to write into the cell at hand, in place of what it holds. */
  write: (text: string) => void;
  /** Show a tab, and go on there by keys. */
  turn: (tab: string) => void;
  /** Look for a text. */
  find: () => void;
  /** Choose cells of a tab, by how formulas name them. */
  go: (tab: string, area: IArea) => void;
}

export function nameOfMember({ workspace }: Pick<ISheetContext, 'workspace'>, id: string): string {
  return workspace.directory.get(id)?.display_name ?? workspace.words.__('Somebody');
}
