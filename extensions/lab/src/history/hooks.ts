/** Data of a subject in React: its timeline in pages, a comparison, how much an entry changed. */
import { ask, sentenceOf, useWorkspace, type IWorkspace } from '@openpaas/base';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { Subject } from './subject.js';
import type { Comparison, Counts, Entry, History } from './types.js';

const PAGE = 40;

/** Draw again whenever the signal is emitted. */
export function useSignal(signal: ISignal<unknown, unknown>): void {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    signal.connect(again);
    return () => void signal.disconnect(again);
  }, [signal]);
}

export interface ITimeline {
  entries: Entry[];
  /** There is older. */
  more: boolean;
  loading: boolean;
  fault: string | undefined;
  next: () => void;
  again: () => void;
}

interface ILoaded {
  entries: Entry[];
  before: number | null;
  epoch: number;
}

function questionOf(subject: Subject): string {
  return `files/${subject.id}/history`;
}

/** The newest entries in place of what was known of the same stretch. */
export function joined(old: ILoaded | undefined, found: History): ILoaded {
  const fresh = { entries: found.entries, before: found.before ?? null, epoch: found.epoch };
  const last = found.entries[found.entries.length - 1];
  if (old === undefined || old.epoch !== found.epoch || last === undefined || fresh.before === null) {
    return fresh;
  }
  const older = old.entries.filter(entry => entry.seq < last.first_seq);
  return older.length === 0 ? fresh : { ...old, entries: [...found.entries, ...older] };
}

interface ITold {
  key: string;
  loaded?: ILoaded;
  fault?: string;
}

/** An answer put to what was known: the newest page, or the one below `before`. */
function told(was: ITold, key: string, found: History, before: number | null): ITold {
  const old = was.key === key ? was.loaded : undefined;
  if (before === null) {
    return { key, loaded: joined(old, found) };
  }
  const entries = [...(old?.entries ?? []).filter(entry => entry.seq >= before), ...found.entries];
  return { key, loaded: { entries, before: found.before ?? null, epoch: found.epoch } };
}

export function useTimeline(subject: Subject, named: boolean): ITimeline {
  const workspace = useWorkspace();
  const key = `${subject.id} ${named}`;
  const [state, setState] = React.useState<ITold>({ key });
  const busy = React.useRef(false);
  const load = React.useCallback(
    async (before: number | null): Promise<void> => {
      busy.current = true;
      try {
        const query = { limit: PAGE, named, ...(before === null ? {} : { before }) };
        const found = await ask<History>(workspace, questionOf(subject), { query });
        setState(was => told(was, key, found, before));
      } catch (error) {
        subject.noticed(error);
        const fault = sentenceOf(workspace, error);
        setState(was => ({ ...(was.key === key ? was : { key }), fault }));
      } finally {
        busy.current = false;
      }
    },
    [workspace, subject, named, key]
  );
  React.useEffect(() => {
    const again = (): void => void load(null);
    again();
    subject.touched.connect(again);
    return () => void subject.touched.disconnect(again);
  }, [subject, load]);
  const { loaded, fault }: ITold = state.key === key ? state : { key };
  const before = loaded?.before ?? null;
  return {
    entries: loaded?.entries ?? [],
    more: before !== null,
    loading: loaded === undefined && fault === undefined,
    fault,
    next: () => void (before !== null && !busy.current && load(before)),
    again: () => void load(null)
  };
}

/** The minutes of one entry. */
export function useSteps(subject: Subject, entry: Entry, open: boolean): Entry[] | undefined {
  const workspace = useWorkspace();
  const [steps, setSteps] = React.useState<Entry[]>();
  React.useEffect(() => {
    if (!open) {
      return;
    }
    const query = { grain: 'step', after: entry.first_seq - 1, before: entry.seq + 1, limit: 200 };
    ask<History>(workspace, questionOf(subject), { query }).then(
      found => setSteps(found.entries),
      error => void subject.noticed(error)
    );
  }, [workspace, subject, entry.first_seq, entry.seq, open]);
  return steps;
}

export interface IQuestion {
  base: number;
  /** 0: now. */
  seq: number;
  whole: boolean;
}

export interface ICompared {
  data: Comparison | undefined;
  fault: string | undefined;
  again: () => void;
}

/** The comparison at once, and once more with the author of each part where several wrote. */
export function useComparison(subject: Subject, question: IQuestion): ICompared {
  const workspace = useWorkspace();
  const { base, seq, whole } = question;
  const key = `${subject.id} ${base} ${seq} ${whole}`;
  const [turn, setTurn] = React.useState(0);
  const [state, setState] = React.useState<{ key: string; data?: Comparison; fault?: string }>({ key });
  React.useEffect(() => {
    const stop = new AbortController();
    const get = (credits: boolean): Promise<Comparison> =>
      ask<Comparison>(workspace, `files/${subject.id}/comparison`, {
        query: { base, seq, whole, credits },
        signal: stop.signal
      });
    const told = (data: Comparison): void => {
      if (!stop.signal.aborted) {
        setState({ key, data });
      }
    };
    get(false)
      .then(async data => {
        told(data);
        if (!data.credited && !data.cut && data.people.length > 1) {
          told(await get(true));
        }
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) {
          subject.noticed(error);
          setState({ key, fault: sentenceOf(workspace, error) });
        }
      });
    return () => stop.abort();
  }, [workspace, subject, base, seq, whole, key, turn]);
  React.useEffect(() => {
    if (seq !== 0) {
      return;
    }
    const again = (): void => setTurn(count => count + 1);
    subject.touched.connect(again);
    return () => void subject.touched.disconnect(again);
  }, [subject, seq]);
  const current = state.key === key ? state : { key };
  return { data: current.data, fault: current.fault, again: () => setTurn(count => count + 1) };
}

/** How much each entry changed: asked one after the other, for those that are seen. */
const known = new Map<string, Promise<Counts | null>>();
const MOST_KNOWN = 500;
let line: Promise<unknown> = Promise.resolve();

export function countsOf(workspace: IWorkspace, subject: Subject, base: number, seq: number): Promise<Counts | null> {
  if (!subject.isComparable) {
    return Promise.resolve(null);
  }
  const key = `${subject.id} ${base} ${seq}`;
  let found = known.get(key);
  if (found === undefined) {
    const query = { base, seq, counts: true };
    found = line.then(() =>
      ask<Comparison>(workspace, `files/${subject.id}/comparison`, { query }).then(
        answer => answer.counts,
        () => {
          known.delete(key);
          return null;
        }
      )
    );
    line = found;
    known.set(key, found);
    if (known.size > MOST_KNOWN) {
      known.delete([...known.keys()][0]);
    }
  }
  return found;
}

export function useCounts(subject: Subject, base: number, entry: Entry, seen: boolean): Counts | null {
  const workspace = useWorkspace();
  const [counts, setCounts] = React.useState<Counts | null>(null);
  React.useEffect(() => {
    let wanted = true;
    if (seen && entry.exact) {
      void countsOf(workspace, subject, base, entry.seq).then(found => wanted && setCounts(found));
    }
    return () => {
      wanted = false;
    };
  }, [workspace, subject, base, entry.seq, entry.exact, seen]);
  return counts;
}
