/** Sheets in the page: their kind of file, “New”, what can be opened as one. The view is loaded with the first sheet. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { DocumentWidget } from '@jupyterlab/docregistry';
import { IDefaultFileBrowser, type FileBrowser } from '@jupyterlab/filebrowser';
import { ToolbarButton } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import { ask, IWorkspace, sentenceOf, tableIcon } from '@openpaas/base';

import { freeName } from '../home/create.js';
import { ILiveDocuments } from '../live/tokens.js';
import { SheetFactory, SheetModelFactory } from './factory.js';
import { CAN_BECOME, makeSheet, TableFactory, UNSEEN } from './tables.js';

const TYPE = 'openpaas-sheet';
const OPEN_AS = 'openpaas:open-as-sheet';
const TABLE = 'openpaas-table';
/** JupyterLab's viewers of tables. */
const VIEWERS = ['CSVTable', 'TSVTable'];
const LISTED = '.jp-DirListing-item[data-isdir="false"]';
const MINE = '~';

interface IList {
  path: string;
  level: string;
  entries: { name: string }[];
}

export const sheets: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:sheets',
  description: 'Opens sheets, makes new ones, and makes sheets of tables in other formats.',
  autoStart: true,
  requires: [IWorkspace, IDocumentManager, ILiveDocuments],
  optional: [IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    manager: IDocumentManager,
    documents: ILiveDocuments,
    browser: FileBrowser | null
  ) => {
    const { words, creations } = workspace;
    const { docRegistry } = app;
    docRegistry.addFileType({
      name: TYPE,
      displayName: words.__('Spreadsheet'),
      extensions: ['.sheet'],
      mimeTypes: ['application/vnd.openpaas.sheet'],
      contentType: 'file',
      fileFormat: null,
      icon: tableIcon
    });
    docRegistry.addFileType({
      name: TABLE,
      displayName: words.__('Table'),
      extensions: UNSEEN,
      contentType: 'file',
      fileFormat: 'base64',
      icon: tableIcon
    });
    const models = new SheetModelFactory();
    docRegistry.addModelFactory(models);
    docRegistry.addWidgetFactory(new TableFactory(workspace, manager, app.commands, TABLE, models.name));
    docRegistry.addWidgetFactory(new SheetFactory(workspace, documents, TYPE, () => void app.commands.execute('openpaas:history')));
    creations.add({
      kind: 'sheet',
      label: words.__('Spreadsheet'),
      icon: tableIcon,
      tone: 'sheet',
      rank: 25,
      group: 'file',
      card: true,
      create: folder => create(workspace, manager, folder ?? browser?.model.path ?? '')
    });
    addConversion(app, workspace, manager, browser);
  }
};

/** In the folder that is shown where one may write, else in My files. */
async function create(workspace: IWorkspace, manager: IDocumentManager, place: string): Promise<void> {
  const list = (path: string): Promise<IList> => ask<IList>(workspace, 'files', { query: { path } });
  const folder = place.replace(/^\/|\/$/g, '');
  const here = folder === '' ? null : await list(folder).catch(() => null);
  const target = here !== null && ['editor', 'manager'].includes(here.level) ? here : await list(MINE);
  const name = freeName(`${workspace.words.__('Untitled sheet')}.sheet`, target.entries.map(entry => entry.name));
  const made = await ask<{ path: string }>(workspace, 'sheets', { method: 'POST', body: { path: `${target.path}/${name}` } });
  manager.openOrReveal(made.path);
}

function addConversion(app: JupyterFrontEnd, workspace: IWorkspace, manager: IDocumentManager, browser: FileBrowser | null): void {
  const { words } = workspace;
  const chosen = (): string | undefined => {
    const item = browser?.selectedItems().next();
    return item?.done === false && CAN_BECOME.test(item.value.path) ? item.value.path : undefined;
  };
  app.commands.addCommand(OPEN_AS, {
    label: words.__('Open as a sheet'),
    caption: words.__('Make a sheet of this table; the file stays as it is'),
    icon: tableIcon,
    isVisible: () => chosen() !== undefined,
    isEnabled: () => chosen() !== undefined,
    describedBy: { args: { type: 'object', properties: { path: { type: 'string', description: 'The table' } } } },
    execute: async args => {
      const path = typeof args['path'] === 'string' ? args['path'] : chosen();
      if (path !== undefined) {
        await convert(workspace, manager, path);
      }
    }
  });
  for (const viewer of VIEWERS) {
    app.docRegistry.addWidgetExtension(viewer, {
      createNew: (widget, context) => addButton(widget, words.__('Open as a sheet'), () => convert(workspace, manager, context.path, widget))
    });
  }
  app.contextMenu.addItem({ command: OPEN_AS, selector: LISTED, rank: 1.5 });
}

function addButton(widget: Widget, label: string, run: () => Promise<void>): void {
  if (widget instanceof DocumentWidget) {
    const button = new ToolbarButton({ label, icon: tableIcon, onClick: () => void run() });
    button.addClass('opw-OpenAsSheet');
    widget.toolbar.insertItem(0, 'openpaas-open-as-sheet', button);
  }
}

/** The sheet takes the place of the viewer that offered it. */
async function convert(workspace: IWorkspace, manager: IDocumentManager, path: string, viewer?: Widget): Promise<void> {
  try {
    const made = await makeSheet(workspace, path);
    const place = viewer?.isAttached === true ? { ref: viewer.id } : undefined;
    manager.openOrReveal(made, undefined, undefined, place);
    viewer?.dispose();
  } catch (error) {
    Notification.error(sentenceOf(workspace, error), { autoClose: 10_000 });
  }
}
