/** The stock list of files, drawn only where it is in sight: a folder of 10,000 files scrolls. */
import { DirListing } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { Drag } from '@lumino/dragdrop';
import type { Message } from '@lumino/messaging';

import { ordered } from './order.js';
import type { WorkspaceRenderer } from './renderer.js';

/** Up to so many rows are all drawn, as the stock list does. */
const SMALL = 200;
/** Rows drawn beyond the edges of what is in sight. */
const MARGIN = 30;
/** As long as the list has no height. */
const SCREEN = 800;
const TARGET = 'jp-mod-dropTarget';
/** The panel has room for sizes and authors. */
const WIDE = 520;
export const PATHS = 'application/x-jupyter-icontents';

/** What the list does with files is decided elsewhere. */
export interface IDeeds {
  /** Put these into a folder, by path. */
  move(paths: string[], folder: string, copy: boolean): Promise<void>;
  /** Put these into the trash. */
  remove(items: Contents.IModel[]): Promise<void>;
  /** Something was dropped from the desktop. */
  drop(data: DataTransfer, folder: string): void;
  download(items: Contents.IModel[]): Promise<void>;
}

/** Parts of the stock list that have no door. */
interface IStock {
  _sortedItems: Contents.IModel[];
  _items: HTMLElement[];
  _sortState: DirListing.ISortState;
  _sortNotebooksFirst: boolean;
  _sortFileNamesNaturally: boolean;
  _hiddenColumns: Set<DirListing.ToggleableColumn>;
  _columnSizes: Record<DirListing.IColumn['id'], number | null>;
  _clipboard: string[];
  _isCut: boolean;
  _saveState(): void;
}

export interface IListingOptions extends DirListing.IOptions {
  renderer: WorkspaceRenderer;
  deeds: IDeeds;
}

export class WorkspaceListing extends DirListing {
  constructor(options: IListingOptions) {
    super(options);
    this._deeds = options.deeds;
    this._draws = options.renderer;
    this._draws.draw = node => this._drawOne(node);
    this.addClass('opw-Listing');
  }

  /** What stands there when there is nothing to list. */
  set empty(node: HTMLElement) {
    node.classList.add('opw-Listing-empty');
    this._empty = node;
    this.node.append(node);
    this._showEmpty();
  }

  /** The rows are described anew: names of people, who is here. */
  redraw(): void {
    this._version += 1;
    this._drawVisible();
  }

  /** Refs of the rows in sight, and a little beyond. */
  visible(): Contents.IModel[] {
    const [from, to] = this._range();
    return this._stock._sortedItems.slice(from, to);
  }

  override sort(state: DirListing.ISortState): void {
    const stock = this._stock;
    stock._sortedItems = ordered(this.model.items(), {
      state,
      notebooksFirst: stock._sortNotebooksFirst,
      naturally: stock._sortFileNamesNaturally,
      locale: (this.translator.languageCode || navigator.language).replace('_', '-')
    });
    stock._sortState = state;
    this.update();
    stock._saveState();
  }

  override async delete(): Promise<void> {
    await this._deeds.remove([...this.selectedItems()]);
  }

  override async download(): Promise<void> {
    await this._deeds.download([...this.selectedItems()]);
  }

  override async paste(): Promise<void> {
    const { _clipboard: paths, _isCut: cut } = this._stock;
    const chosen = [...paths];
    if (cut) {
      paths.length = 0;
      this._stock._isCut = false;
    }
    await this._deeds.move(chosen, this.model.path, !cut);
    this.update();
  }

  override handleEvent(event: Event): void {
    if (event.type === 'scroll') {
      this._drawVisible();
    } else if (event.type === 'dragover' || event.type === 'dragenter') {
      this._markFolder(event as DragEvent);
    } else if (event.type === 'dragleave' || event.type === 'drop') {
      this._mark(null);
    }
    super.handleEvent(event);
  }

  override onResize(message: Parameters<DirListing['onResize']>[0]): void {
    const width = message.width === -1 ? this.node.offsetWidth : message.width;
    const wide = width >= WIDE;
    if (wide !== this._draws.wide) {
      this._draws.wide = wide;
      this.setColumnVisibility('file_size', wide);
      this._version += 1;
      this.update();
    }
    super.onResize(message);
    this._drawVisible();
  }

  protected override onUpdateRequest(message: Message): void {
    this._version += 1;
    this._draws.lazy = true;
    try {
      super.onUpdateRequest(message);
    } finally {
      this._draws.lazy = false;
    }
    this._showEmpty();
  }

  private _showEmpty(): void {
    const none = this._stock._sortedItems.length === 0 && this.model.path !== '';
    this._empty?.classList.toggle('lm-mod-hidden', !none);
  }

  protected override updateNodes(items: Contents.IModel[], nodes: HTMLElement[], sizeOnly = false): void {
    const [from, to] = this._range();
    const shown = nodes.slice(from, to);
    shown.forEach(node => this._fill(node));
    super.updateNodes(items.slice(from, to), shown, sizeOnly);
    shown.forEach(node => this._drawn.set(node, this._version));
  }

  protected override updateModified(items: Contents.IModel[], nodes: HTMLElement[]): void {
    const [from, to] = this._range();
    super.updateModified(items.slice(from, to), nodes.slice(from, to));
  }

  protected override evtNativeDrop(event: DragEvent): void {
    event.preventDefault();
    const folder = this._folderAt(event);
    if (event.dataTransfer !== null) {
      this._deeds.drop(event.dataTransfer, folder?.path ?? this.model.path);
    }
  }

  /** One's own rows, put on a folder. */
  protected override evtDrop(event: Drag.Event): void {
    event.preventDefault();
    event.stopPropagation();
    const folder = this._stock._sortedItems[this._stock._items.findIndex(node => node.classList.contains(TARGET))];
    this._mark(null);
    if (folder?.type !== 'directory' || event.proposedAction === 'none' || !event.mimeData.hasData(PATHS)) {
      event.dropAction = 'none';
      return;
    }
    event.dropAction = event.ctrlKey ? 'copy' : event.proposedAction;
    void this._deeds.move(event.mimeData.getData(PATHS) as string[], folder.path, event.ctrlKey);
  }

  private _folderAt(event: DragEvent): Contents.IModel | undefined {
    const row = (event.target as HTMLElement).closest?.<HTMLElement>('.jp-DirListing-item');
    const item = row == null ? undefined : this._stock._sortedItems[this._stock._items.indexOf(row)];
    return item?.type === 'directory' ? item : undefined;
  }

  private _markFolder(event: DragEvent): void {
    const row = this._folderAt(event) === undefined ? null : (event.target as HTMLElement).closest('.jp-DirListing-item');
    this._mark(row);
  }

  private _mark(row: Element | null): void {
    this.node.querySelectorAll(`.${TARGET}`).forEach(node => node !== row && node.classList.remove(TARGET));
    row?.classList.add(TARGET);
  }

  private _range(): [number, number] {
    const count = this._stock._sortedItems.length;
    if (count <= SMALL) {
      return [0, count];
    }
    const { scrollTop, clientHeight } = this.contentNode;
    const first = this._rowAt(scrollTop);
    const last = this._rowAt(scrollTop + (clientHeight || SCREEN));
    return [Math.max(0, first - MARGIN), Math.min(count, last + 1 + MARGIN)];
  }

  /** The row at so many pixels from the top; rows that are not drawn yet may have another height. */
  private _rowAt(pixels: number): number {
    const rows = this._stock._items;
    const top = rows[0]?.offsetTop ?? 0;
    let [low, high] = [0, Math.max(0, rows.length - 1)];
    if (rows[high]?.offsetTop === top) {
      return 0; // hidden: nothing has a place
    }
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (rows[middle].offsetTop - top <= pixels) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private _drawVisible(): void {
    const { _sortedItems: items, _items: nodes } = this._stock;
    const [from, to] = this._range();
    for (let index = from; index < to; index++) {
      const [node, item] = [nodes[index], items[index]];
      if (node !== undefined && item !== undefined && this._drawn.get(node) !== this._version) {
        this._draw(node, item);
      }
    }
  }

  private _drawOne(node: HTMLElement): void {
    const index = this._stock._items.indexOf(node);
    const item = this._stock._sortedItems[index];
    if (item !== undefined) {
      this._draw(node, item);
    }
  }

  private _draw(node: HTMLElement, item: Contents.IModel): void {
    this._fill(node);
    super.updateNodes([item], [node]);
    this._drawn.set(node, this._version);
  }

  private _fill(node: HTMLElement): void {
    this._draws.fill(node, this._stock._hiddenColumns, this._stock._columnSizes);
  }

  private get _stock(): IStock {
    return this as unknown as IStock;
  }

  private readonly _deeds: IDeeds;
  private readonly _draws: WorkspaceRenderer;
  private readonly _drawn = new WeakMap<HTMLElement, number>();
  private _version = 0;
  private _empty: HTMLElement | null = null;
}
