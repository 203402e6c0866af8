/** A sheet as this page knows it: its tabs, the windows that were seen, what was typed and is on its way. */
import { Signal, type ISignal } from '@lumino/signaling';

import type { IArea, ICell } from '../a1.js';
import type { IApplied, ICellAnswer, ICursor, Incoming, IProblem, ISheetInfo, ITab, IView, IWindow, Level, Outgoing, TypedCell, Work } from '../wire.js';
import { Link, type Ending, type ISocket } from './link.js';
import { Outbox, pieces } from './outbox.js';
import { Questions } from './questions.js';
import { Rows } from './rows.js';
import { Sight } from './sight.js';
import type { ICellView, IHeard, IRefused } from './told.js';
import { Views, type ViewWord } from './views.js';

export type SaveState = 'connecting' | 'saving' | 'saved' | 'offline';

export interface IModelOptions {
  client: string;
  locale: string;
  connect: () => ISocket;
  /** What has not been answered, whenever that changes. */
  waiting?: (member: string, waiting: Outgoing[]) => void;
  wait?: (work: () => void, ms: number) => unknown;
}

/** One after the other: what one writes is done in the order in which it was written. */
const MOST_FLYING = 1;
/** What may have changed a view of mine. */
const VIEWED = new Set(['set_view', 'undo', 'redo', 'again']);

export class SheetModel {
  constructor(private readonly _options: IModelOptions) {
    this._link = new Link({
      connect: _options.connect,
      opened: () => this._link.send({ type: 'hello', client: _options.client, locale: _options.locale }),
      received: message => this._hear(message),
      closed: () => this._cut(),
      ended: ending => this.ended.emit(ending),
      ...(_options.wait === undefined ? {} : { wait: _options.wait })
    });
  }

  start(): void {
    this._link.start();
  }

  /** The rights, the tabs, the save state, or who may write. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Cells look otherwise. */
  get cells(): ISignal<this, void> {
    return this._cells;
  }

  /** Somebody moved, came or left. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  readonly heard: Signal<SheetModel, IHeard> = new Signal<SheetModel, IHeard>(this);
  readonly refused: Signal<SheetModel, IRefused> = new Signal<SheetModel, IRefused>(this);
  /** The server has greeted: again after each cut. */
  readonly welcomed: Signal<SheetModel, void> = new Signal<SheetModel, void>(this);
  readonly ended: Signal<SheetModel, Ending> = new Signal<SheetModel, Ending>(this);

  info: ISheetInfo | null = null;
  level: Level | null = null;
  why = '';
  me = '';
  seq = 0;

  get client(): string {
    return this._options.client;
  }

  get canWrite(): boolean {
    return this.level === 'editor' || this.level === 'manager';
  }

  /** Grows with each window that comes. */
  get windows(): number {
    return this._sight.windows;
  }

  get pending(): boolean {
    return this._outbox.pending > 0;
  }

  get saveState(): SaveState {
    if (!this._welcomed) {
      return this.info === null ? 'connecting' : 'offline';
    }
    return this.pending ? 'saving' : 'saved';
  }

  tab(id: string): ITab | undefined {
    return this.info?.tabs.find(tab => tab.id === id);
  }

  /** The view of a tab that is shown here. */
  viewOf(tab: string): ViewWord {
    return this._views.of(this.info, tab);
  }

  /** What that view is. */
  viewIn(tab: string): IView | undefined {
    return this._views.shown(this.info, tab);
  }

  /** Whether only I see a tab so. */
  isOwnView(tab: string): boolean {
    return this._views.isOwn(tab);
  }

  /** A view for this page alone, which the server does not keep. */
  show(tab: string, view: IView | undefined): void {
    this._views.show(tab, view);
    this._looked();
  }

  /** All rows, though all share a view. */
  showAll(tab: string): void {
    this._views.showAll(tab);
    this._looked();
  }

  /** Rows and columns that exist, as far as it is known; `total` are the rows whatever the view leaves out. */
  size(id: string): { rows: number; columns: number; total: number } {
    const { height, width } = this.tab(id) ?? { height: 0, width: 0 };
    const seen = this._sight.of(id);
    return { rows: seen?.height ?? height, columns: seen?.width ?? width, total: seen?.total ?? height };
  }

  at(tab: string, row: number, column: number): ICellView {
    const shown = this._sight.at(tab, row, column);
    const drafted = this._outbox.drafts(tab);
    const draft = drafted ? this._outbox.draft(tab, this.rowId(tab, row) ?? NaN, this.columnId(tab, column) ?? NaN) : undefined;
    return { ...shown, ...(draft === undefined ? {} : { draft }), loading: shown === undefined };
  }

  /** Ids name rows and columns whatever happens above or beside them; undefined until they are known. */
  rowId(tab: string, row: number): number | undefined {
    return this._sight.rowId(tab, row);
  }

  columnId(tab: string, column: number): number | undefined {
    return this._sight.columnId(tab, column);
  }

  /** Width in pixels that members gave a column; 0 for the standard one. */
  widthOf(tab: string, column: number): number {
    return this._sight.widthOf(tab, column);
  }

  placeOf(tab: string, row: number, column: number): ICell | undefined {
    return this._sight.placeOf(tab, row, column);
  }

  /** This is looked at. */
  see(tab: string, areas: IArea[]): void {
    this._sight.see(tab, areas);
  }

  /** Values of an area, block by block, whether it is seen or not. */
  async read(tab: string, area: IArea, inputs = false, view: string = this.viewOf(tab)): Promise<IWindow> {
    const { top, left, bottom, right } = area;
    const answer = await this._question<{ window: IWindow }>({
      type: 'window', tab, top, bottom: bottom + 1, left, right: right + 1, view, inputs
    });
    return answer.window;
  }

  /** What a cell holds, in the words of the member. */
  cell(tab: string, { row, column }: ICell): Promise<ICellAnswer> {
    return this._question<ICellAnswer>({ type: 'cell', tab, row, column, view: this.viewOf(tab) });
  }

  /** Texts as typed; many go in pieces. False when the right is missing. */
  type(tab: string, cells: TypedCell[]): boolean {
    if (this.canWrite) {
      pieces(cells).forEach(piece => this._submit({ typed: { tab, cells: piece } }));
    }
    return this.canWrite;
  }

  /** Any operation. False when the right is missing. */
  do(kind: string, fields: Record<string, unknown>): boolean {
    if (this.canWrite) {
      this._submit({ op: { kind, ...fields } });
      return true;
    }
    return false;
  }

  undo(type: 'undo' | 'redo'): void {
    if (this.canWrite) {
      this._outbox.undo(type);
      this._pump();
    }
  }

  /** Where I am, for the others. */
  tell(cursor: Omit<ICursor, 'client' | 'member'>): void {
    this._cursor = cursor;
    if (this._welcomed) {
      this._link.send({ type: 'cursor', ...cursor }, false);
    }
  }

  cursors(): ICursor[] {
    return [...this._cursors.values()].filter(cursor => cursor.client !== this.client);
  }

  /** The network has gone, or is back. */
  network(there: boolean): void {
    if (there) {
      this._link.hurry();
    } else {
      this._link.lose();
    }
  }

  dispose(): void {
    this._link.stop();
    Signal.clearData(this);
  }

  private _submit(work: Work): void {
    this._outbox.submit(this.seq, work);
    this._pump();
    this._cells.emit();
  }

  /** What may go now; the others follow, in order. */
  private _pump(): void {
    for (const message of this._welcomed ? this._outbox.waiting() : []) {
      if (!this._flying.has(message.n)) {
        if (this._flying.size >= MOST_FLYING) {
          break;
        }
        this._flying.add(message.n);
        this._link.send(message);
      }
    }
    if (this.me !== '') {
      this._options.waiting?.(this.me, this._outbox.waiting());
    }
    this._changed.emit();
  }

  private _hear(message: Incoming): void {
    switch (message.type) {
      case 'welcome':
        return this._welcome(message);
      case 'level':
        this.level = message.level;
        this.why = message.why ?? '';
        return this._changed.emit();
      case 'applied':
        return this._apply(message);
      case 'refused':
        return this._refuse(message.n, message.problem);
      case 'cursor':
      case 'left':
        return this._cursorMoved(message);
      default:
        return this._questions.answer(message);
    }
  }

  private _welcome(message: Extract<Incoming, { type: 'welcome' }>): void {
    const { seq, level, why = '', me, sheet, views = {}, cursors = [] } = message;
    const behind = this.info !== null && seq !== this.seq;
    Object.assign(this, { seq, level, why, me, info: sheet });
    this._welcomed = true;
    this._views.known(views);
    this._cursors.clear();
    cursors.forEach(cursor => this._cursors.set(cursor.client, cursor));
    if (behind) {
      this._sight.clear();
    }
    this._flying.clear();
    this._pump();
    if (this._cursor !== null) {
      this._link.send({ type: 'cursor', ...this._cursor }, false);
    }
    this._changed.emit();
    this._moved.emit();
    this._cells.emit();
    this.welcomed.emit();
    this._sight.ask();
  }

  private _apply(applied: IApplied): void {
    this.seq = Math.max(this.seq, applied.seq);
    this._sight.touch(applied.seq, applied.changed);
    this._tabs(applied);
    if (applied.replaced === true) {
      this._sight.clear();
    }
    const mine = applied.client === this.client ? this._outbox.answered(applied.n, applied.seq) : undefined;
    if (mine !== undefined) {
      this._done(mine);
    }
    if (applied.author === this.me && (mine === undefined || mine.type !== 'submit') && VIEWED.has(applied.kind)) {
      void this._askViews();
    }
    this.heard.emit({ applied, ...(mine === undefined ? {} : { mine }) });
    this._changed.emit();
    this._cells.emit();
    this._sight.ask();
  }

  private _refuse(n: number, problem: IProblem): void {
    const message = this._outbox.refused(n);
    this._landed(n);
    this.refused.emit({ problem, message });
    this._changed.emit();
    this._cells.emit();
  }

  private _tabs({ tabs, names, protections }: IApplied): void {
    if (tabs !== undefined && this.info !== null) {
      this.info = { ...this.info, tabs, names: names ?? this.info.names, protections: protections ?? this.info.protections };
    }
  }

  private _done(mine: Outgoing): void {
    const op = mine.type === 'submit' && 'op' in mine ? mine.op : undefined;
    if (op?.kind === 'set_view' && op['mine'] === true) {
      this._views.set(String(op['tab']), (op['view'] as IView | undefined) ?? null);
    }
    this._landed(mine.n);
  }

  private _landed(n: number): void {
    this._flying.delete(n);
    this._pump();
  }

  private _cursorMoved(message: Extract<Incoming, { type: 'cursor' | 'left' }>): void {
    if (message.type === 'left') {
      this._cursors.delete(message.client);
    } else {
      this._cursors.set(message.client, message);
    }
    this._moved.emit();
  }

  private _cut(): void {
    this._welcomed = false;
    this._questions.cut();
    this._sight.cut();
    this._cursors.clear();
    this._moved.emit();
    this._changed.emit();
  }

  private _question<T>(question: Record<string, unknown>): Promise<T> {
    return this._welcomed ? this._questions.ask<T>(question) : Promise.reject(new Error('offline'));
  }

  /** Another window of mine has set one, or I have taken one back. */
  private async _askViews(): Promise<void> {
    const found = await this._question<{ views: Record<string, IView> }>({ type: 'views' }).catch(() => undefined);
    if (found !== undefined) {
      this._views.known(found.views);
      this._looked();
    }
  }

  private _looked(): void {
    this._changed.emit();
    this._cells.emit();
    this._sight.ask();
  }

  private readonly _link: Link;
  private readonly _outbox = new Outbox();
  private readonly _sight = new Sight({
    there: () => this._welcomed,
    viewOf: tab => this.viewOf(tab),
    ask: question => this._question(question),
    came: (tab, window) => {
      this._outbox.shown(tab, window.seq, new Set(window.rows), new Set(window.columns.map(column => column.id)));
      this._cells.emit();
    }
  });
  private readonly _views = new Views();
  readonly rows = new Rows({ sight: this._sight, viewOf: tab => this.viewOf(tab), ask: question => this._question(question) });
  private readonly _cursors = new Map<string, ICursor>();
  private readonly _questions = new Questions(question => this._link.send(question));
  private readonly _changed = new Signal<this, void>(this);
  private readonly _cells = new Signal<this, void>(this);
  private readonly _moved = new Signal<this, void>(this);
  private _cursor: Omit<ICursor, 'client' | 'member'> | null = null;
  private readonly _flying = new Set<number>();
  private _welcomed = false;
}
