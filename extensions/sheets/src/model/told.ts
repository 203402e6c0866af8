/** What a model tells. */
import type { IApplied, IProblem, Outgoing } from '../wire.js';
import type { IShown } from './blocks.js';
import type { IDraft } from './outbox.js';

/** A change that everybody has heard of; `mine` with what was sent for it. */
export interface IHeard {
  applied: IApplied;
  mine?: Outgoing;
}

export interface IRefused {
  problem: IProblem;
  message: Outgoing | undefined;
}

/** What the grid shows in a cell. */
export interface ICellView extends Partial<IShown> {
  draft?: IDraft;
  loading: boolean;
}
