/** What the server says of the history of a file. */
import type { components } from '@openpaas/api';

type Schemas = components['schemas'];
export type Entry = Schemas['HistoryEntry'];
export type History = Schemas['History'];
export type Writer = Schemas['Writer'];
export type Comparison = Schemas['Comparison'];
export type Counts = Schemas['DiffCounts'];
export type DiffCell = Schemas['DiffCell'];
export type DiffLine = Schemas['DiffLine'];
export type DiffOutput = Schemas['DiffOutput'];
export type Blame = Schemas['Blame'];
export type BlamePart = Schemas['BlamePart'];

/** What is compared: an entry with what came before it, or with now. */
export type Against = 'before' | 'now';

export interface IChosen {
  entry: Entry;
  /** The number of the entry before it; 0 for the first. */
  base: number;
}
