/** The address of an object, and the clipboard. */
import { URLExt } from '@jupyterlab/coreutils';
import type { IWorkspace } from '@openpaas/base';

/** The address that leads to an object whatever its name and place are. */
export function linkTo(workspace: IWorkspace, ref: string): string {
  return new URL(URLExt.join(workspace.settings.baseUrl, 'open', ref), window.location.href).href;
}

/** Put a text on the clipboard; rejects where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  // Only pages that came over HTTPS, or from this very machine, have one.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) {
    throw new Error('This page has no clipboard.');
  }
  await clipboard.writeText(text);
}
