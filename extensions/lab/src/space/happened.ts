/** Events of a space in words. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { subjectName } from '../share/words.js';
import type { IHappened } from './wire.js';

type Say = (words: TranslationBundle, who: string, what: string, event: IHappened) => string;

const SAID: Record<string, Say> = {
  SpaceCreated: (words, who) => words.__('%1 made this space.', who),
  SpaceChanged: (words, who, _what, event) => changed(words, who, event.fields),
  FolderCreated: (words, who, what) => words.__('%1 made the folder %2.', who, what),
  FileCreated: (words, who, what) => words.__('%1 added %2.', who, what),
  FileRenamed: (words, who, what) => words.__('%1 renamed something, now %2.', who, what),
  FileMoved: (words, who, what) => words.__('%1 moved %2.', who, what),
  FileTrashed: (words, who, what) => words.__('%1 put %2 into the trash.', who, what),
  FileRestored: (words, who, what) => words.__('%1 brought %2 back from the trash.', who, what),
  FileReplaced: (words, who, what) => words.__('%1 replaced %2.', who, what),
  FileEdited: (words, who, what) => words.__('%1 edited %2.', who, what),
  VersionNamed: (words, who, what) => words.__('%1 named a version of %2.', who, what),
  VersionRestored: (words, who, what) => words.__('%1 went back to an earlier version of %2.', who, what),
  GrantChanged: (words, who, what, event) => words.__('%1 gave %2 access to %3.', who, subject(words, event), what),
  GrantWithdrawn: (words, who, what, event) => words.__('%1 withdrew the access of %2 to %3.', who, subject(words, event), what)
};

/** One event in a sentence. */
export function sentence(words: TranslationBundle, who: string, event: IHappened): string {
  const say = SAID[event.type] as Say | undefined;
  return say === undefined ? event.type : say(words, who, what(words, event), event);
}

function what(words: TranslationBundle, event: IHappened): string {
  if (event.ref.startsWith('space:')) {
    return words.__('this space');
  }
  return event.name === '' ? words.__('something that is gone') : words.__('“%1”', event.name);
}

function subject(words: TranslationBundle, event: IHappened): string {
  return subjectName(words, { subject: event.subject, name: event.subject_name }) || words.__('somebody');
}

function changed(words: TranslationBundle, who: string, fields: string[]): string {
  if (fields.includes('name')) {
    return words.__('%1 renamed this space.', who);
  }
  if (fields.includes('description')) {
    return words.__('%1 changed the description.', who);
  }
  return words.__('%1 archived this space or brought it back.', who);
}
