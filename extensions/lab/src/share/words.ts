/** The words of rights: roles, what they allow, who holds them, what stands in the way. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { UnreachableError } from '@openpaas/api';
import { sentenceOf, type IWorkspace } from '@openpaas/base';

import { EVERYONE, type IAccess, type IAccessEntry, type Level } from './wire.js';

export const LEVELS: readonly Level[] = ['reader', 'commenter', 'editor', 'manager'];

export function roleName(words: TranslationBundle, level: Level): string {
  return {
    reader: words.__('Reader'),
    commenter: words.__('Commenter'),
    editor: words.__('Editor'),
    manager: words.__('Manager')
  }[level];
}

/** What a role allows, in a sentence. */
export function roleSentence(words: TranslationBundle, level: Level): string {
  return {
    reader: words.__('reads and downloads. Changes nothing.'),
    commenter: words.__('reads and comments. Changes nothing.'),
    editor: words.__('changes, comments, runs code if allowed. Cannot share.'),
    manager: words.__('does everything, and decides who has access.')
  }[level];
}

/** “Bruno Diallo can now read.” */
export function nowMay(words: TranslationBundle, name: string, level: Level): string {
  switch (level) {
    case 'reader':
      return words.__('%1 can now read.', name);
    case 'commenter':
      return words.__('%1 can now read and comment.', name);
    case 'editor':
      return words.__('%1 can now edit.', name);
    case 'manager':
      return words.__('%1 now manages this.', name);
  }
}

/** What is shared, as a person calls it. */
export function titleOf(workspace: IWorkspace, access: { ref: string; name: string }): string {
  return spokenName(workspace, access.name);
}

/** A name that the server gives: a member's own space comes as `~` or `~name`. */
export function spokenName(workspace: IWorkspace, name: string): string {
  const { words, directory } = workspace;
  if (name === '~') {
    return words.__('My files');
  }
  if (name.startsWith('~')) {
    return words.__('Files of %1', directory.named(name.slice(1))?.display_name ?? name.slice(1));
  }
  return name;
}

export function subjectName(words: TranslationBundle, entry: { subject: string; name: string }): string {
  return entry.subject === EVERYONE ? words.__('The whole organisation') : entry.name;
}

/** “inherited from the folder “Finances””; without a name when the reader may not see it. */
export function inheritance(words: TranslationBundle, entry: IAccessEntry, name: string): string {
  const space = entry.inherited_from?.startsWith('space:') === true;
  if (name === '') {
    return space ? words.__('inherited from its space') : words.__('inherited from a folder above');
  }
  return space ? words.__('inherited from the space “%1”', name) : words.__('inherited from the folder “%1”', name);
}

/** Who to ask: the managers by name, as far as one may see them. */
export function managersOf(access: IAccess): string[] {
  return access.entries.filter(entry => entry.level === 'manager' && entry.name !== '').map(entry => entry.name);
}

/** A failed change, in one sentence that says what is safe. */
export function failure(workspace: IWorkspace, error: unknown): string {
  if (error instanceof UnreachableError) {
    return workspace.words.__(
      'The connection is lost: this change may not have been made. The list is right again as soon as the connection is back.'
    );
  }
  return sentenceOf(workspace, error);
}
