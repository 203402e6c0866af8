/** A sheet on the screen: formula bar, cells, messages, tabs. */
import { Widget } from '@lumino/widgets';
import { URLExt } from '@jupyterlab/coreutils';
import { API_ROOT } from '@openpaas/api';
import type { IWorkspace } from '@openpaas/base';
import { UUID } from '@lumino/coreutils';

import { areaOf, parseArea, type IArea } from '../a1.js';
import { FormulaField } from '../formula/field.js';
import { functionNames } from '../formula/functions.js';
import { DomGrid } from '../grid/domgrid.js';
import type { IGrid, IPick } from '../grid/igrid.js';
import type { Ending } from '../model/link.js';
import { SheetModel } from '../model/model.js';
import { Numbers } from '../numbers.js';
import { cellEntries } from './cellmenu.js';
import { Clip } from './clip.js';
import { Content } from './content.js';
import type { ISheetContext } from './context.js';
import { Deeds } from './deeds.js';
import { Editing } from './editing.js';
import { exportEntries } from './export.js';
import { FAULTS } from './faults.js';
import { Guards } from './guards.js';
import { SheetFaces } from './faces.js';
import { Filter } from './filter.js';
import { Find } from './find.js';
import { sheetKey } from './keys.js';
import { openMenu } from './menus.js';
import { NameBox } from './namebox.js';
import { Notices } from './notices.js';
import { Others } from './others.js';
import { keepWaiting, resend } from './resend.js';
import { reach } from './reach.js';
import { cellName, nameOfChosen, realArea } from './rows.js';
import { Source } from './source.js';
import { Speech } from './speech.js';
import { ended, skeleton, unreachable } from './states.js';
import { Strip } from './strip.js';
import { Summary } from './summary.js';
import { Tabs } from './tabs.js';
import { addTools, Tool, type IToolOptions } from './tools.js';
import { Watch } from './watch.js';

export interface ISheetViewOptions {
  workspace: IWorkspace;
  /** Of the file. */
  id: string;
  /** Of the file, as it is now. */
  path: () => string;
}

const SLOW_MS = 4000;
const REFUSED_AGAIN_MS = 8000;

export class SheetView extends Widget implements ISheetContext {
  constructor(private readonly _options: ISheetViewOptions) {
    super();
    const { workspace, id } = _options;
    const { words, locale, settings } = workspace;
    this.workspace = workspace;
    this.path = _options.path;
    this.addClass('opw-Sheet');
    const url = URLExt.join(settings.wsUrl, API_ROOT, 'sheets', encodeURIComponent(id), 'socket');
    const client = UUID.uuid4().replaceAll('-', '');
    const connect = (): WebSocket => new settings.WebSocket(url);
    this.model = new SheetModel({ client, locale: locale.slice(0, 2), connect, waiting: keepWaiting(id, client) });
    this.numbers = new Numbers(locale);
    this.notices = new Notices(workspace, () => this.grid.focus());
    this.guards = new Guards(this);
    const fault = (name: string): string => workspace.sentences.translate(FAULTS[name] ?? '');
    const marks = { filtered: words.__('This column has a filter'), sorted: words.__('The rows are ordered by this column'), fault };
    const at = () => ({ tab: this.tab, active: this.grid?.active ?? { row: 0, column: 0 } });
    this.source = new Source(this.model, this.numbers, at, marks, this.guards);
    this.grid = new DomGrid(this.source, { grid: words.__('Cells'), all: words.__('Choose all cells') });
    const names = functionNames(locale);
    const functions = words.__('Functions');
    this._bar = new FormulaField({ field: words.__('Content of the cell'), functions }, names);
    this._cell = new FormulaField({ field: words.__('Cell'), functions }, names);
    const where = { real: (area: IArea) => this._named(area), shown: (area: IArea) => this.model.rows.shown(this.tab, area) };
    this._editing = new Editing(this.grid, this._bar, this._cell, sheet => this._isHere(sheet), where);
    this._content = new Content(this, this._editing, this._bar);
    this._speech = new Speech(this);
    this._content.read.connect((_, content) => this._speech.cell(content));
    this._others = new Others(this, () => this._editing.active);
    this.deeds = new Deeds(this);
    this._clip = new Clip(this, this.deeds, this.grid.node);
    this._filter = new Filter(this);
    this._tabs = new Tabs(this, this.deeds, tab => this.show_(tab));
    this._summary = new Summary(this);
    this._strip = new Strip(this);
    this._find = new Find(this, id);
    this._name = new NameBox(words.__('Go to a cell'), text => this._goNamed(text));
    new Watch(this);
    this._build();
    this._listen();
    this.model.start();
    this._slow = setTimeout(() => this.model.info === null && this._state(unreachable(workspace)), SLOW_MS);
  }

  readonly workspace: IWorkspace;
  readonly model: SheetModel;
  readonly grid: IGrid;
  readonly source: Source;
  readonly numbers: Numbers;
  readonly notices: Notices;
  readonly deeds: Deeds;
  readonly guards: Guards;
  readonly path: () => string;
  tab = '';

  /** What belongs into the toolbar of the document: tools, then who else is here. */
  fill(add: (name: string, tool: Widget) => void): void {
    addTools(add, this, this.deeds, {
      filter: anchor => this._filter.open(anchor),
      export: anchor => {
        const box = anchor.getBoundingClientRect();
        openMenu(exportEntries(this, this._options.id), box.left, box.bottom + 2, () => this.grid.focus());
      },
      changed: again => {
        this.model.changed.connect(again);
        this.model.cells.connect(again);
        this.grid.moved.connect(again);
      }
    });
  }

  /** A button that looks as the tools do. */
  tool(options: IToolOptions): Widget {
    return new Tool(options);
  }

  faces(): Widget {
    const faces = new SheetFaces({
      workspace: this.workspace,
      about: `file:${this._options.id}`,
      me: () => this.model.me,
      jump: member => {
        const place = this._others.placeOf(member);
        if (place !== undefined) {
          this.go(place.tab, areaOf(place.cell));
        }
      }
    });
    this.model.changed.connect(() => faces.isDisposed || faces.look());
    return faces;
  }

  show_(tab: string): void {
    if (tab !== this.tab) {
      this._editing.commit();
      this.tab = tab;
      this.grid.reset();
      this._mark();
      this._look();
    }
  }

  go(tab: string, area: IArea): void {
    this.show_(tab);
    void reach(this, area);
  }

  turn(tab: string): void {
    this.show_(tab);
    this.grid.focus();
  }

  find(): void {
    this._editing.commit();
    this._find.open();
  }

  write(text: string): void {
    void this._content.edit(text);
  }

  say(text: string): void {
    this._speech.say(text);
  }

  refuse(): void {
    const { words, sentences } = this.workspace;
    if (Date.now() - this._refused > REFUSED_AGAIN_MS) {
      this._refused = Date.now();
      const why = this.model.why === '' ? '' : sentences.translate(this.model.why);
      this.notices.tell({ text: why || words.__('You may read this sheet and see it change; only editors may change it.'), about: 'refused' });
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      clearTimeout(this._slow);
      window.removeEventListener('online', this._network);
      window.removeEventListener('offline', this._network);
      this._filter.close();
      this._find.dispose();
      this._content.dispose();
      this._speech.dispose();
      this._others.dispose();
      this._summary.dispose();
      this._editing.dispose();
      this.grid.dispose();
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(): void {
    this.grid.focus();
  }

  protected override onAfterShow(): void {
    this.grid.refresh();
  }

  private _build(): void {
    const bar = div('opw-Sheet-bar');
    const sign = document.createElement('i');
    sign.textContent = 'fx';
    sign.setAttribute('aria-hidden', 'true');
    bar.append(this._name.node, sign, this._bar.node);
    const body = div('opw-Sheet-body');
    this._hint.textContent = this.workspace.words.__('Type, or paste a table from a spreadsheet.');
    body.append(this.grid.node, this._hint, this.notices.node);
    const foot = div('opw-SheetFoot');
    foot.append(this._tabs.node, this._summary.node);
    this.node.append(bar, this._find.node, this._strip.node, body, foot, this._speech.node);
    this._state(skeleton(this.workspace));
  }

  private _listen(): void {
    const { model, grid } = this;
    model.changed.connect(() => this._look());
    model.cells.connect(() => {
      grid.refresh();
      this._hint.hidden = !this._blank();
      this._content.soon();
      if (model.rows.moved(this.tab)) {
        // Which rows stand here may have changed.
        this._name.show(nameOfChosen(this, grid.selection, grid.active), cellName(this, grid.active));
        this._mark();
      }
    });
    model.moved.connect(() => this._mark());
    this._others.changed.connect(() => this._mark());
    model.refused.connect((_, { problem, message }) => {
      const undo = message?.type !== 'submit' && problem.status === 409;
      const { words, sentences } = this.workspace;
      const said = this.guards.refusal(problem, message) ?? sentences.translate(problem.detail ?? problem.title ?? '');
      this.notices.tell({ text: said || words.__('The server has not taken this change.'), tone: undo ? 'plain' : 'warn' });
    });
    model.ended.connect((_, ending) => this._end(ending));
    model.welcomed.connect(() => void resend(this, this._options.id));
    this.workspace.directory.changed.connect(() => this._look(), this);
    this.workspace.directory.changed.connect(this._mark, this);
    grid.moved.connect(() => this._moved());
    grid.menuAsked.connect((_, pick) => this._menu(pick));
    grid.resized.connect((_, { column, width }) => void this.deeds.width(column, width || this.source.fit(column)));
    grid.keyed.connect((_, event) => void sheetKey(event, this, this.deeds));
    this._editing.changed.connect(() => {
      this._mark();
      this._others.tell();
    });
    window.addEventListener('online', this._network);
    window.addEventListener('offline', this._network);
  }

  /** Rights, tabs, saving. */
  private _look(): void {
    const { model } = this;
    if (model.info === null) {
      return;
    }
    clearTimeout(this._slow);
    this._covered?.remove();
    this._covered = null;
    if (model.tab(this.tab) === undefined && !(model.pending && this.tab !== '')) {
      this.show_(model.info.tabs[0]?.id ?? '');
    }
    this._bar.input.readOnly = !model.canWrite;
    this._tabs.update();
    this._summary.update();
    this._strip.update();
    this.grid.refresh();
    this._hint.hidden = !this._blank();
  }

  /** Nothing is there yet, and I may begin. */
  private _blank(): boolean {
    const { rows, columns } = this.model.size(this.tab);
    return rows * columns === 0 && this.model.canWrite && !this.model.pending && !this._editing.active;
  }

  private _end(ending: Ending): void {
    if (ending !== 'session') {
      this._state(ended(this.workspace, ending, this.model.pending));
    }
  }

  private _state(node: HTMLElement): void {
    this._covered?.remove();
    this._covered = node;
    this.node.append(node);
  }

  private _moved(): void {
    const { grid } = this;
    this._name.show(nameOfChosen(this, grid.selection, grid.active), cellName(this, grid.active));
    this._speech.moved();
    this._others.tell();
    this._summary.update();
    this._content.soon();
  }

  private _menu(pick: IPick): void {
    this._editing.commit();
    openMenu(cellEntries(this, this.deeds, this._clip, pick), pick.x, pick.y, () => this.grid.focus());
  }

  private _mark(): void {
    this.grid.mark([...this._others.marks(), ...this._editing.marks]);
    this._editing.place();
  }

  /** What is chosen, as a formula names it. */
  private _named(area: IArea): IArea | undefined {
    const real = realArea(this, area);
    if (real === undefined) {
      const text = this.workspace.words.__('In this order these rows do not follow each other in the sheet: choose one cell, or the whole column.');
      this.notices.tell({ text, about: 'picked' });
    }
    return real;
  }

  private _isHere(sheet: string | undefined): boolean {
    return sheet === undefined || sheet === this.model.tab(this.tab)?.name;
  }

  /** `C4`, `A1:B9`, `Emprunts!B2`. */
  private _goNamed(text: string): boolean {
    const cut = text.lastIndexOf('!');
    const sheet = text.slice(0, Math.max(0, cut)).replace(/^'|'$/g, '');
    const tab = cut < 0 ? this.tab : this.model.info?.tabs.find(one => one.name === sheet)?.id;
    const area = parseArea(text.slice(cut + 1));
    if (tab === undefined || area === undefined) {
      return false;
    }
    this.go(tab, area);
    return true;
  }

  private readonly _network = ({ type }: Event): void => this.model.network(type === 'online');
  private readonly _bar: FormulaField;
  private readonly _cell: FormulaField;
  private readonly _editing: Editing;
  private readonly _content: Content;
  private readonly _others: Others;
  private readonly _clip: Clip;
  private readonly _filter: Filter;
  private readonly _find: Find;
  private readonly _tabs: Tabs;
  private readonly _summary: Summary;
  private readonly _strip: Strip;
  private readonly _name: NameBox;
  private readonly _speech: Speech;
  private readonly _hint = div('opw-Sheet-hint');
  private _covered: HTMLElement | null = null;
  private _slow: ReturnType<typeof setTimeout> | undefined;
  private _refused = 0;
}

function div(name: string): HTMLElement {
  const node = document.createElement('div');
  node.className = name;
  return node;
}
