/** What can be created today: notebooks, texts, tables, folders, and what is brought from the own computer. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog } from '@jupyterlab/apputils';
import type { FileBrowser } from '@jupyterlab/filebrowser';
import { ask, fileIcon, fileTextIcon, folderPlusIcon, notebookIcon, plusIcon, tableIcon, uploadIcon, type ICreation, type IWorkspace } from '@openpaas/base';

/** Each member's own files. */
const MINE = '~';
/** Commands of the part that keeps files. */
const UPLOAD = 'openpaas:upload-files';
const NEW_SPACE = 'openpaas:new-space';

interface IList {
  path: string;
  level: string;
  entries: { name: string }[];
}

export class Maker {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspace: IWorkspace,
    private readonly _browser: FileBrowser | null
  ) {}

  /** Everything that is here to be created, added to what others add. */
  register(): void {
    const { creations, words } = this._workspace;
    const add = (creation: ICreation): unknown => creations.add(creation);
    const file = (kind: string, label: string, name: string, look: Pick<ICreation, 'icon' | 'tone' | 'rank' | 'card'>): unknown =>
      add({ kind, label, group: 'file', ...look, create: folder => this._file(name, kind, folder) });
    file('notebook', words.__('Notebook'), words.__('Untitled notebook') + '.ipynb', { icon: notebookIcon, tone: 'notebook', rank: 10, card: true });
    file('markdown', words.__('Text'), words.__('Untitled text') + '.md', { icon: fileTextIcon, tone: 'document', rank: 20, card: true });
    file('csv', words.__('CSV table'), words.__('Untitled table') + '.csv', { icon: tableIcon, tone: 'sheet', rank: 30 });
    file('text', words.__('Plain text'), words.__('Untitled text') + '.txt', { icon: fileIcon, tone: 'plain', rank: 40 });
    const place = { tone: 'folder', group: 'place' } as const;
    add({ ...place, kind: 'folder', label: words.__('Folder'), icon: folderPlusIcon, rank: 50, card: true, create: folder => this._folder(folder) });
    add({ ...place, kind: 'import', label: words.__('Import…'), icon: uploadIcon, rank: 90, group: 'other', card: true, create: () => this._import() });
    void this._app.restored.then(() => {
      if (this._app.commands.hasCommand(NEW_SPACE)) {
        const create = (): Promise<unknown> => this._app.commands.execute(NEW_SPACE);
        add({ ...place, kind: 'space', label: words.__('Space…'), icon: plusIcon, rank: 60, create });
      }
    });
  }

  /** The folder of the file browser if I may write there, else My files; with what it holds. */
  private async _target(folder?: string): Promise<IList> {
    const path = (folder ?? this._browser?.model.path ?? '').replace(/^\/|\/$/g, '');
    const list = (place: string): Promise<IList> => ask<IList>(this._workspace, 'files', { query: { path: place } });
    if (path === '') {
      return list(MINE);
    }
    if (folder !== undefined) {
      return list(path);
    }
    const here = await list(path).catch(() => null);
    return here !== null && ['editor', 'manager'].includes(here.level) ? here : list(MINE);
  }

  private async _file(name: string, kind: string, folder?: string): Promise<void> {
    const target = await this._target(folder);
    const path = `${target.path}/${freeName(name, target.entries.map(entry => entry.name))}`;
    await ask(this._workspace, 'files', { method: 'POST', body: { path, kind: 'file' } });
    const { commands, serviceManager } = this._app;
    if (kind === 'notebook') {
      await serviceManager.kernelspecs.ready;
      const spec = serviceManager.kernelspecs.specs?.default;
      await commands.execute('docmanager:open', { path, factory: 'Notebook', kernel: spec === undefined ? undefined : { name: spec } });
    } else {
      await commands.execute('docmanager:open', { path, factory: 'Editor' });
    }
  }

  private async _folder(folder?: string): Promise<void> {
    const { words } = this._workspace;
    const target = await this._target(folder);
    const text = freeName(words.__('New folder'), target.entries.map(entry => entry.name));
    const asked = await InputDialog.getText({ title: words.__('New folder'), label: words.__('Name'), text, okLabel: words.__('Create folder') });
    const name = asked.value?.trim() ?? '';
    if (!asked.button.accept || name === '') {
      return;
    }
    const path = `${target.path}/${name}`;
    await ask(this._workspace, 'files', { method: 'POST', body: { path, kind: 'folder' } });
    await this._app.commands.execute('filebrowser:open-path', { path: `/${path}` });
  }

  private async _import(): Promise<void> {
    const { commands } = this._app;
    const { path } = await this._target();
    await this._browser?.model.cd(`/${path}`);
    await commands.execute(commands.hasCommand(UPLOAD) ? UPLOAD : 'filebrowser:upload');
  }
}

/** `name`, or `name 2`, `name 3`… before the ending. */
export function freeName(name: string, taken: string[]): string {
  const key = (text: string): string => text.normalize('NFC').toLocaleLowerCase();
  const used = new Set(taken.map(key));
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 2, free = name; ; number += 1) {
    if (!used.has(key(free))) {
      return free;
    }
    free = `${stem} ${number}${ending}`;
  }
}
