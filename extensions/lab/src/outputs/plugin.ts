/** Large outputs are not in the notebook but beside it; they are fetched when they are scrolled to. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry, type IRenderMime } from '@jupyterlab/rendermime';
import { IWorkspace } from '@openpaas/base';

import { ILiveDocuments } from '../live/tokens.js';
import { PLACEHOLDER } from './placeholder.js';
import { LargeOutput, type IPlace } from './renderer.js';

/** Before anything else: for other tools there is a sentence beside it. */
const RANK = 0;

export const outputs: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:outputs',
  description: 'Shows the outputs that are too large for the shared notebook.',
  autoStart: true,
  requires: [IRenderMimeRegistry, IWorkspace, ILiveDocuments, INotebookTracker],
  activate: (
    _app,
    rendermime: IRenderMimeRegistry,
    workspace: IWorkspace,
    documents: ILiveDocuments,
    notebooks: INotebookTracker
  ) => {
    const placeOf = (options: IRenderMime.IRendererOptions): IPlace | null => {
      const panel = notebooks.find((one: NotebookPanel) => one.content.rendermime.resolver === options.resolver);
      const ref = panel === undefined ? '' : (documents.of(panel.context.model.sharedModel)?.ref ?? '');
      return panel === undefined || ref === '' ? null : { file: ref.slice('file:'.length), rendermime: panel.content.rendermime };
    };
    rendermime.addFactory(
      {
        // It draws what is stored as the notebook would: untrusted, it is sanitised like any output.
        safe: true,
        mimeTypes: [PLACEHOLDER],
        defaultRank: RANK,
        createRenderer: options => new LargeOutput(workspace, () => placeOf(options))
      },
      RANK
    );
  }
};
