/** What each view of ours is given: the server, its events, the words, the people, the openers. */
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { call, UnreachableError, type IRequest } from '@openpaas/api';
import { Token } from '@lumino/coreutils';

import type { Creations } from './creations.js';
import type { Directory } from './directory.js';
import type { Openers } from './openers.js';
import type { Presence } from './presence.js';
import type { IPush } from './push.js';
import type { Sentences } from './sentences.js';
import type { When } from './when.js';

export interface IWorkspace {
  readonly settings: ServerConnection.ISettings;
  readonly push: IPush;
  readonly words: TranslationBundle;
  /** Translates what the server says. */
  readonly sentences: Sentences;
  readonly directory: Directory;
  readonly openers: Openers;
  /** What can be created. */
  readonly creations: Creations;
  /** Who is where now. */
  readonly presence: Presence;
  /** Dates, times and numbers in the language of the page. */
  readonly when: When;
  /** The language of the page as `Intl` takes it, `fr-FR`. */
  readonly locale: string;
}

export const IWorkspace = new Token<IWorkspace>(
  '@openpaas/base:IWorkspace',
  'What a view of the workspace needs: calls, events, words, people, openers'
);

/** Call the REST interface as this page. */
export function ask<T>(workspace: IWorkspace, path: string, request: Omit<IRequest, 'settings'> = {}): Promise<T> {
  return call<T>(path, { ...request, settings: workspace.settings });
}

/** One sentence of what went wrong, in the language of the page. */
export function sentenceOf(workspace: IWorkspace, error: unknown): string {
  if (error instanceof UnreachableError) {
    return workspace.words.__('The server cannot be reached. Nothing was changed; try again in a moment.');
  }
  return workspace.sentences.translate(error instanceof Error ? error.message : String(error));
}
