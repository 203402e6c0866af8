/** What a running cell asks (`input()`) reaches everybody who looks at its notebook and may run code; the first answer counts. */
import { Dialog } from '@jupyterlab/apputils';
import { ask, type IWorkspace } from '@openpaas/base';
import { Widget } from '@lumino/widgets';

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
  const open = new Map<string, Dialog<string>>();
  let followed = '';
  const stop = push.listen({
    ephemeral: (topic, values) => {
      if (topic !== followed || !live.canExecute) {
        return;
      }
      for (const [key, value] of Object.entries(values)) {
        if (!key.startsWith(RUN)) {
          continue;
        }
        const id = key.slice(RUN.length);
        if ((value as IShownRun | null)?.asks === true) {
          void put(workspace, id, asked, open);
        } else {
          open.get(id)?.reject();
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

/** Ask, unless it was asked here before; the dialog goes when somebody else has answered. */
async function put(workspace: IWorkspace, id: string, asked: Set<string>, open: Map<string, Dialog<string>>): Promise<void> {
  const run = await ask<IRun>(workspace, `runs/${id}`).catch(() => undefined);
  const question = run?.question;
  if (question === undefined || question === null || asked.has(question.id)) {
    return;
  }
  asked.add(question.id);
  const { words } = workspace;
  const buttons = [Dialog.cancelButton(), Dialog.okButton({ label: words.__('Answer') })];
  const body = new Answer(question.prompt, question.password);
  const dialog = new Dialog<string>({ title: words.__('The running cell asks'), body, buttons, focusNodeSelector: 'input' });
  open.set(id, dialog);
  const answer = await dialog.launch();
  open.delete(id);
  if (answer.button.accept) {
    const sent = { question: question.id, value: answer.value ?? '' };
    // Somebody else may have been faster: then there is nothing left to answer.
    await ask(workspace, `runs/${id}/answer`, { method: 'POST', body: sent }).catch(() => undefined);
  }
}

class Answer extends Widget implements Dialog.IBodyWidget<string> {
  constructor(prompt: string, password: boolean) {
    super();
    const label = document.createElement('label');
    label.textContent = prompt;
    this._input.type = password ? 'password' : 'text';
    this._input.className = 'jp-mod-styled';
    this._input.autocomplete = 'off';
    label.append(this._input);
    this.node.append(label);
  }

  getValue(): string {
    return this._input.value;
  }

  private readonly _input = document.createElement('input');
}
