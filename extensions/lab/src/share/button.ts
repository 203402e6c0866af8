/** “Share” at the right end of the toolbar of every document. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { IWorkspace } from '@openpaas/base';
import { DisposableDelegate } from '@lumino/disposable';
import { Widget } from '@lumino/widgets';

/** How it is called in a toolbar. */
export const SHARE_ITEM = 'opw-share';

export function addShareButton(app: JupyterFrontEnd, workspace: IWorkspace, share: (target: { path: string }) => void): void {
  const extension = {
    createNew: (widget: IDocumentWidget, context: DocumentRegistry.Context) => {
      const button = new ShareButton(workspace, () => share({ path: context.path }));
      const put = (): void => {
        // The toolbar of a notebook is filled late, from settings, and may drop what came before.
        if (!widget.isDisposed && !button.isDisposed && button.parent === null) {
          widget.toolbar.addItem(SHARE_ITEM, button);
        }
      };
      put();
      void context.ready.then(put, () => undefined);
      return new DisposableDelegate(() => button.dispose());
    }
  };
  const seen = new Set<string>();
  const extend = (factory: string): void => {
    if (!seen.has(factory)) {
      seen.add(factory);
      app.docRegistry.addWidgetExtension(factory, extension);
    }
  };
  for (const factory of app.docRegistry.widgetFactories()) {
    extend(factory.name);
  }
  app.docRegistry.changed.connect((_, change) => {
    if (change.type === 'widgetFactory' && change.change === 'added' && change.name !== undefined) {
      extend(change.name);
    }
  });
}

class ShareButton extends Widget {
  constructor(workspace: IWorkspace, share: () => void) {
    super();
    this.addClass('opw-ShareButton');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'opw-Button opw-tone-primary';
    button.textContent = workspace.words.__('Share');
    button.title = workspace.words.__('See and change who has access');
    button.addEventListener('click', share);
    this.node.append(button);
  }
}
