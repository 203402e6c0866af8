/** What the page before this one had not sent when it was loaded again: sent under its name, so that each is done once. */
import { WorkspaceError } from '@openpaas/api';
import { ask, keepUnsent, takeUnsent } from '@openpaas/base';

import type { Outgoing } from '../wire.js';
import type { ISheetContext } from './context.js';

const MOST_CELLS = 20_000;

/** Keep what is not sent, unless it is too much to be written down each time. */
export function keepWaiting(about: string, client: string): (member: string, waiting: Outgoing[]) => void {
  return (member, waiting) => {
    const cells = waiting.reduce((sum, one) => sum + ('typed' in one ? one.typed.cells.length : 1), 0);
    keepUnsent(member, about, { client, messages: cells > MOST_CELLS ? [] : waiting });
  };
}

/** In order. What the server refuses is told; without a connection the rest stays for the next time. */
export async function resend(on: ISheetContext, id: string): Promise<void> {
  const { model, workspace, notices } = on;
  for (const { client, messages } of takeUnsent(model.me, id, model.client)) {
    const left = messages as Outgoing[];
    let sent = 0;
    while (left.length > 0) {
      try {
        await send(on, id, client, left[0]);
        sent++;
      } catch (error) {
        if (!(error instanceof WorkspaceError) || error.status >= 500) {
          return;
        }
        notices.tell({ text: workspace.sentences.translate(error.message), tone: 'warn', stays: true });
      }
      left.shift();
      keepUnsent(model.me, id, { client, messages: left });
    }
    if (sent > 0) {
      const { words } = workspace;
      notices.tell({ text: words.__('What you wrote before the page was loaded again has been saved.'), about: 'unsent' });
    }
  }
}

async function send({ workspace }: ISheetContext, id: string, client: string, message: Outgoing): Promise<void> {
  const { type, ...rest } = message;
  const path = `sheets/${encodeURIComponent(id)}/${type === 'submit' ? 'ops' : type}`;
  const typed = 'typed' in rest ? { typed: { ...rest.typed, locale: workspace.locale.slice(0, 2) } } : {};
  await ask(workspace, path, { method: 'POST', body: { client, ...rest, ...typed } });
}
