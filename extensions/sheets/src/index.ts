/** Sheets in the page. */
export { SheetView, type ISheetViewOptions } from './view/view.js';
export type { IGrid, IGridSource } from './grid/igrid.js';
export { SheetModel } from './model/model.js';
