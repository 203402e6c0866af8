/** The spaces that I see and what is shared with me; read once, kept true by events. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ask, IWorkspace, sentenceOf } from '@openpaas/base';
import { Token } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import type { SharedFile, SpaceInfo } from './entry.js';

const CONCERNS = /^(Space|Grant|Group|Object|Member|FileTrashed|FileRestored)/;
const SETTLE_MS = 200;

export const ISpaces = new Token<Spaces>('@openpaas/lab:ISpaces', 'The spaces that I see');

export class Spaces {
  constructor(private readonly _workspace: IWorkspace) {
    this._again = new Debouncer(() => this.refresh(), SETTLE_MS);
    const soon = (): void => void this._again.invoke();
    _workspace.push.listen({
      event: event => void (CONCERNS.test(event.type) && soon()),
      topic: soon,
      reset: soon
    });
  }

  /** Something is other than before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Undefined until they were read. */
  get loaded(): boolean {
    return this._loaded;
  }

  get all(): SpaceInfo[] {
    return this._all;
  }

  get shared(): SharedFile[] {
    return this._shared;
  }

  get fault(): string | undefined {
    return this._fault;
  }

  /** The space that a path of the file browser lies in. */
  of(path: string): SpaceInfo | undefined {
    const head = path.split('/', 1)[0];
    return this._all.find(space => space.path === head);
  }

  async refresh(): Promise<void> {
    try {
      [this._all, this._shared] = await Promise.all([
        ask<SpaceInfo[]>(this._workspace, 'spaces'),
        ask<SharedFile[]>(this._workspace, 'shared')
      ]);
      this._loaded = true;
      this._fault = undefined;
    } catch (error) {
      this._fault = sentenceOf(this._workspace, error);
    }
    this._changed.emit();
  }

  private readonly _again: Debouncer;
  private readonly _changed = new Signal<this, void>(this);
  private _all: SpaceInfo[] = [];
  private _shared: SharedFile[] = [];
  private _loaded = false;
  private _fault: string | undefined;
}

export const spaces: JupyterFrontEndPlugin<Spaces> = {
  id: '@openpaas/lab:spaces',
  description: 'Knows the spaces that I see.',
  autoStart: true,
  requires: [IWorkspace],
  provides: ISpaces,
  activate: (_, workspace: IWorkspace) => {
    const known = new Spaces(workspace);
    void known.refresh();
    return known;
  }
};
