/** How a file goes over the wire: a small one at once, a large one in pieces that are taken up again after a cut. */
import { sendPiece, UnreachableError, WorkspaceError, type components } from '@openpaas/api';
import { ask, sentenceOf, type IWorkspace } from '@openpaas/base';

import { Refusal, type IItem, type ITransport } from './queue.js';

type UploadInfo = components['schemas']['UploadInfo'];

const PIECE = 4 * 1024 * 1024;
const PAUSES_MS = [1000, 2000, 4000, 8000];
const BUSY = new Set([429, 502, 503, 504]);

export class Transport implements ITransport {
  constructor(private readonly _workspace: IWorkspace) {}

  async folder(path: string): Promise<void> {
    try {
      await ask(this._workspace, 'files', { method: 'POST', body: { path, kind: 'folder' } });
    } catch (error) {
      if (!(error instanceof WorkspaceError && error.status === 409)) {
        throw this._refusal(error);
      }
    }
  }

  async send(item: IItem, progress: (bytes: number) => void): Promise<void> {
    try {
      await (item.file.size <= PIECE ? this._once(item) : this._pieces(item, progress));
    } catch (error) {
      throw this._refusal(error);
    }
  }

  pause(tries: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer);
        window.removeEventListener('online', done);
        resolve();
      };
      const timer = setTimeout(done, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
      window.addEventListener('online', done);
      signal.addEventListener('abort', done);
    });
  }

  private async _once(item: IItem): Promise<void> {
    const path = `${item.folder}/${item.file.name}`;
    await sendPiece('content', item.file, {
      query: { path, conflict: item.conflict },
      signal: item.stop?.signal,
      settings: this._workspace.settings
    });
  }

  private async _pieces(item: IItem, progress: (bytes: number) => void): Promise<void> {
    const signal = item.stop?.signal;
    const { file, folder, conflict } = item;
    let upload = await this._again(item);
    upload ??= await ask<UploadInfo>(this._workspace, 'uploads', {
      method: 'POST',
      body: { folder, name: file.name, size: file.size, conflict },
      signal
    });
    this._begun.set(item.key, upload.id);
    signal?.addEventListener('abort', () => this._giveUp(item), { once: true });
    while (upload.received < file.size) {
      progress(upload.received);
      const last: number = Math.min(upload.received + PIECE, file.size) - 1;
      upload = await sendPiece<UploadInfo>(`uploads/${upload.id}/content`, file.slice(upload.received, last + 1), {
        range: `bytes ${upload.received}-${last}/${file.size}`,
        signal,
        settings: this._workspace.settings
      });
    }
    await ask(this._workspace, `uploads/${upload.id}/finish`, { method: 'POST', body: { conflict }, signal });
    this._begun.delete(item.key);
  }

  /** What has come of it before the cut, unless the server has forgotten it. */
  private async _again(item: IItem): Promise<UploadInfo | undefined> {
    const id = this._begun.get(item.key);
    if (id === undefined) {
      return undefined;
    }
    try {
      return await ask<UploadInfo>(this._workspace, `uploads/${id}`, { signal: item.stop?.signal });
    } catch (error) {
      if (error instanceof WorkspaceError && error.status === 404) {
        this._begun.delete(item.key);
        return undefined;
      }
      throw error;
    }
  }

  private _giveUp(item: IItem): void {
    const id = this._begun.get(item.key);
    this._begun.delete(item.key);
    if (id !== undefined) {
      void ask(this._workspace, `uploads/${id}`, { method: 'DELETE' }).catch(() => undefined);
    }
  }

  private _refusal(error: unknown): Refusal {
    const sentence = sentenceOf(this._workspace, error);
    if (error instanceof UnreachableError) {
      return new Refusal(sentence, 'cut');
    }
    if (error instanceof WorkspaceError) {
      const code = error.problem.type?.split(':').pop();
      if (BUSY.has(error.status) || code === 'offset') {
        return new Refusal(sentence, 'cut');
      }
      return new Refusal(sentence, code === 'taken' ? 'taken' : error.status === 507 ? 'full' : 'other');
    }
    return new Refusal(this._workspace.words.__('This file cannot be read on your computer.'), 'other');
  }

  private readonly _begun = new Map<number, string>();
}
