/** Elements of what is in sight: a few rows of a few cells, used again and again as the grid scrolls. */
import { letters, type ICell } from '../a1.js';
import { HEAD_HEIGHT, ROW_HEIGHT } from './axes.js';
import type { ICellLook, IGridSource } from './igrid.js';

/** Where a row or a column is drawn. */
export interface ISlot {
  index: number;
  at: number;
  size: number;
  frozen: boolean;
}

export interface IScene {
  rows: ISlot[];
  columns: ISlot[];
  /** Width of the row numbers. */
  gutter: number;
  chosenRow: (row: number) => boolean;
  chosenColumn: (column: number) => boolean;
  chosen: (cell: ICell) => boolean;
  /** More than one cell is. */
  several: boolean;
  look: (cell: ICell) => ICellLook;
  number: IGridSource['number'];
  note: IGridSource['note'];
  /** Why a column bears a lock; empty without one. */
  lock: (column: number) => string;
  canWrite: boolean;
}

interface IRow {
  node: HTMLElement;
  head: HTMLElement;
  cells: HTMLElement[];
}

export class Drawing {
  constructor(
    private readonly _layer: HTMLElement,
    private readonly _prefix: string,
    all: string
  ) {
    this._letters = element('opw-Grid-letters', 'row');
    this._letters.setAttribute('aria-rowindex', '1');
    this._corner = element('opw-Grid-corner', 'columnheader');
    this._corner.setAttribute('aria-label', all);
    this._corner.setAttribute('aria-colindex', '1');
    this._letters.append(this._corner);
    _layer.append(this._letters);
  }

  idOf({ row, column }: ICell): string {
    return `${this._prefix}-${row}-${column}`;
  }

  draw(scene: IScene): void {
    this._drawLetters(scene);
    scene.rows.forEach((slot, place) => this._drawRow(this._row(place), slot, scene));
    for (const row of this._rows.slice(scene.rows.length)) {
      row.node.hidden = true;
      row.cells.forEach(cell => (cell.id = ''));
    }
  }

  private _drawLetters({ columns, gutter, chosenColumn, note, lock }: IScene): void {
    place(this._corner, 0, gutter);
    columns.forEach((slot, index) => {
      const head = (this._heads[index] ??= this._head());
      head.hidden = false;
      head.dataset['column'] = String(slot.index);
      head.setAttribute('aria-colindex', String(slot.index + 2));
      write(head, letters(slot.index));
      place(head, slot.at, slot.size);
      const [noted, locked] = [note(slot.index), lock(slot.index)];
      title(head, [noted?.text ?? '', locked].filter(one => one !== '').join('\n'));
      const marks = [slot.frozen ? 'frozen' : '', noted?.state ?? '', locked === '' ? '' : 'locked', chosenColumn(slot.index) ? 'chosen' : ''];
      state(head, ['opw-Grid-letter', ...marks.filter(one => one !== '').map(one => `opw-mod-${one}`)].join(' '));
    });
    this._heads.slice(columns.length).forEach(head => (head.hidden = true));
    this._letters.style.height = `${HEAD_HEIGHT}px`;
  }

  private _head(): HTMLElement {
    const head = element('opw-Grid-letter', 'columnheader');
    this._letters.append(head);
    return head;
  }

  private _row(index: number): IRow {
    const known = this._rows[index] as IRow | undefined;
    if (known !== undefined) {
      return known;
    }
    const row = { node: element('opw-Grid-row', 'row'), head: element('opw-Grid-number', 'rowheader'), cells: [] };
    row.node.append(row.head);
    row.head.setAttribute('aria-colindex', '1');
    this._layer.append(row.node);
    this._rows[index] = row;
    return row;
  }

  private _drawRow({ node, head, cells }: IRow, slot: ISlot, scene: IScene): void {
    node.hidden = false;
    node.setAttribute('aria-rowindex', String(slot.index + 2));
    node.style.transform = `translateY(${slot.at}px)`;
    state(node, `opw-Grid-row${slot.frozen ? ' opw-mod-frozen' : ''}`);
    head.dataset['row'] = String(slot.index);
    write(head, scene.number(slot.index));
    place(head, 0, scene.gutter);
    state(head, `opw-Grid-number${scene.chosenRow(slot.index) ? ' opw-mod-chosen' : ''}`);
    scene.columns.forEach((column, index) => {
      const cell = (cells[index] ??= this._cell(node));
      this._drawCell(cell, { row: slot.index, column: column.index }, column, scene);
    });
    for (const cell of cells.slice(scene.columns.length)) {
      cell.hidden = true;
      cell.id = '';
    }
  }

  private _cell(row: HTMLElement): HTMLElement {
    const cell = element('opw-Grid-cell', 'gridcell');
    row.append(cell);
    return cell;
  }

  private _drawCell(node: HTMLElement, cell: ICell, column: ISlot, scene: IScene): void {
    const look = scene.look(cell);
    const chosen = scene.chosen(cell);
    node.hidden = false;
    node.id = this.idOf(cell);
    node.setAttribute('aria-colindex', String(cell.column + 2));
    node.setAttribute('aria-selected', String(chosen));
    node.setAttribute('aria-readonly', String(!scene.canWrite || look.closed === true));
    title(node, look.title ?? '');
    write(node, look.text);
    place(node, column.at, column.size);
    const states = look.states === '' ? '' : ` ${look.states.split(' ').map(name => `opw-mod-${name}`).join(' ')}`;
    state(node, `opw-Grid-cell opw-align-${look.align}${states}${column.frozen ? ' opw-mod-frozen' : ''}${chosen && scene.several ? ' opw-mod-chosen' : ''}`);
    node.style.color = look.color ?? '';
    node.style.backgroundColor = look.background ?? '';
  }

  private readonly _letters: HTMLElement;
  private readonly _corner: HTMLElement;
  private readonly _heads: HTMLElement[] = [];
  private readonly _rows: IRow[] = [];
}

export { ROW_HEIGHT };

function element(name: string, role: string): HTMLElement {
  const node = document.createElement('div');
  node.className = name;
  node.setAttribute('role', role);
  return node;
}

function write(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function state(node: HTMLElement, name: string): void {
  if (node.className !== name) {
    node.className = name;
  }
}

function title(node: HTMLElement, text: string): void {
  if (node.title !== text) {
    node.title = text;
  }
}

function place(node: HTMLElement, left: number, width: number): void {
  node.style.left = `${left}px`;
  node.style.width = `${width}px`;
}
