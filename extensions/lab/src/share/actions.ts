/** What the share window does: each change is one request, so that a cut connection leaves nothing half done. */
import { ask, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import type { IAccess, IAccessEntry, Level } from './wire.js';
import { failure } from './words.js';

export interface INotice {
  tone: 'done' | 'fault' | 'hint';
  text: string;
}

export interface IGiven {
  subject: string;
  level: Level;
  execute?: boolean;
  expires_at?: number | null;
}

export interface ISharing {
  /** Subjects whose change is on its way. */
  busy: ReadonlySet<string>;
  notice: INotice | null;
  tell: (notice: INotice | null) => void;
  /** What was withdrawn here and can be given back. */
  withdrawn: readonly IAccessEntry[];
  /** Resolves to whether it worked; a failure is told. */
  give: (given: IGiven, done: string) => Promise<boolean>;
  withdraw: (entry: IAccessEntry, done: string) => Promise<boolean>;
  undo: (entry: IAccessEntry, done: string) => Promise<boolean>;
}

/** `again` reads the list anew; it is called after every change, a failed one too. */
export function useSharing(ref: string, access: IAccess | undefined, again: () => void): ISharing {
  const workspace = useWorkspace();
  const [busy, setBusy] = React.useState<ReadonlySet<string>>(new Set());
  const [notice, tell] = React.useState<INotice | null>(null);
  const [withdrawn, setWithdrawn] = React.useState<readonly IAccessEntry[]>([]);
  React.useEffect(() => {
    setWithdrawn([]);
    tell(null);
  }, [ref]);
  const run = async (subject: string, done: string, work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(old => new Set(old).add(subject));
    try {
      await work();
      tell({ tone: 'done', text: done });
      return true;
    } catch (error) {
      tell({ tone: 'fault', text: failure(workspace, error) });
      return false;
    } finally {
      setBusy(old => new Set([...old].filter(one => one !== subject)));
      again();
    }
  };
  const path = `objects/${encodeURIComponent(ref)}/grants`;
  const put = ({ subject, level, execute = true, expires_at = null }: IGiven): Promise<unknown> =>
    ask(workspace, path, { method: 'PUT', body: { subject, level, execute, expires_at } });
  const held = new Set(access?.entries.filter(entry => entry.inherited_from === null).map(entry => entry.subject));
  return {
    busy,
    notice,
    tell,
    withdrawn: withdrawn.filter(entry => !held.has(entry.subject)),
    give: (given, done) => run(given.subject, done, () => put(given)),
    withdraw: (entry, done) =>
      run(entry.subject, done, async () => {
        await ask(workspace, `${path}/${encodeURIComponent(entry.subject)}`, { method: 'DELETE' });
        setWithdrawn(old => [...old.filter(one => one.subject !== entry.subject), entry]);
      }),
    undo: (entry, done) =>
      run(entry.subject, done, async () => {
        await put(entry);
        setWithdrawn(old => old.filter(one => one.subject !== entry.subject));
      })
  };
}
