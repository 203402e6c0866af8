/** Data of the server in a view: loading, there, or failed; read again when something happens to it. */
import type { IPushEvent } from '@openpaas/api';
import * as React from 'react';

import { useWorkspace } from './context.js';
import { sentenceOf } from '../workspace.js';

export interface IAnswer<T> {
  /** The newest data; kept while it is read again, and after a failure. */
  data: T | undefined;
  /** Why the last try failed, in the language of the page. */
  fault: string | undefined;
  loading: boolean;
  again: () => void;
}

const SETTLE_MS = 150;

/**
 * Ask, and ask again when `concerns` says so of an event, when the stream could not be resumed, and on `again`.
 * `key` names the question: when it changes the old answer is dropped.
 */
export function useAnswer<T>(
  key: string,
  question: (signal: AbortSignal) => Promise<T>,
  concerns: (event: IPushEvent) => boolean = () => false
): IAnswer<T> {
  const workspace = useWorkspace();
  const [turn, setTurn] = React.useState(0);
  const [state, setState] = React.useState<{ key: string; data?: T; fault?: string; turn: number }>({ key, turn: -1 });
  const latest = React.useRef({ question, concerns });
  latest.current = { question, concerns };
  React.useEffect(() => {
    const stop = new AbortController();
    latest.current.question(stop.signal).then(
      data => stop.signal.aborted || setState({ key, data, turn }),
      (error: unknown) =>
        stop.signal.aborted ||
        setState(old => ({ key, data: old.key === key ? old.data : undefined, fault: sentenceOf(workspace, error), turn }))
    );
    return () => stop.abort();
  }, [key, turn, workspace]);
  React.useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setTurn(count => count + 1);
      }, SETTLE_MS);
    };
    const stop = workspace.push.listen({
      event: event => void (latest.current.concerns(event) && soon()),
      reset: soon
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [workspace]);
  const current = state.key === key;
  return {
    data: current ? state.data : undefined,
    fault: current ? state.fault : undefined,
    loading: !current || state.turn !== turn,
    again: () => setTurn(count => count + 1)
  };
}
