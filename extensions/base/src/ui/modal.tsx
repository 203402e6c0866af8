/** A window over the page: the browser keeps the keyboard in it, Escape and a click beside it close it. */
import { Widget } from '@lumino/widgets';

import { WorkspaceView } from './context.js';
import type { IWorkspace } from '../workspace.js';

export interface IModalOptions {
  /** Id of the heading that names the window. */
  labelledBy: string;
  /** Class of the window, for its style. */
  className: string;
}

/** Open a window; resolves when it is closed. The focus returns to where it was. */
export function openModal(
  workspace: IWorkspace,
  options: IModalOptions,
  draw: (close: () => void) => JSX.Element
): Promise<void> {
  const node = document.createElement('dialog');
  node.className = `opw-Dialog ${options.className}`;
  node.setAttribute('aria-labelledby', options.labelledBy);
  const before = document.activeElement;
  document.body.append(node);
  const close = (): void => node.close();
  const view = new WorkspaceView(workspace, () => draw(close));
  Widget.attach(view, node);
  node.showModal();
  // Only a press that begins beside the window closes it: a selection of text may end there.
  node.addEventListener('pointerdown', event => {
    if (event.target === node) {
      close();
    }
  });
  return new Promise(resolve => {
    node.addEventListener('close', () => {
      view.dispose();
      node.remove();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
      resolve();
    });
  });
}
