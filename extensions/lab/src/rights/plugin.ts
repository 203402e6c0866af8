/** The page follows the right of its member: what may be edited, run, and still be read. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import { INotebookCellExecutor, runCell } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { DOMAIN, IWorkspace } from '@openpaas/base';

import type { LiveDocument } from '../live/document.js';
import { ILiveDocuments } from '../live/tokens.js';
import { writeLanguage } from '../live/untouched.js';
import { Executor } from '../runs/execute.js';
import { answerQuestions } from '../runs/questions.js';
import { guardCommands, refuseExecution } from './guards.js';
import { followRight, showRight } from './view.js';

/** Every stock factory that can show a live document. */
const FACTORIES = ['Notebook', 'Editor', 'Markdown Preview', 'CSVTable', 'TSVTable', 'HTML Viewer', 'JSON'];

export const rights: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:rights',
  description: 'Shows and applies the right of the member in each live document.',
  autoStart: true,
  requires: [ILiveDocuments, ITranslator],
  activate: (app: JupyterFrontEnd, documents: ILiveDocuments, translator: ITranslator) => {
    const words = translator.load(DOMAIN);
    guardCommands(app, documents, words);
    const extension = {
      createNew: (widget: IDocumentWidget, context: DocumentRegistry.Context) => {
        const live = documents.of(context.model.sharedModel);
        return live ? followRight(widget, context, live, words) : showRight(widget, context, words);
      }
    };
    for (const factory of FACTORIES) {
      app.docRegistry.addWidgetExtension(factory, extension);
    }
  }
};

export const cellExecutor: JupyterFrontEndPlugin<INotebookCellExecutor> = {
  id: '@openpaas/lab:cell-executor',
  description: 'Runs cells for members who may execute.',
  autoStart: true,
  requires: [ILiveDocuments, ITranslator, IWorkspace],
  provides: INotebookCellExecutor,
  activate: (_app, documents: ILiveDocuments, translator: ITranslator, workspace: IWorkspace) => {
    const executors = new WeakMap<LiveDocument, Executor>();
    documents.added.connect((_, live) => {
      executors.set(live, new Executor(workspace, live));
      answerQuestions(workspace, live);
    });
    const words = translator.load(DOMAIN);
    return {
      runCell: async options => {
        if (options.cell.model.type !== 'code') {
          return runCell(options);
        }
        const live = documents.of(options.notebook.sharedModel);
        if (live?.canExecute === false) {
          refuseExecution(words);
          return false;
        }
        if (options.sessionContext?.isReady === false) {
          // While its kernel is being asked for, the stock function would forget the cell in silence.
          await options.sessionContext.ready;
        }
        writeLanguage(options.notebook);
        const kernel = kernelOf(options);
        const executor = live === undefined ? undefined : executors.get(live);
        return executor === undefined || kernel === undefined ? runCell(options) : executor.run(kernel, options);
      }
    };
  }
};

/** The kernel that this page is connected to; the stock function says what to do without one. */
function kernelOf({ sessionContext }: INotebookCellExecutor.IRunCellOptions): string | undefined {
  return sessionContext?.pendingInput === true ? undefined : sessionContext?.session?.kernel?.id;
}
