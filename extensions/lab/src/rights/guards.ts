/** Commands that a right forbids answer with a sentence, or quietly do nothing, in place of an error. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { LiveDocument } from '../live/document.js';
import type { ILiveDocuments } from '../live/tokens.js';
import { noExecution } from './words.js';

type Guard = (live: LiveDocument, words: TranslationBundle) => boolean;

/** What needs the right to execute, and would open a dialog without it. */
const EXECUTION = [
  'kernelmenu:change',
  'kernelmenu:interrupt',
  'kernelmenu:reconnect-to-kernel',
  'kernelmenu:restart',
  'kernelmenu:restart-and-clear',
  'kernelmenu:shutdown',
  'notebook:change-kernel',
  'notebook:create-console',
  'notebook:interrupt-kernel',
  'notebook:reconnect-to-kernel',
  'notebook:restart-and-run-to-selected',
  'notebook:restart-clear-output',
  'notebook:restart-kernel',
  'notebook:restart-run-all',
  'notebook:run-in-console',
  'notebook:shutdown-kernel',
  'runmenu:restart-and-run-all'
];

/** A reader has nothing to save; offline, the edits are kept and sent without being asked. */
const SAVING = ['docmanager:save', 'docmanager:save-all'];

const mayExecute: Guard = (live, words) => {
  if (!live.canExecute) {
    refuseExecution(words);
  }
  return live.canExecute;
};

const maySave: Guard = live => live.canWrite && live.saveState !== 'offline';

const GUARDS = new Map<string, Guard>([
  ...EXECUTION.map(id => [id, mayExecute] as const),
  ...SAVING.map(id => [id, maySave] as const)
]);

let shown = '';

/** Say, once at a time, that running needs a right. */
export function refuseExecution(words: TranslationBundle): void {
  Notification.dismiss(shown);
  shown = Notification.info(noExecution(words), { autoClose: 8000 });
}

/** Menus, buttons and keys all pass through `execute`. */
export function guardCommands(
  app: JupyterFrontEnd,
  documents: ILiveDocuments,
  words: TranslationBundle
): void {
  const { commands } = app;
  const stock = commands.execute.bind(commands);
  commands.execute = async (id, args): Promise<unknown> => {
    const guard = GUARDS.get(id);
    const widget = app.shell.currentWidget as IDocumentWidget | null;
    const live = guard && documents.of(widget?.context?.model.sharedModel);
    return guard === undefined || live === undefined || guard(live, words)
      ? stock(id, args)
      : undefined;
  };
}
