/** Joins the panel, the comparison and the authors with the document that is shown. Loaded when first asked for. */
import type { ILabShell } from '@jupyterlab/application';
import { MainAreaWidget, Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { IWorkspace } from '@openpaas/base';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { ILiveDocuments } from '../live/tokens.js';
import { Authors } from './authors.js';
import { ComparisonView } from './compare.js';
import { HistoryPanel, type IDesk } from './panel.js';
import { Subject } from './subject.js';
import type { IChosen } from './types.js';

export interface IDeskOptions {
  workspace: IWorkspace;
  shell: ILabShell;
  manager: IDocumentManager;
  contents: Contents.IManager;
  documents: ILiveDocuments;
}

export class Desk implements IDesk {
  constructor(private readonly _options: IDeskOptions) {
    this.panel = new HistoryPanel(_options.workspace, this);
    _options.shell.currentChanged.connect(() => void this._look());
  }

  readonly panel: HistoryPanel;
  readonly changed: Signal<IDesk, void> = new Signal<IDesk, void>(this);

  get subject(): Subject | null {
    return this._subject;
  }

  get busy(): boolean {
    return this._busy;
  }

  get authors(): boolean {
    return this._authors !== null && !this._authors.isDisposed;
  }

  /** Show the panel, and in it the document that is shown. */
  reveal(): void {
    const { shell } = this._options;
    if (!this.panel.isAttached) {
      shell.add(this.panel, 'right', { rank: 400 });
    }
    this._watching = true;
    void this._look();
    shell.activateById(this.panel.id);
  }

  /** Show what an entry changed. */
  show(chosen: IChosen): void {
    const subject = this._subject;
    if (subject === null) {
      return;
    }
    const { workspace, shell } = this._options;
    subject.choose(chosen);
    let main = this._comparison;
    if (main === null || main.isDisposed) {
      main = new MainAreaWidget({ content: new ComparisonView(workspace, subject, this.open) });
      main.id = `opw-comparison-${subject.id}`;
      main.title.icon = main.content.title.icon;
      main.title.label = main.content.title.label;
      main.title.closable = true;
      main.toolbar.hide();
      main.disposed.connect(() => subject.isDisposed || subject.choose(null));
      this._comparison = main;
      shell.add(main, 'main', { mode: 'tab-after' });
    }
    // The panel keeps the keyboard, so that the arrows lead on from entry to entry.
    const focused = document.activeElement;
    shell.activateById(main.id);
    if (focused instanceof HTMLElement && this.panel.node.contains(focused)) {
      requestAnimationFrame(() => focused.isConnected && focused.focus());
    }
  }

  readonly open = (path: string): void => void this._options.manager.openOrReveal(path);

  /** Show who wrote what in the document, or no longer. */
  toggleAuthors(): void {
    if (this.authors) {
      this._authors?.dispose();
      this._authors = null;
    } else {
      void this._showAuthors();
    }
    this.changed.emit();
  }

  private async _showAuthors(): Promise<void> {
    this._watching = true;
    await this._look();
    const { shell } = this._options;
    const widget = this._document();
    if (this._subject !== null && widget !== undefined) {
      if (shell.currentWidget !== widget) {
        shell.activateById(widget.id);
      }
      this._authors = new Authors(this._subject, widget);
      this._authorsOf = widget;
    }
    this.changed.emit();
  }

  /** The editor of the file: the one that is shown, else any. */
  private _document(): IDocumentWidget | undefined {
    const { currentWidget } = this._options.shell;
    if (isDocument(currentWidget)) {
      return currentWidget;
    }
    const all = [...this._options.shell.widgets('main')].filter(isDocument);
    return all.find(one => this._pathOf(one) === this._subject?.path);
  }

  /** Follow the document that is shown; the comparison belongs to the one that is followed already. */
  private async _look(): Promise<void> {
    const widget = this._options.shell.currentWidget;
    const known = widget === this._comparison || (widget !== null && widget === this._widget);
    if (!this._watching || known) {
      return;
    }
    if (!isDocument(widget)) {
      this._stay();
      return;
    }
    const turn = ++this._turn;
    this._busy = true;
    this.changed.emit();
    const subject = await Subject.at(this._options.workspace, this._pathOf(widget)).catch(() => null);
    if (turn !== this._turn) {
      subject?.dispose();
      return;
    }
    this._busy = false;
    this._follow(subject, widget);
  }

  /** Something else is shown: the file stays, as long as its document or its comparison is there. */
  private _stay(): void {
    const gone = this._widget === null || this._widget.isDisposed;
    if (gone && (this._comparison === null || this._comparison.isDisposed)) {
      this._follow(null, null);
    }
  }

  private _follow(subject: Subject | null, widget: IDocumentWidget | null): void {
    let kept = subject;
    if (subject !== null && subject.id === this._subject?.id) {
      subject.dispose();
      kept = this._subject;
    } else {
      this._leave();
      kept?.lost.connect(() => this._lose());
    }
    this._subject = kept;
    this._widget = widget;
    if (kept !== null && widget !== null) {
      this._attach(kept, widget);
    }
    if (this._authorsOf !== widget) {
      this._authors?.dispose();
      this._authors = null;
    }
    this.changed.emit();
  }

  private _attach(subject: Subject, widget: IDocumentWidget): void {
    const attach = (): void => void (subject.isDisposed || subject.attach(this._options.documents.of(widget.context.model.sharedModel)));
    attach();
    void widget.context.ready.then(attach, () => undefined);
    widget.context.pathChanged.connect(() => subject.isDisposed || subject.rename(this._pathOf(widget)));
  }

  private _leave(): void {
    const subject = this._subject;
    this._subject = null;
    this._authors?.dispose();
    this._authors = null;
    const comparison = this._comparison;
    this._comparison = null;
    comparison?.dispose();
    subject?.dispose();
  }

  /** The right to look is gone. */
  private _lose(): void {
    const { shell, workspace } = this._options;
    const name = this._subject?.name ?? '';
    const shown = this.panel.isVisible || this._comparison !== null;
    this._leave();
    this._widget = null;
    this.changed.emit();
    if (this.panel.isVisible) {
      shell.collapseRight();
    }
    if (shown) {
      Notification.warning(workspace.words.__('The history of “%1” was closed: you no longer have access to it.', name), {
        autoClose: false
      });
    }
  }

  private _pathOf(widget: IDocumentWidget): string {
    return this._options.contents.localPath(widget.context.path);
  }

  private _subject: Subject | null = null;
  private _widget: IDocumentWidget | null = null;
  private _comparison: MainAreaWidget<ComparisonView> | null = null;
  private _authors: Authors | null = null;
  private _authorsOf: IDocumentWidget | null = null;
  private _watching = false;
  private _busy = false;
  private _turn = 0;
}

function isDocument(widget: Widget | null): widget is IDocumentWidget {
  return (widget as Partial<IDocumentWidget> | null)?.context !== undefined;
}
