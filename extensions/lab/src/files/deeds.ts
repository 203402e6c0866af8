/** What one does with files, from wherever: each ends with one sentence, and what is thrown away can be brought back. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { contentUrl, UnreachableError, WorkspaceError, zipUrl } from '@openpaas/api';
import { ask, sentenceOf, type IWorkspace } from '@openpaas/base';
import { Token } from '@lumino/coreutils';

import { aboutOf, idOf, parted, type FileInfo } from './entry.js';
import type { IDeeds } from './listing.js';
import { found, entriesOf, type IFound } from './upload/gather.js';
import { UploadQueue } from './upload/queue.js';
import { Transport } from './upload/transport.js';

export const IFileDeeds = new Token<FileDeeds>('@openpaas/lab:IFileDeeds', 'What one does with files');

const MY_FILES = '~';
const AT_ONCE = 4;
const UNDO_MS = 10_000;

export class FileDeeds implements IDeeds {
  constructor(
    private readonly _app: JupyterFrontEnd,
    readonly workspace: IWorkspace,
    private readonly _manager: IDocumentManager
  ) {
    this.queue = new UploadQueue(new Transport(workspace));
  }

  readonly queue: UploadQueue;

  /** Send files to a folder, those of folders below it. */
  upload(files: IFound[], folder: string, batch = this.queue.batch()): void {
    const target = folder === '' ? MY_FILES : folder;
    this.queue.known(target);
    const below = (path: string): string => (path === '' ? target : `${target}/${path}`);
    for (const one of files.filter(each => each.file === undefined)) {
      this.queue.folder(below(one.folder)).catch(error => this._tell(error));
    }
    this.queue.add(
      files.flatMap(({ file, folder: path }) => (file === undefined ? [] : { file, folder: below(path) })),
      batch
    );
  }

  drop(data: DataTransfer, folder: string): void {
    const entries = entriesOf(data);
    const batch = this.queue.batch();
    const read = async (): Promise<void> => {
      for await (const portion of found(entries)) {
        this.upload(portion, folder, batch);
      }
    };
    read().catch(() =>
      Notification.error(this.workspace.words.__('A dropped folder cannot be read on your computer; nothing of it was sent.'))
    );
  }

  async move(paths: string[], folder: string, copy: boolean): Promise<void> {
    const wanted = paths.filter(path => copy || parted(path)[0] !== folder);
    const { contents } = this._app.serviceManager;
    const faults = await this._each(wanted, async path => {
      await (copy ? contents.copy(path, folder) : this._manager.rename(path, `${folder}/${parted(path)[1]}`));
    });
    const done = wanted.length - faults.length;
    const { words } = this.workspace;
    if (faults.length > 0) {
      this._tellFaults(faults, wanted.length);
    }
    if (done > 0 && !copy) {
      const back = wanted.filter(path => !faults.some(fault => fault.item === path));
      Notification.success(words._n('%1 thing was moved to “%2”.', '%1 things were moved to “%2”.', done, this.shown(folder)), {
        autoClose: UNDO_MS,
        actions: [{ label: words.__('Undo'), callback: () => void this._moveBack(back, folder) }]
      });
    }
  }

  async remove(items: Contents.IModel[]): Promise<void> {
    const { words } = this.workspace;
    if (items.some(item => aboutOf(item)?.ref.startsWith('space:') ?? true)) {
      Notification.info(words.__('A space is not thrown away: a manager archives it in its own page.'));
      return;
    }
    const faults = await this._each(items, item => this._manager.deleteFile(item.path));
    const gone = items.filter(item => !faults.some(fault => fault.item === item));
    if (faults.length > 0) {
      this._tellFaults(faults, items.length);
    }
    if (gone.length > 0) {
      const sentence =
        gone.length === 1
          ? words.__('“%1” is in the trash.', gone[0].name)
          : words._n('%1 thing is in the trash.', '%1 things are in the trash.', gone.length);
      Notification.success(sentence, {
        autoClose: UNDO_MS,
        actions: [{ label: words.__('Undo'), callback: () => void this.restore(gone.map(item => idOf(aboutOf(item)?.ref ?? ''))) }]
      });
    }
  }

  /** Bring things back from the trash, by id. */
  async restore(ids: string[]): Promise<void> {
    const faults = await this._each(ids, async id => {
      await ask<FileInfo>(this.workspace, `trash/${id}/restore`, { method: 'POST' });
    });
    if (faults.length > 0) {
      this._tellFaults(faults, ids.length);
    }
    if (faults.length < ids.length) {
      const { words } = this.workspace;
      const done = ids.length - faults.length;
      Notification.success(words._n('%1 thing is back in its place.', '%1 things are back in their places.', done), { autoClose: 4000 });
    }
  }

  async download(items: Contents.IModel[]): Promise<void> {
    const ids = items.flatMap(item => idOf(aboutOf(item)?.ref ?? '') || []);
    const single = items.length === 1 && items[0].type !== 'directory';
    const { settings } = this.workspace;
    const url = single ? contentUrl(settings, ids[0]) : zipUrl(settings, ids);
    try {
      await this._reachable(single ? '' : url);
    } catch (error) {
      this._tell(error);
      return;
    }
    const link = document.createElement('a');
    link.href = url;
    link.download = '';
    document.body.append(link);
    link.click();
    link.remove();
  }

  /** How a file of this name looks. */
  fileType(name: string): DocumentRegistry.IFileType | undefined {
    return this._app.docRegistry.getFileTypesForPath(name)[0];
  }

  /** A path as people say it. */
  shown(path: string): string {
    return path === MY_FILES ? this.workspace.words.__('My files') : parted(path)[1];
  }

  /** What refuses an archive is said in the page, not as a page of its own. */
  private async _reachable(url: string): Promise<void> {
    if (url === '') {
      return;
    }
    const stop = new AbortController();
    const response = await fetch(url, { signal: stop.signal }).catch(error => {
      throw new UnreachableError(String(error));
    });
    if (response.ok) {
      stop.abort();
      return;
    }
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new WorkspaceError(response.status, problem);
  }

  private async _moveBack(paths: string[], folder: string): Promise<void> {
    const faults = await this._each(paths, async path => {
      await this._manager.rename(`${folder}/${parted(path)[1]}`, path);
    });
    if (faults.length > 0) {
      this._tellFaults(faults, paths.length);
    }
  }

  private async _each<T>(items: T[], deed: (item: T) => Promise<unknown>): Promise<{ item: T; error: unknown }[]> {
    const faults: { item: T; error: unknown }[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < items.length) {
        const item = items[next++];
        try {
          await deed(item);
        } catch (error) {
          faults.push({ item, error });
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
    return faults;
  }

  private _tellFaults(faults: { error: unknown }[], of: number): void {
    const { words } = this.workspace;
    const sentence = sentenceOf(this.workspace, faults[0].error);
    Notification.error(
      of === 1 ? sentence : words._n('%1 of %2 was left as it is: %3', '%1 of %2 were left as they are: %3', faults.length, of, sentence),
      { autoClose: false }
    );
  }

  private _tell(error: unknown): void {
    Notification.error(sentenceOf(this.workspace, error), { autoClose: false });
  }
}
