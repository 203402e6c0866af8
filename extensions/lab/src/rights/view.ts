/** Makes one view of a live document follow the right of its member. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Chip } from '@openpaas/base';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { MessageLoop } from '@lumino/messaging';
import { Debouncer } from '@lumino/polling';
import type { Widget } from '@lumino/widgets';

import type { LiveDocument } from '../live/document.js';
import { readerChip, rightChip, saveChip } from './words.js';

const READ_ONLY_CLASS = 'opw-mod-readOnly';
const NO_EXECUTION_CLASS = 'opw-mod-noExecution';
/** A commit is quicker than this; the word would only flicker at each key. */
const SAVING_SHOWN_AFTER_MS = 400;

export function followRight(
  widget: IDocumentWidget,
  context: DocumentRegistry.Context,
  live: LiveDocument,
  words: TranslationBundle
): IDisposable {
  const right = new Chip('right');
  const save = new Chip('save');
  const place = (): void => {
    placeChip(widget, 'opw-right', right);
    placeChip(widget, 'opw-save', save);
  };
  const showSaving = new Debouncer(() => {
    if (!save.isDisposed) {
      save.display(saveChip(live, words));
    }
  }, SAVING_SHOWN_AFTER_MS);
  const lock = new Lock(widget.content);
  const update = (): void => {
    if (widget.isDisposed) {
      return;
    }
    place();
    widget.toggleClass(READ_ONLY_CLASS, !live.canWrite);
    widget.toggleClass(NO_EXECUTION_CLASS, !live.canExecute);
    right.display(rightChip(live, words));
    if (live.saveState === 'saving') {
      void showSaving.invoke();
    } else {
      save.display(saveChip(live, words));
    }
    preferKernel(context, live.canExecute);
    lock.set(!live.canWrite);
  };
  live.changed.connect(update);
  void context.ready.then(
    () => {
      update();
      askBeforeClosing(widget, live, words);
    },
    () => undefined
  );
  update();
  return new DisposableDelegate(() => {
    live.changed.disconnect(update);
    showSaving.dispose();
    right.dispose();
    save.dispose();
  });
}

/** A view that is not live, such as a table of a CSV file, was given its right when it was read. */
export function showRight(
  widget: IDocumentWidget,
  context: DocumentRegistry.Context,
  words: TranslationBundle
): IDisposable {
  const right = new Chip('right');
  void context.ready.then(
    () => {
      if (!widget.isDisposed && context.contentsModel?.writable === false) {
        placeChip(widget, 'opw-right', right);
        widget.addClass(READ_ONLY_CLASS);
        right.display(readerChip(words));
      }
    },
    () => undefined
  );
  return right;
}

/**
 * Closing a view whose edits have not left yet would lose them. Installed when the document is
 * ready: the document manager's own hook, which ends the message, must be the older one.
 */
function askBeforeClosing(widget: IDocumentWidget, live: LiveDocument, words: TranslationBundle): void {
  if (widget.isDisposed) {
    return;
  }
  MessageLoop.installMessageHook(widget, (_handler, message) => {
    if (message.type !== 'close-request' || live.saveState !== 'offline' || !live.pending) {
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

/** The toolbar of a notebook is filled late, from settings, and may drop what came before. */
function placeChip(widget: IDocumentWidget, name: string, chip: Chip): void {
  if (chip.parent === null && !chip.isDisposed) {
    const toolbar = widget.toolbar;
    if (![...toolbar.names()].includes('kernelName') || !toolbar.insertBefore('kernelName', name, chip)) {
      toolbar.addItem(name, chip);
      chip.addClass('opw-mod-end');
    }
  }
}

/** Without the right to execute no kernel is started, and none is asked for. */
function preferKernel(context: DocumentRegistry.Context, execute: boolean): void {
  const session = context.sessionContext;
  const { canStart, shouldStart, autoStartDefault, ...rest } = session.kernelPreference;
  if (!execute && canStart !== false) {
    kept.set(context, { canStart, shouldStart, autoStartDefault });
    session.kernelPreference = { ...rest, canStart: false, shouldStart: false, autoStartDefault: false };
  } else if (execute && kept.has(context)) {
    session.kernelPreference = { ...rest, ...kept.get(context) };
    kept.delete(context);
  }
}

const kept = new WeakMap<object, object>();

/** Read-only editors. Cosmetic: what is typed is refused by the document itself. */
class Lock {
  constructor(content: Widget) {
    this._content = content;
    if (isNotebook(content)) {
      const again = (): void => this._apply();
      content.modelContentChanged.connect(again);
      content.activeCellChanged.connect(again);
      content.cellInViewportChanged.connect(again);
    }
  }

  set(locked: boolean): void {
    if (locked || this._locked) {
      this._locked = locked;
      this._apply();
    }
  }

  private _apply(): void {
    if (this._locked === null) {
      return;
    }
    if (isNotebook(this._content)) {
      for (const cell of this._content.widgets) {
        lockCell(cell, this._locked);
      }
    } else if (isFileEditor(this._content)) {
      this._content.editor.setOption('readOnly', this._locked);
    }
    if (!this._locked) {
      this._locked = null;
    }
  }

  private readonly _content: Widget;
  private _locked: boolean | null = null;
}

function lockCell(cell: Cell, locked: boolean): void {
  // First: with it on, `readOnly` is written into the shared notebook, for everybody.
  cell.syncEditable = false;
  if (locked) {
    cell.readOnly = true;
  } else {
    cell.loadEditableState();
    cell.syncEditable = true;
  }
  cell.editor?.setOption('readOnly', cell.readOnly);
}

function isNotebook(content: Widget): content is Notebook {
  return content.hasClass('jp-Notebook');
}

function isFileEditor(content: Widget): content is FileEditor {
  return content.hasClass('jp-FileEditor');
}
