/** The plain grid: elements for what is in sight, in an element that scrolls. */
import { Signal } from '@lumino/signaling';

import { areaOf, inside, MOST_COLUMNS, MOST_ROWS, type IArea, type ICell } from '../a1.js';
import { HEAD_HEIGHT, ROW_HEIGHT, Scroll, Widths } from './axes.js';
import { Boxes, type IBox } from './boxes.js';
import { Drawing } from './draw.js';
import type { IGrid, IGridSource, IGridWords, IMark, IPick } from './igrid.js';
import { deedOf, type Deed } from './keys.js';
import { Layout } from './layout.js';
import { Pointer, type Hit } from './pointer.js';
import { Selection } from './selection.js';

export const STANDARD_WIDTH = 110;
let made = 0;

export class DomGrid implements IGrid {
  constructor(
    private readonly _source: IGridSource,
    words: IGridWords
  ) {
    this.node = document.createElement('div');
    this.node.className = 'opw-Grid';
    this._scroller = document.createElement('div');
    this._scroller.className = 'opw-Grid-scroller';
    this._scroller.tabIndex = 0;
    this._scroller.setAttribute('role', 'grid');
    this._scroller.setAttribute('aria-label', words.grid);
    this._scroller.setAttribute('aria-multiselectable', 'true');
    this._layer = div('opw-Grid-layer');
    this._spacer = div('opw-Grid-spacer');
    this._spacer.append(this._layer);
    this._scroller.append(this._spacer);
    const boxes = div('opw-Grid-boxes');
    boxes.setAttribute('aria-hidden', 'true');
    this.node.append(this._scroller, boxes);
    this._drawing = new Drawing(this._layer, `opw-cell-${++made}`, words.all);
    this._boxes = new Boxes(boxes);
    this._boxLayer = boxes;
    this._scroller.addEventListener('scroll', () => this.refresh(), { passive: true });
    this._scroller.addEventListener('keydown', event => this._key(event));
    this._observer = new ResizeObserver(() => this.refresh());
    this._observer.observe(this._scroller);
    new Pointer(this._scroller, {
      hit: (x, y) => this._layout?.hit(x, y) ?? null,
      press: (hit, extend) => {
        this._press(hit, extend);
        return this._picked !== null;
      },
      draw: hit => this._draw(hit),
      done: () => this._let(),
      resize: (column, width, done) => this._resize(column, width, done),
      widthOf: column => this._widths.of(column),
      twice: hit => this._twice(hit),
      menu: (hit, event) => this._menu(hit, event)
    });
  }

  readonly node: HTMLElement;
  readonly moved: Signal<IGrid, void> = new Signal<IGrid, void>(this);
  readonly editAsked: Signal<IGrid, string | undefined> = new Signal<IGrid, string | undefined>(this);
  readonly menuAsked: Signal<IGrid, IPick> = new Signal<IGrid, IPick>(this);
  readonly resized: Signal<IGrid, { column: number; width: number }> = new Signal<IGrid, { column: number; width: number }>(this);
  readonly keyed: Signal<IGrid, KeyboardEvent> = new Signal<IGrid, KeyboardEvent>(this);
  picking: ((area: IArea, done: boolean) => boolean) | null = null;

  get active(): ICell {
    return this._selection.active;
  }

  get selection(): IArea {
    return this._selection.area;
  }

  select(area: IArea, active?: ICell): void {
    this._selection.settle();
    this._selection.set(area, active);
    this._movedTo(this._selection.active);
  }

  /** As Enter and Tab do after an edit. */
  walk(rows: number, columns: number): void {
    this._selection.walk(rows, columns, this._source);
    this._movedTo(this._selection.active);
  }

  reveal(cell: ICell): void {
    const to = this._layout?.reveal(cell);
    if (to !== undefined) {
      const top = this._scroll.position(to.y);
      if (this._scroller.scrollTop !== top) {
        this._scroller.scrollTop = top;
      }
      this._scroller.scrollLeft = to.x;
    }
  }

  boxOf(cell: ICell): DOMRect | null {
    const [piece] = this._layout?.pieces(areaOf(cell)) ?? [];
    return piece === undefined ? null : new DOMRect(piece.left, piece.top, piece.right - piece.left, piece.bottom - piece.top);
  }

  mark(marks: IMark[]): void {
    this._marks = marks;
    this.refresh();
  }

  refresh(): void {
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      this._render();
    });
  }

  reset(): void {
    this._widths.clear();
    this._selection.set(areaOf({ row: 0, column: 0 }));
    this._scroller.scrollTo(0, 0);
    this._movedTo(null);
  }

  focus(): void {
    this._scroller.focus({ preventScroll: true });
  }

  dispose(): void {
    cancelAnimationFrame(this._frame);
    this._observer.disconnect();
    Signal.clearData(this);
  }

  private _render(): void {
    const { rows, columns, frozen, most } = this._source;
    const [width, height] = [this._scroller.clientWidth, this._scroller.clientHeight];
    if (width === 0 || height === 0) {
      return;
    }
    const seen = height - HEAD_HEIGHT - frozen.rows * ROW_HEIGHT;
    const total = (rows - frozen.rows) * ROW_HEIGHT;
    const bar = this._scroll.size(total, seen);
    const layout = (): Layout => {
      const y = this._scroll.offset(this._scroller.scrollTop);
      return new Layout({ rows, columns, frozen, most, x: this._scroller.scrollLeft, y, width, height }, this._widths);
    };
    this._layout = layout();
    if (this._layout.columns.filter(({ index }) => this._widths.set(index, this._source.width(index))).length > 0) {
      this._layout = layout();
    }
    this._spacer.style.height = `${bar + height - seen}px`;
    this._spacer.style.width = `${this._widths.offset(columns) + this._layout.gutter}px`;
    this._layer.style.height = `${height}px`;
    this._layer.style.width = `${width}px`;
    this._boxLayer.style.height = `${height}px`;
    this._boxLayer.style.width = `${width}px`;
    this._paint(this._layout);
    this._source.see(this._layout.areas());
  }

  private _paint(layout: Layout): void {
    const { area, active } = this._selection;
    const several = area.top !== area.bottom || area.left !== area.right;
    this._drawing.draw({
      rows: layout.rows,
      columns: layout.columns,
      gutter: layout.gutter,
      chosenRow: row => row >= area.top && row <= area.bottom,
      chosenColumn: column => column >= area.left && column <= area.right,
      chosen: cell => inside(cell, area),
      several,
      look: cell => this._source.look(cell),
      number: row => this._source.number(row),
      note: column => this._source.note(column),
      lock: column => this._source.lock(column),
      canWrite: this._source.canWrite
    });
    const own: IBox[] = [...(several ? [{ area, kind: 'selection' }] : []), { area: areaOf(active), kind: 'active' }];
    this._boxes.draw([...this._marks, ...own], one => layout.pieces(one));
    this._scroller.setAttribute('aria-rowcount', String(this._source.rows + 1));
    this._scroller.setAttribute('aria-colcount', String(this._source.columns + 1));
    const id = this._drawing.idOf(active);
    if (document.getElementById(id) !== null) {
      this._scroller.setAttribute('aria-activedescendant', id);
    } else {
      this._scroller.removeAttribute('aria-activedescendant');
    }
  }

  private _key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((this._scroller.clientHeight - 75) / ROW_HEIGHT));
    const deed = deedOf(event, page);
    if (deed === undefined || (deed.do === 'edit' && event.key === ' ' && event.shiftKey)) {
      this.keyed.emit(event);
      return;
    }
    if (deed.do !== 'edit' || deed.text === undefined) {
      event.preventDefault();
    }
    // Keys of the grid mean nothing to the page around it.
    event.stopPropagation();
    this._perform(deed);
  }

  private _perform(deed: Deed): void {
    const { rows, columns } = this._source;
    switch (deed.do) {
      case 'step':
        this._selection.settle();
        this._selection.step(deed.step, deed.extend, this._source);
        return this._movedTo(deed.extend ? this._selection.head : this._selection.active);
      case 'walk':
        return this.walk(deed.rows, deed.columns);
      case 'edit':
        return void this.editAsked.emit(deed.text);
      case 'all':
        this._selection.set({ top: 0, left: 0, bottom: rows - 1, right: columns - 1 }, this._selection.active);
        return this._movedTo(null);
      case 'row':
        return this._line({ on: 'row', row: this.active.row }, false);
      case 'column':
        return this._line({ on: 'column', column: this.active.column }, false);
    }
  }

  private _press(hit: Hit, extend: boolean): void {
    this._pressed = hit;
    if (hit.on === 'cell' && this.picking?.(areaOf(hit.cell), false) === true) {
      this._picked = hit.cell;
      return;
    }
    this._picked = null;
    this._selection.settle();
    if (hit.on === 'cell') {
      this._selection.to(hit.cell, extend);
      this._movedTo(null);
    } else {
      this._line(hit, extend);
    }
    this.focus();
  }

  private _draw(hit: Hit): void {
    if (this._picked !== null) {
      if (hit.on === 'cell') {
        this.picking?.(areaOf(this._picked, hit.cell), false);
      }
      return;
    }
    if (this._pressed?.on === 'cell' && hit.on === 'cell') {
      this._selection.to(hit.cell, true);
      this._movedTo(null);
    } else if (this._pressed?.on === hit.on) {
      this._line(hit, true);
    }
  }

  private _let(): void {
    if (this._picked !== null) {
      this._picked = null;
      this.picking?.(this._selection.area, true);
    }
  }

  /** Whole rows or columns. */
  private _line(hit: Hit, extend: boolean): void {
    const { area, active } = this._selection;
    const all = { top: 0, left: 0, bottom: MOST_ROWS - 1, right: MOST_COLUMNS - 1 };
    if (hit.on === 'row') {
      const [first, last] = extend ? [Math.min(active.row, hit.row), Math.max(active.row, hit.row)] : [hit.row, hit.row];
      this._selection.set({ ...all, top: first, bottom: last }, { row: extend ? active.row : hit.row, column: extend ? area.left : 0 });
    } else if (hit.on === 'column') {
      const [first, last] = extend ? [Math.min(active.column, hit.column), Math.max(active.column, hit.column)] : [hit.column, hit.column];
      this._selection.set({ ...all, left: first, right: last }, { column: extend ? active.column : hit.column, row: extend ? area.top : 0 });
    } else {
      this._selection.set(all, { row: 0, column: 0 });
    }
    this._movedTo(null);
  }

  private _resize(column: number, width: number, done: boolean): void {
    this._widths.set(column, width);
    if (done) {
      this.resized.emit({ column, width });
    }
    this.refresh();
  }

  private _twice(hit: Hit): void {
    if (hit.on === 'edge') {
      this.resized.emit({ column: hit.column, width: 0 });
    } else if (hit.on === 'cell' && this.picking === null) {
      this.editAsked.emit(undefined);
    }
  }

  private _menu(hit: Hit | null, event: MouseEvent): void {
    const box = this._scroller.getBoundingClientRect();
    const cell = this.boxOf(this.active);
    const { left, bottom } = cell ?? { left: 60, bottom: 60 };
    const [x, y] = hit === null ? [box.left + left, box.top + bottom] : [event.clientX, event.clientY];
    if (hit !== null && !this._chosen(hit)) {
      this._press(hit, false);
    }
    const where = hit?.on === 'row' || hit?.on === 'column' ? hit.on : 'cell';
    this.menuAsked.emit({ where, x, y });
  }

  /** A menu is about what is chosen when it is opened there. */
  private _chosen(hit: Hit): boolean {
    const { top, left, bottom, right } = this._selection.area;
    const row = hit.on === 'row' ? hit.row : hit.on === 'cell' ? hit.cell.row : top;
    const column = hit.on === 'column' ? hit.column : hit.on === 'cell' ? hit.cell.column : left;
    const lines = hit.on === 'row' ? right >= MOST_COLUMNS - 1 : hit.on !== 'column' || bottom >= MOST_ROWS - 1;
    return lines && inside({ row, column }, this._selection.area);
  }

  private _movedTo(cell: ICell | null): void {
    if (cell !== null) {
      this.reveal(cell);
    }
    this.refresh();
    this.moved.emit();
  }

  private readonly _scroller: HTMLElement;
  private readonly _layer: HTMLElement;
  private readonly _spacer: HTMLElement;
  private readonly _boxLayer: HTMLElement;
  private readonly _drawing: Drawing;
  private readonly _boxes: Boxes;
  private readonly _observer: ResizeObserver;
  private readonly _widths = new Widths(STANDARD_WIDTH);
  private readonly _scroll = new Scroll();
  private readonly _selection = new Selection();
  private _layout: Layout | null = null;
  private _marks: IMark[] = [];
  private _frame = 0;
  private _pressed: Hit | null = null;
  private _picked: ICell | null = null;
}

function div(name: string): HTMLElement {
  const node = document.createElement('div');
  node.className = name;
  return node;
}
