/** A change that a button makes: once at a time, and told in one sentence. */
import { sentenceOf, useWorkspace } from '@openpaas/base';
import * as React from 'react';

export interface IChange {
  busy: boolean;
  said: { fault: boolean; text: string } | null;
  /** One request; resolves to whether it worked. */
  run: (done: string, work: () => Promise<unknown>) => Promise<boolean>;
}

export function useChange(again: () => void): IChange {
  const workspace = useWorkspace();
  const [busy, setBusy] = React.useState(false);
  const [said, setSaid] = React.useState<IChange['said']>(null);
  const run = async (done: string, work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      setSaid({ fault: false, text: done });
      return true;
    } catch (error) {
      setSaid({ fault: true, text: sentenceOf(workspace, error) });
      return false;
    } finally {
      setBusy(false);
      again();
    }
  };
  return { busy, said, run };
}

/** What the last change came to; read aloud. */
export function Told({ change }: { change: IChange }): JSX.Element {
  const { said } = change;
  const fault = said?.fault === true;
  return (
    <p className="opw-Share-notice" role={fault ? 'alert' : 'status'} data-tone={fault ? 'fault' : undefined} hidden={said === null}>
      {said?.text}
    </p>
  );
}
