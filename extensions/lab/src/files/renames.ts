/** Two rename the same thing: who comes second is told what has happened, in one sentence. */
import type { FileBrowser } from '@jupyterlab/filebrowser';
import { ServerConnection, type Contents } from '@jupyterlab/services';
import { ask, type IWorkspace } from '@openpaas/base';

import { aboutOf, idOf, parted, type FileInfo } from './entry.js';

export function explainRenames(contents: Contents.IManager, workspace: IWorkspace, browser: FileBrowser): void {
  // The list may have lost the old name while the new one was typed: what a path meant is remembered.
  const meant = new Map<string, string>();
  browser.model.refreshed.connect(() => {
    for (const item of browser.model.items()) {
      meant.set(item.path, idOf(aboutOf(item)?.ref ?? ''));
    }
  });
  const stock = contents.rename.bind(contents);
  contents.rename = async (path, target) => {
    try {
      return await stock(path, target);
    } catch (error) {
      const id = meant.get(path);
      if (id !== undefined && error instanceof ServerConnection.ResponseError && error.response.status === 404) {
        void browser.model.refresh();
        throw new Error(await meanwhile(workspace, id, parted(path)[1]));
      }
      throw error;
    }
  };
}

async function meanwhile(workspace: IWorkspace, id: string, name: string): Promise<string> {
  const { words } = workspace;
  const now = await ask<{ file?: FileInfo | null }>(workspace, 'files', { query: { path: id } }).catch(() => undefined);
  const other = now?.file?.name;
  return other === undefined || other === name
    ? words.__('Somebody has moved or deleted “%1” meanwhile; nothing was changed.', name)
    : words.__('Somebody has renamed “%1” to “%2” meanwhile; nothing was changed.', name, other);
}
