/** Commands, menus, openers and views of files. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser, type FileBrowser } from '@jupyterlab/filebrowser';
import type { LabIcon } from '@jupyterlab/ui-components';
import { ask, downloadIcon, IWorkspace, plusIcon, sharedIcon, trashIcon, uploadIcon, WorkspaceView, type IOpenOptions } from '@openpaas/base';

import { FileDeeds, IFileDeeds } from './deeds.js';
import { parted } from './entry.js';
import { commands } from './names.js';
import { explainRenames } from './renames.js';
import { ISpaces, type Spaces } from './spaces.js';
import { chosen, choose } from './upload/gather.js';

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;
const ROWS = '.jp-DirListing-item[data-isdir]';
const FOLDERS = '.jp-DirListing-item[data-isdir="true"]';
const LIST = '.jp-DirListing-content';

interface IFileList {
  kind: 'space' | 'folder' | 'file';
  path: string;
}

export const files: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:files',
  description: 'Opens files, folders and spaces; uploads, downloads, moves; the trash and what is shared.',
  autoStart: true,
  requires: [IWorkspace, IDefaultFileBrowser, IDocumentManager, ISpaces, IFileDeeds],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    browser: FileBrowser,
    manager: IDocumentManager,
    spaces: Spaces,
    deeds: FileDeeds
  ) => {
    const open = new Open(app, workspace, browser, manager);
    for (const kind of ['file', 'folder', 'space']) {
      workspace.openers.add(kind, (id, options) => open.ref(id, options));
    }
    explainRenames(app.serviceManager.contents, workspace, browser);
    addDeeds(app, workspace, browser, spaces, deeds);
    addViews(app, workspace, spaces, deeds);
  }
};

/** Leads to things in the page: a folder in the file browser, a file as a document. */
class Open {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspace: IWorkspace,
    private readonly _browser: FileBrowser,
    private readonly _manager: IDocumentManager
  ) {}

  async ref(id: string, options: IOpenOptions): Promise<void> {
    const found = await ask<IFileList>(this._workspace, 'files', { query: { path: id } });
    if (found.kind !== 'file') {
      this._app.shell.activateById(this._browser.id);
      await this._browser.model.cd(`/${found.path}`);
      return;
    }
    const widget = this._manager.openOrReveal(found.path);
    if (widget !== undefined && options.fragment !== undefined) {
      await widget.context.ready;
      widget.setFragment(options.fragment);
    }
  }
}

function addDeeds(app: JupyterFrontEnd, workspace: IWorkspace, browser: FileBrowser, spaces: Spaces, deeds: FileDeeds): void {
  const { words } = workspace;
  const selected = (): number => [...browser.selectedItems()].length;
  const upload = async (folder: boolean): Promise<void> => {
    const target = browser.model.path;
    const found = await choose(folder);
    if (found !== null) {
      deeds.upload(chosen(found), target);
    }
  };
  const add = (id: string, label: string, icon: LabIcon | undefined, execute: () => unknown): void => {
    app.commands.addCommand(id, { label, icon, describedBy: NO_ARGUMENTS, execute });
  };
  add(commands.uploadFiles, words.__('Upload files…'), uploadIcon, () => upload(false));
  add(commands.uploadFolder, words.__('Upload a folder…'), uploadIcon, () => upload(true));
  add(commands.zip, words.__('Download'), downloadIcon, () => deeds.download([...browser.selectedItems()]));
  add(commands.moveTo, words.__('Move to…'), undefined, async () => {
    const paths = [...browser.selectedItems()].map(item => item.path);
    const { chooseFolder } = await import('./dialogs.js');
    const folder = await chooseFolder(workspace, spaces, parted(paths[0] ?? '')[0], selected());
    if (folder !== null) {
      await deeds.move(paths, folder, false);
    }
  });
  add(commands.newSpace, words.__('New space…'), plusIcon, async () => {
    const { newSpace } = await import('./dialogs.js');
    const made = await newSpace(workspace);
    if (made !== null) {
      await spaces.refresh();
      app.shell.activateById(browser.id);
      await browser.model.cd(`/${made.path}`);
    }
  });
  app.contextMenu.addItem({ command: commands.moveTo, selector: ROWS, rank: 7.5 });
  // The stock menu has an entry for files.
  app.contextMenu.addItem({ command: commands.zip, selector: FOLDERS, rank: 9.5 });
  app.contextMenu.addItem({ command: commands.uploadFiles, selector: LIST, rank: 56 });
  app.contextMenu.addItem({ command: commands.uploadFolder, selector: LIST, rank: 57 });
}

function addViews(app: JupyterFrontEnd, workspace: IWorkspace, spaces: Spaces, deeds: FileDeeds): void {
  const { words } = workspace;
  const view = (command: string, label: string, icon: LabIcon, draw: () => Promise<() => JSX.Element>): void => {
    let shown: MainAreaWidget | null = null;
    app.commands.addCommand(command, {
      label,
      icon,
      describedBy: NO_ARGUMENTS,
      execute: async () => {
        if (shown === null || shown.isDisposed) {
          shown = new MainAreaWidget({ content: new WorkspaceView(workspace, await draw()) });
          shown.id = command;
          shown.title.label = label;
          shown.title.icon = icon;
          shown.title.closable = true;
          app.shell.add(shown, 'main');
        }
        app.shell.activateById(shown.id);
      }
    });
  };
  view(commands.trash, words.__('Trash'), trashIcon, async () => {
    const { TrashView } = await import('./trashview.js');
    return () => <TrashView deeds={deeds} />;
  });
  view(commands.shared, words.__('Shared with me'), sharedIcon, async () => {
    const { SharedView } = await import('./sharedview.js');
    const open = (ref: string): void => void workspace.openers.open(ref);
    return () => <SharedView spaces={spaces} deeds={deeds} open={open} />;
  });
}
