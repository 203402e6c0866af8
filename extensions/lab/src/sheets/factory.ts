/** Makes the document of a `.sheet` file: its content comes through a socket of its own, not with the file. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ABCWidgetFactory, DocumentWidget, TextModelFactory, type DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { Toolbar } from '@jupyterlab/ui-components';
import { ask, Chip, historyIcon, sentenceOf, tableIcon, type IWorkspace } from '@openpaas/base';
import type { SheetView } from '@openpaas/sheets';
import { MessageLoop } from '@lumino/messaging';
import { Debouncer } from '@lumino/polling';
import { BoxLayout, Widget } from '@lumino/widgets';

import type { IKept, ILiveDocuments } from '../live/tokens.js';
import { rightChip, saveChip } from '../rights/words.js';

/** The button of every document. */
const SHARE = 'opw-share';
const SMALL = '(max-width: 600px)';
const MODEL = 'openpaas-sheet';
/** A commit is quicker than this; the word would only flicker at each key. */
const SAVING_SHOWN_AFTER_MS = 400;

/** Nothing is read with the file, and nothing is written to it. */
export class SheetModelFactory extends TextModelFactory {
  constructor() {
    super(false);
  }

  override get name(): string {
    return MODEL;
  }

  override get fileFormat(): Contents.FileFormat {
    return null;
  }
}

/** Where the view will be. */
export class SheetHolder extends Widget {
  constructor() {
    super();
    this.addClass('opw-SheetHolder');
    this.layout = new BoxLayout({ spacing: 0 });
  }

  put(view: SheetView): void {
    this.view = view;
    (this.layout as BoxLayout).addWidget(view);
    if (this.isVisible) {
      view.activate();
    }
  }

  view: SheetView | null = null;

  /** It could not be opened: why. */
  fail(sentence: string): void {
    const node = document.createElement('p');
    node.className = 'opw-Failure';
    node.setAttribute('role', 'alert');
    node.textContent = sentence;
    this.node.append(node);
  }

  protected override onActivateRequest(): void {
    if (this.view === null) {
      this.node.tabIndex = -1;
      this.node.focus();
    } else {
      this.view.activate();
    }
  }
}

type SheetDocument = DocumentWidget<SheetHolder>;

export class SheetFactory extends ABCWidgetFactory<SheetDocument> {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _documents: ILiveDocuments,
    fileType: string,
    private readonly _history: () => void
  ) {
    super({
      name: 'Sheet',
      label: _workspace.words.__('Spreadsheet'),
      fileTypes: [fileType],
      defaultFor: [fileType],
      modelName: MODEL,
      readOnly: true,
      preferKernel: false,
      canStartKernel: false
    });
  }

  protected override createNewWidget(context: DocumentRegistry.Context): SheetDocument {
    // Each change is saved when it is made: to save is nothing more.
    context.save = () => Promise.resolve();
    const content = new SheetHolder();
    const widget: SheetDocument = new DocumentWidget({ content, context });
    widget.addClass('opw-SheetDocument');
    widget.title.icon = tableIcon;
    void context.ready.then(() => this._fill(widget)).catch((error: unknown) => content.fail(sentenceOf(this._workspace, error)));
    return widget;
  }

  private async _fill(widget: SheetDocument): Promise<void> {
    const { context, content, toolbar } = widget;
    const [{ SheetView }, { file }] = await Promise.all([
      import('@openpaas/sheets'),
      ask<{ file: { ref: string } | null }>(this._workspace, 'files', { query: { path: context.path } })
    ]);
    const ref = file?.ref ?? '';
    if (widget.isDisposed) {
      return;
    }
    widget.node.dataset['ref'] = ref;
    const view = new SheetView({
      workspace: this._workspace,
      id: ref.slice(ref.indexOf(':') + 1),
      path: () => context.path
    });
    const shared = [...toolbar.names()].includes(SHARE);
    const add = (name: string, item: Widget): void => void ((shared && toolbar.insertBefore(SHARE, name, item)) || toolbar.addItem(name, item));
    view.fill(add);
    addRight(widget, view, add, this._workspace, this._history);
    content.put(view);
    this._keep(widget, view, ref);
  }

  /** The page knows of what has not been sent yet, and of where the member is. */
  private _keep(widget: SheetDocument, view: SheetView, ref: string): void {
    const kept = keptOf(view, ref);
    this._documents.keep(widget, kept);
    const { words } = this._workspace;
    view.model.ended.connect((_, ending) => {
      const name = PathExt.basename(widget.context.path);
      // What was never shown, or holds edits that were not sent, says so in its place.
      if ((ending === 'withdrawn' || ending === 'gone') && view.model.info !== null && !view.model.pending) {
        widget.dispose();
        Notification.warning(
          ending === 'gone'
            ? words.__('“%1” was deleted. It has been closed.', name)
            : words.__('You no longer have access to “%1”. It has been closed.', name),
          { autoClose: false }
        );
      }
    });
    MessageLoop.installMessageHook(widget, (_handler, message) => {
      if (message.type !== 'close-request' || !view.model.pending || view.model.saveState !== 'offline') {
        return true;
      }
      void showDialog({
        title: words.__('Close without sending your edits?'),
        body: words.__('The connection is lost, and your last edits have not been sent yet.'),
        buttons: [
          Dialog.cancelButton({ label: words.__('Keep open') }),
          Dialog.warnButton({ label: words.__('Close and lose my edits') })
        ],
        defaultButton: 0
      }).then(answer => answer.button.accept && widget.dispose());
      return false;
    });
  }
}

function keptOf({ model }: SheetView, ref: string): IKept {
  return {
    ref,
    changed: model.changed,
    ended: model.ended,
    get saveState() {
      return model.saveState;
    },
    get pending() {
      return model.pending;
    }
  };
}

/** Faces, right, saving, history: at the right of the toolbar, before “Share”. */
function addRight(
  widget: SheetDocument,
  view: SheetView,
  add: (name: string, item: Widget) => void,
  { words }: IWorkspace,
  showHistory: () => void
): void {
  const [right, save] = [new Chip('right'), new Chip('save')];
  const history = view.tool({ label: words.__('History'), text: words.__('History'), icon: historyIcon, run: showHistory, always: true });
  history.addClass('opw-HistoryButton');
  const faces = view.faces();
  const items: [string, Widget][] = [['opw-faces', faces], ['opw-right', right], ['opw-save', save], ['opw-history', history]];
  [['opw-spacer', Toolbar.createSpacerItem()] as [string, Widget], ...items].forEach(([name, item]) => add(name, item));
  if (window.matchMedia(SMALL).matches) {
    // What comes last is folded away on a small screen: who is here comes first.
    widget.toolbar.insertItem(0, 'opw-faces', faces);
  }
  const { model } = view;
  const saving = new Debouncer(() => {
    if (!save.isDisposed) {
      save.display(saveChip(model, words));
    }
  }, SAVING_SHOWN_AFTER_MS);
  const update = (): void => {
    if (widget.isDisposed) {
      return;
    }
    widget.toggleClass('opw-mod-readOnly', model.level !== null && !model.canWrite);
    right.display(rightChip({ role: model.level, why: model.why }, words));
    if (model.saveState === 'saving') {
      void saving.invoke();
    } else {
      save.display(saveChip(model, words));
    }
  };
  model.changed.connect(update);
  widget.disposed.connect(() => saving.dispose());
  update();
}
