/** The order of rows: folders first, then by the chosen column; one collator for all comparisons. */
import type { DirListing } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';

export interface IOrder {
  state: DirListing.ISortState;
  notebooksFirst: boolean;
  naturally: boolean;
  locale: string;
}

type Compare = (a: Contents.IModel, b: Contents.IModel) => number;

export function ordered(items: Iterable<Contents.IModel>, order: IOrder): Contents.IModel[] {
  const collator = new Intl.Collator(order.locale, { numeric: order.naturally, sensitivity: 'base' });
  const byName: Compare = (a, b) => collator.compare(a.name, b.name);
  const compare = comparison(order.state.key, byName);
  const direction = order.state.direction === 'descending' ? -1 : 1;
  const rank = (item: Contents.IModel): number =>
    item.type === 'directory' ? 0 : order.notebooksFirst && item.type === 'notebook' ? 1 : 2;
  return [...items].sort((a, b) => rank(a) - rank(b) || compare(a, b) * direction || byName(a, b));
}

/** As the stock list: the largest and the newest come first when “ascending” is not chosen twice. */
function comparison(key: DirListing.SortableColumn, byName: Compare): Compare {
  switch (key) {
    case 'last_modified':
      return (a, b) => moment(b.last_modified) - moment(a.last_modified);
    case 'date_created':
      return (a, b) => moment(b.created) - moment(a.created);
    case 'file_size':
      return (a, b) => (a.size ?? 0) - (b.size ?? 0);
    default:
      return byName;
  }
}

function moment(text: string): number {
  return Date.parse(text) || 0;
}
