/** The file whose history is looked at, and what the member may do with it. */
import { PathExt } from '@jupyterlab/coreutils';
import { ask, type IWorkspace } from '@openpaas/base';
import { WorkspaceError } from '@openpaas/api';
import { Signal, type ISignal } from '@lumino/signaling';

import type { LiveDocument } from '../live/document.js';
import type { Against, IChosen } from './types.js';

const WRITERS = new Set(['editor', 'manager']);
const SETTLE_MS = 1000;

interface IFileList {
  level: string;
  file: { id: string; name: string } | null;
}

export class Subject {
  private constructor(
    readonly workspace: IWorkspace,
    readonly id: string,
    private _path: string,
    private _level: string
  ) {
    this._leave = workspace.presence.follow([this.ref]);
    this._deaf = workspace.push.listen({
      event: event => event.ref === this.ref && this._soon(),
      reset: () => this._soon(),
      topic: (topic, gained) => void (topic === this.ref && !gained && this.lose())
    });
  }

  /** The file at a path; null for what has no history (a folder, a file that is not there). */
  static async at(workspace: IWorkspace, path: string): Promise<Subject | null> {
    try {
      const found = await ask<IFileList>(workspace, 'files', { query: { path } });
      return found.file === null ? null : new Subject(workspace, found.file.id, path, found.level);
    } catch (error) {
      if (error instanceof WorkspaceError && error.status < 500) {
        return null;
      }
      throw error;
    }
  }

  get ref(): string {
    return `file:${this.id}`;
  }

  get path(): string {
    return this._path;
  }

  get name(): string {
    return PathExt.basename(this._path);
  }

  get isNotebook(): boolean {
    return this._path.endsWith('.ipynb');
  }

  /** Whether two states can be shown beside each other; a sheet has who and when. */
  get isComparable(): boolean {
    return !this._path.endsWith('.sheet');
  }

  /** Whether the member may name, restore. */
  get canWrite(): boolean {
    return this._live?.role != null ? this._live.canWrite : WRITERS.has(this._level);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get chosen(): IChosen | null {
    return this._chosen;
  }

  get against(): Against {
    return this._against;
  }

  /** Something is to be drawn anew: the choice, the right, the name. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Somebody wrote to the file, or its versions were named. */
  get touched(): ISignal<this, void> {
    return this._touched;
  }

  /** The right to look is gone. */
  get lost(): ISignal<this, void> {
    return this._lost;
  }

  /** Hear of edits as they come, while the document is open. */
  attach(live: LiveDocument | undefined): void {
    if (live === this._live) {
      return;
    }
    this._detach();
    this._live = live;
    if (live !== undefined) {
      live.model.ydoc.on('update', this._soon);
      live.changed.connect(this._drawn);
      live.model.disposed.connect(this._gone);
    }
    this._drawn();
  }

  rename(path: string): void {
    this._path = path;
    this._changed.emit();
  }

  choose(chosen: IChosen | null, against: Against = this._against): void {
    this._chosen = chosen;
    this._against = against;
    this._changed.emit();
  }

  lose(): void {
    if (!this._isDisposed) {
      this._lost.emit();
    }
  }

  /** Whether an error says that the right is gone; then it is told. */
  noticed(error: unknown): boolean {
    const gone = error instanceof WorkspaceError && error.status === 404;
    if (gone) {
      void this._look();
    }
    return gone;
  }

  dispose(): void {
    this._isDisposed = true;
    this._detach();
    this._leave();
    this._deaf();
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _look(): Promise<void> {
    const again = await Subject.at(this.workspace, this.id).catch(() => undefined);
    if (again === null) {
      this.lose();
    } else if (again !== undefined) {
      this._level = again._level;
      again.dispose();
      this._changed.emit();
    }
  }

  private _detach(): void {
    const live = this._live;
    this._live = undefined;
    if (live !== undefined) {
      live.model.ydoc.off('update', this._soon);
      live.changed.disconnect(this._drawn);
      live.model.disposed.disconnect(this._gone);
    }
  }

  private readonly _gone = (): void => this._detach();

  private readonly _drawn = (): void => {
    const now = this.canWrite;
    if (now !== this._couldWrite) {
      this._couldWrite = now;
      this._changed.emit();
    }
  };

  /** At most once a second, and once after the last. */
  private readonly _soon = (): void => {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._touched.emit();
    }, SETTLE_MS);
  };

  private readonly _changed = new Signal<this, void>(this);
  private readonly _touched = new Signal<this, void>(this);
  private readonly _lost = new Signal<this, void>(this);
  private readonly _leave: () => void;
  private readonly _deaf: () => void;
  private _live: LiveDocument | undefined;
  private _couldWrite: boolean | null = null;
  private _chosen: IChosen | null = null;
  private _against: Against = 'before';
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}
