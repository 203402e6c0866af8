/** The stock file browser with our list in it, and a model that hears of changes instead of asking every ten seconds. */
import { JupyterLab, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { FileBrowser, FilterFileBrowserModel, IFileBrowserFactory, type DirListing } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { IWorkspace } from '@openpaas/base';
import { Debouncer } from '@lumino/polling';
import type { Widget } from '@lumino/widgets';

import { aboutOf, type IAbout } from './entry.js';
import { FileDeeds, IFileDeeds } from './deeds.js';
import { Here } from './here.js';
import { MY_FILES } from '../shell/names.js';
import { commands } from './names.js';
import { WorkspaceListing } from './listing.js';
import { WorkspaceRenderer } from './renderer.js';

/** Events tell of changes; this is for what no event told. */
const REFRESH_MS = 60_000;
const FOLLOW_MS = 300;
const MOST_FOLLOWED = 60;

/** Parts of the stock model that have no door. */
interface IStockModel {
  _key: string;
  _state: IStateDB | null;
}

export class WorkspaceModel extends FilterFileBrowserModel {
  constructor(
    options: FilterFileBrowserModel.IOptions,
    private readonly _deeds: FileDeeds
  ) {
    super(options);
  }

  /** What the shown folder or space is. */
  about: IAbout | undefined;

  override cd(path = '.'): Promise<void> {
    // The stock start asks for the root.
    this._went ||= !['.', '', '/'].includes(path);
    return super.cd(path);
  }

  /** To where one was last time, else to one's own files; not when one has gone somewhere before. */
  override async restore(id: string, populate = true): Promise<void> {
    if (this._stock._key !== '') {
      return;
    }
    await super.restore(id, false);
    const last = populate ? await this._last(`file-browser-${id}:cwd`) : '';
    if (!this._went) {
      const gone = this.cd(`/${last || MY_FILES}`);
      await (populate ? gone : undefined);
    }
  }

  /** Where one was last time, if that is still there. */
  private async _last(key: string): Promise<string> {
    const { services } = this.manager;
    await services.ready;
    try {
      const path = ((await this._stock._state?.fetch(key)) as { path?: string } | undefined)?.path ?? '';
      if (path !== '') {
        await services.contents.get(path, { content: false });
      }
      return services.contents.localPath(path);
    } catch {
      return '';
    }
  }

  protected override handleContents(contents: Contents.IModel): void {
    this.about = aboutOf(contents);
    super.handleContents(contents);
  }

  /** The stock button gives its files to the tray. Resolves at once: the tray tells the rest. */
  override upload(file: File, path?: string): Promise<Contents.IModel> {
    const folder = path ?? this.path;
    this._deeds.upload([{ file, folder: '' }], folder);
    const now = new Date().toISOString();
    return Promise.resolve({
      name: file.name,
      path: `${folder}/${file.name}`,
      type: 'file',
      writable: true,
      created: now,
      last_modified: now,
      mimetype: file.type,
      content: null,
      format: null
    });
  }

  private get _stock(): IStockModel {
    return this as unknown as IStockModel;
  }

  private _went = false;
}

export class WorkspaceBrowser extends FileBrowser {
  constructor(
    options: FileBrowser.IOptions,
    private readonly _make: (options: DirListing.IOptions) => DirListing
  ) {
    WorkspaceBrowser._next = _make;
    super(options);
  }

  /** Called by the constructor of the stock browser, before this object has its own fields. */
  protected override createDirListing(options: DirListing.IOptions): DirListing {
    return (this._make ?? WorkspaceBrowser._next)(options);
  }

  /** A section above all that is about one folder. */
  insertAbove(section: Widget): void {
    this.header.insertWidget(0, section);
  }

  get list(): WorkspaceListing {
    return this.listing as WorkspaceListing;
  }

  private static _next: (options: DirListing.IOptions) => DirListing;
}

export const deeds: JupyterFrontEndPlugin<FileDeeds> = {
  id: '@openpaas/lab:file-deeds',
  description: 'What one does with files: upload, move, throw away, download.',
  autoStart: true,
  requires: [IWorkspace, IDocumentManager],
  provides: IFileDeeds,
  activate: (app, workspace: IWorkspace, manager: IDocumentManager) => new FileDeeds(app, workspace, manager)
};

export const factory: JupyterFrontEndPlugin<IFileBrowserFactory> = {
  id: '@openpaas/lab:file-browser-factory',
  description: 'Makes file browsers that show people and scroll through 10,000 files.',
  requires: [IDocumentManager, ITranslator, IWorkspace, IFileDeeds],
  optional: [IStateDB, JupyterLab.IInfo],
  provides: IFileBrowserFactory,
  activate: (
    app,
    manager: IDocumentManager,
    translator: ITranslator,
    workspace: IWorkspace,
    fileDeeds: FileDeeds,
    db: IStateDB | null,
    info: JupyterLab.IInfo | null
  ): IFileBrowserFactory => {
    const tracker = new WidgetTracker<FileBrowser>({ namespace: 'filebrowser' });
    const createFileBrowser = (id: string, options: IFileBrowserFactory.IOptions = {}): FileBrowser => {
      const state = options.state === null ? undefined : (options.state ?? db ?? undefined);
      const model = new WorkspaceModel(
        {
          translator,
          manager,
          state,
          auto: options.auto ?? true,
          driveName: options.driveName ?? '',
          refreshInterval: options.refreshInterval ?? REFRESH_MS,
          refreshStandby: () => (info !== null && !info.isConnected) || 'when-hidden',
          allowFileUploads: options.allowFileUploads ?? true
        },
        fileDeeds
      );
      const here = new Here(workspace);
      const renderer = new WorkspaceRenderer(workspace, here);
      const browser = new WorkspaceBrowser(
        { id, model, translator, state, restore: options.restore, renderer },
        listed => new WorkspaceListing({ ...listed, renderer, deeds: fileDeeds })
      );
      showPeople(browser, here);
      browser.list.empty = emptyFolder(workspace, () => void app.commands.execute(commands.uploadFiles));
      void tracker.add(browser);
      return browser;
    };
    return { createFileBrowser, tracker };
  }
};

/** Nothing here yet, and what one may do about it. */
function emptyFolder({ words }: IWorkspace, choose: () => void): HTMLElement {
  const node = document.createElement('div');
  const title = document.createElement('p');
  title.className = 'opw-Empty-title';
  title.textContent = words.__('This folder is empty.');
  const hint = document.createElement('p');
  hint.textContent = words.__('Drop files or folders here, or choose them.');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'opw-Button opw-tone-plain';
  button.textContent = words.__('Upload files…');
  button.addEventListener('click', choose);
  node.className = 'opw-Empty';
  node.append(title, hint, button);
  return node;
}

/** Rows in sight show who is in them now. */
function showPeople(browser: WorkspaceBrowser, here: Here): void {
  const listing = browser.list;
  const follow = new Debouncer(() => {
    if (!browser.isDisposed) {
      const files = listing.visible().filter(item => item.type !== 'directory');
      here.follow(files.slice(0, MOST_FOLLOWED).flatMap(item => aboutOf(item)?.ref ?? []));
    }
  }, FOLLOW_MS);
  browser.model.refreshed.connect(() => void follow.invoke());
  listing.contentNode.addEventListener('scroll', () => void follow.invoke(), { passive: true });
  here.changed.connect(() => browser.isVisible && listing.redraw());
}
