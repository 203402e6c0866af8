/** Faces, jump, follow and the line of who writes, in each live document. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { IWorkspace } from '@openpaas/base';
import type { Widget } from '@lumino/widgets';

import type { LiveDocument } from '../live/document.js';
import { ILiveDocuments } from '../live/tokens.js';
import type { Colleagues } from './colleagues.js';
import { whenNamed } from './here.js';
import { Writing } from './writing.js';

/** Every stock factory that can show a live document. */
const FACTORIES = ['Notebook', 'Editor', 'Markdown Preview', 'CSVTable', 'TSVTable', 'HTML Viewer', 'JSON'];

export const others: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:others',
  description: 'Shows who else is in a document, where they are, and who writes.',
  autoStart: true,
  requires: [ILiveDocuments, IWorkspace],
  optional: [IStatusBar, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    documents: ILiveDocuments,
    workspace: IWorkspace,
    bar: IStatusBar | null,
    shell: ILabShell | null
  ) => {
    const shown = new WeakMap<Widget, Colleagues>();
    const writing = new Writing(workspace.words);
    const atHand = (): void => {
      const widget = app.shell.currentWidget;
      writing.watch(widget === null ? undefined : shown.get(widget));
    };
    if (bar !== null) {
      writing.register(bar);
    }
    shell?.currentChanged.connect(atHand);
    const show = async (widget: IDocumentWidget, live: LiveDocument): Promise<void> => {
      const { showOthers } = await import('./document.js');
      if (!widget.isDisposed && !live.isDisposed) {
        shown.set(widget, showOthers(widget, live, workspace));
        atHand();
      }
    };
    const extension = {
      createNew: (widget: IDocumentWidget, context: DocumentRegistry.Context): void => {
        const live = documents.of(context.model.sharedModel);
        if (live !== undefined) {
          whenNamed(live, () => void context.ready.then(() => show(widget, live)).catch(() => undefined));
        }
      }
    };
    FACTORIES.forEach(factory => app.docRegistry.addWidgetExtension(factory, extension));
  }
};
