/** What can be created: the “New” menu and the cards of Home. Each part of the workspace adds its kinds. */
import type { LabIcon } from '@jupyterlab/ui-components';
import { Signal, type ISignal } from '@lumino/signaling';

import type { MarkTone } from './ui/mark.js';

export interface ICreation {
  /** The word of the command: `openpaas:new` with `{kind}`. */
  kind: string;
  label: string;
  icon: LabIcon;
  tone: MarkTone;
  /** Smaller comes first. */
  rank: number;
  /** Things that belong together stand together in the menu. */
  group?: 'file' | 'place' | 'other';
  /** Also one of the large cards of Home. */
  card?: boolean;
  /** Make it in this folder (a contents path); without one the creation chooses. Rejects with a sentence. */
  create: (folder?: string) => Promise<unknown>;
}

export class Creations {
  /** The answer takes it back. */
  add(creation: ICreation): () => void {
    this._creations.set(creation.kind, creation);
    this._changed.emit();
    return () => {
      if (this._creations.get(creation.kind) === creation) {
        this._creations.delete(creation.kind);
        this._changed.emit();
      }
    };
  }

  /** All, in their order. */
  all(): ICreation[] {
    return [...this._creations.values()].sort((a, b) => a.rank - b.rank);
  }

  get(kind: string): ICreation | undefined {
    return this._creations.get(kind);
  }

  /** Something was added or taken back. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  private readonly _creations = new Map<string, ICreation>();
  private readonly _changed = new Signal<this, void>(this);
}
