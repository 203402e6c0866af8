/** What a running cell asks (`input()`) reaches everybody who looks at its notebook and may run code; the first answer counts. */
import { Dialog, InputDialog } from '@jupyterlab/apputils';
import { ask, type IWorkspace } from '@openpaas/base';

import type { LiveDocument } from '../live/document.js';
import type { IRun } from './execute.js';

const RUN = 'run:';

interface IShownRun {
  asks: boolean;
}

/** Ask here whatever is asked in the notebook, as long as it is open. */
export function answerQuestions(workspace: IWorkspace, live: LiveDocument): void {
  const { push } = workspace;
  const asked = new Set<string>();
  let followed = '';
  const stop = push.listen({
    ephemeral: (topic, values) => {
      if (topic !== followed || !live.canExecute) {
        return;
      }
      for (const [key, value] of Object.entries(values)) {
        if (key.startsWith(RUN) && (value as IShownRun | null)?.asks === true) {
          void put(workspace, key.slice(RUN.length), asked);
        }
      }
    }
  });
  const follow = (): void => {
    if (followed === '' && live.ref !== '') {
      followed = live.ref;
      push.follow([followed]);
    }
  };
  live.changed.connect(follow);
  live.model.disposed.connect(() => {
    stop();
    if (followed !== '') {
      push.unfollow([followed]);
    }
  });
  follow();
}

async function put(workspace: IWorkspace, id: string, asked: Set<string>): Promise<void> {
  const run = await ask<IRun>(workspace, `runs/${id}`).catch(() => undefined);
  const question = run?.question;
  if (question === undefined || question === null || asked.has(question.id)) {
    return;
  }
  asked.add(question.id);
  const { words } = workspace;
  const options = { title: words.__('The running cell asks'), label: question.prompt, okLabel: words.__('Answer') };
  const answer = await (question.password ? InputDialog.getPassword(options) : InputDialog.getText(options));
  if (!answer.button.accept) {
    return;
  }
  const body = { question: question.id, value: answer.value ?? '' };
  // Somebody else may have been faster: then there is nothing left to answer.
  await ask(workspace, `runs/${id}/answer`, { method: 'POST', body }).catch(() => Dialog.flush());
}
