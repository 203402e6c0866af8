/** History: its commands, and its button at every document. The rest is loaded when it is asked for. */
import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, ToolbarButton } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { historyIcon, IWorkspace } from '@openpaas/base';

import { ILiveDocuments } from '../live/tokens.js';
import { SHARE_ITEM } from '../share/button.js';
import type { Desk } from './desk.js';

const HISTORY = 'openpaas:history';
const AUTHORS = 'openpaas:authors';
const FACTORIES = ['Notebook', 'Editor', 'Markdown Preview', 'CSVTable', 'TSVTable', 'HTML Viewer', 'JSON'];
const ITEM = 'opw-history';

export const history: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:history',
  description: 'What happened to a file: who changed it, when and what; named versions; who wrote what.',
  autoStart: true,
  requires: [IWorkspace, ILabShell, IDocumentManager, ILiveDocuments],
  optional: [ICommandPalette, IMainMenu],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    shell: ILabShell,
    manager: IDocumentManager,
    documents: ILiveDocuments,
    palette: ICommandPalette | null,
    menu: IMainMenu | null
  ) => {
    const { words } = workspace;
    let loaded: Promise<Desk> | null = null;
    let desk: Desk | null = null;
    const load = (): Promise<Desk> => {
      loaded ??= import('./desk.js').then(module => {
        desk = new module.Desk({ workspace, shell, manager, contents: app.serviceManager.contents, documents });
        desk.changed.connect(() => app.commands.notifyCommandChanged(AUTHORS));
        return desk;
      });
      return loaded;
    };
    const shown = (): boolean => (shell.currentWidget as Partial<IDocumentWidget> | null)?.context !== undefined;
    app.commands.addCommand(HISTORY, {
      label: words.__('History'),
      caption: words.__('Who changed this file, when and what'),
      icon: historyIcon,
      describedBy: { args: { type: 'object', properties: { path: { type: 'string' } } } },
      execute: async args => {
        if (typeof args['path'] === 'string' && args['path'] !== '') {
          const widget = manager.openOrReveal(args['path']);
          await widget?.context.ready;
        }
        (await load()).reveal();
      }
    });
    app.commands.addCommand(AUTHORS, {
      label: words.__('Who wrote what'),
      caption: words.__('Show beside each line who wrote it'),
      isToggleable: true,
      isToggled: () => desk?.authors ?? false,
      isEnabled: () => shown() || (desk?.authors ?? false),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: async () => (await load()).toggleAuthors()
    });
    [HISTORY, AUTHORS].forEach(command => palette?.addItem({ command, category: words.__('Workspace') }));
    menu?.fileMenu.addGroup([{ command: HISTORY }], 60);
    menu?.viewMenu.addGroup([{ command: AUTHORS }], 60);
    const extension = { createNew: (widget: IDocumentWidget, context: DocumentRegistry.Context) => addButton(app, widget, context, workspace) };
    FACTORIES.forEach(factory => app.docRegistry.addWidgetExtension(factory, extension));
  }
};

function addButton(
  app: JupyterFrontEnd,
  widget: IDocumentWidget,
  context: DocumentRegistry.Context,
  { words }: IWorkspace
): ToolbarButton {
  const button = new ToolbarButton({
    icon: historyIcon,
    label: words.__('History'),
    tooltip: words.__('Who changed this file, when and what'),
    onClick: () => void app.commands.execute(HISTORY)
  });
  button.addClass('opw-HistoryButton');
  const place = (): void => {
    // The toolbar of a notebook is filled late, from settings, and may drop what came before.
    if (button.parent === null && !button.isDisposed && !widget.isDisposed) {
      const { toolbar } = widget;
      const names = [...toolbar.names()];
      // “Share” stands last, whichever came first.
      const before = ['kernelName', SHARE_ITEM].find(name => names.includes(name));
      if (before === undefined || !toolbar.insertBefore(before, ITEM, button)) {
        toolbar.addItem(ITEM, button);
      }
    }
  };
  void context.ready.then(place, () => undefined);
  return button;
}
