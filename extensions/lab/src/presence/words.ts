/** The sentences about the others. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Colleagues, IColleague } from './colleagues.js';

/** Where somebody is, in a few words. */
export function placeWords(one: IColleague, words: TranslationBundle): string {
  if ('runsFor' in one.person) {
    return words.__('notebook of %1, at work here', one.person.runsFor);
  }
  if (one.state === 'away') {
    return words.__('away');
  }
  if (one.place?.number !== undefined) {
    return words.__('cell %1', one.place.number);
  }
  return one.place?.line === undefined ? words.__('in this document') : words.__('line %1', one.place.line);
}

/** A name, and where. */
export function titleOf(one: IColleague, words: TranslationBundle): string {
  return words.__('%1 — %2', one.person.display_name, placeWords(one, words));
}

/** Who writes now, and where when it is one; '' for nobody. */
export function writing(colleagues: Colleagues, words: TranslationBundle): string {
  const writers = colleagues.writers();
  const [first, second] = writers.map(one => one.person.display_name);
  if (writers.length > 2) {
    return words._n('%1 person is typing', '%1 people are typing', writers.length, writers.length);
  }
  if (writers.length === 2) {
    return words.__('%1 and %2 are typing', first, second);
  }
  return writers.length === 0 ? '' : oneWrites(first, colleagues.cellOf(writers[0]), writers[0].place?.line, words);
}

function oneWrites(name: string, cell: number | undefined, line: number | undefined, words: TranslationBundle): string {
  if (cell !== undefined) {
    return words.__('%1 is typing in cell %2', name, cell);
  }
  return line === undefined ? words.__('%1 is typing', name) : words.__('%1 is typing at line %2', name, line);
}
