/** Opens what a reference names: by its opener, else where its link leads. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { IWorkspace } from '@openpaas/base';

const TREE = /\/lab\/tree\/([^?#]*)/;
const LINKED = /^(file|folder|space):/;

/** Whether something here can open it. */
export function opens(workspace: IWorkspace, ref: string): boolean {
  return workspace.openers.knows(ref) || LINKED.test(ref);
}

/** Open it; rejects with a sentence. */
export async function open(app: JupyterFrontEnd, workspace: IWorkspace, ref: string): Promise<void> {
  if (workspace.openers.knows(ref)) {
    await workspace.openers.open(ref);
    return;
  }
  const { settings, words } = workspace;
  const link = URLExt.join(settings.baseUrl, 'open', ref);
  const { url } = await ServerConnection.makeRequest(link, {}, settings);
  const path = TREE.exec(new URL(url, window.location.href).pathname)?.[1];
  if (path === undefined) {
    throw new Error(words.__('This is not there any more, or you no longer have access to it.'));
  }
  await app.commands.execute('filebrowser:open-path', { path: `/${decodeURIComponent(path)}` });
}
