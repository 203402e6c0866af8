/** Sentences about entries: who, when, what. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IWorkspace } from '@openpaas/base';

import type { Counts, Entry, Writer } from './types.js';

/** “Today”, “Yesterday”, “Monday 16 November”. */
export function dayOf(workspace: IWorkspace, at: number): string {
  const { words, when, locale } = workspace;
  const days = when.daysAgo(at);
  if (days === 0) {
    return words.__('Today');
  }
  if (days === 1) {
    return words.__('Yesterday');
  }
  const year = days > 300 ? ({ year: 'numeric' } as const) : {};
  const text = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(at);
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** “14:02”, or “14:02 – 14:31”. */
export function hoursOf({ when }: IWorkspace, entry: Entry): string {
  const [since, until] = [when.time(entry.since), when.time(entry.until)];
  return since === until ? until : `${since} – ${until}`;
}

/** Who a writer is, a person or what acts for one. */
export function nameOf(workspace: IWorkspace, writer: Writer): string {
  const { words, directory } = workspace;
  const person = directory.get(writer.behalf || writer.author)?.display_name;
  if (writer.author_kind === 'kernel') {
    return person === undefined ? words.__('A kernel') : words.__('Kernel of %1', person);
  }
  if (writer.author_kind === 'system') {
    return writer.author === 'outside' ? words.__('Outside the workspace') : words.__('The workspace');
  }
  return person ?? words.__('Somebody who has left');
}

/** The name of a version, or the moment that it shows. */
export function titleOf(workspace: IWorkspace, entry: Entry): string {
  return entry.name ?? workspace.words.__('Version of %1', workspace.when.full(entry.until));
}

/** What an entry is, when it is no plain edit. */
export function kindOf(workspace: IWorkspace, entry: Entry): string {
  const { words } = workspace;
  switch (entry.kind) {
    case 'import':
      return words.__('First content');
    case 'outside':
      return words.__('Written on disk');
    case 'restore':
      return words.__('An earlier version restored');
    default:
      return '';
  }
}

/** “3 cells changed, 1 added”; empty for nothing. */
export function changesOf(words: TranslationBundle, counts: Counts, isNotebook: boolean): string {
  const { added, removed, changed, moved } = counts;
  const parts = isNotebook
    ? [
        changed > 0 && words._n('%1 cell changed', '%1 cells changed', changed, changed),
        added > 0 && words._n('%1 cell added', '%1 cells added', added, added),
        removed > 0 && words._n('%1 cell removed', '%1 cells removed', removed, removed),
        moved > 0 && words._n('%1 cell moved', '%1 cells moved', moved, moved)
      ]
    : [
        changed > 0 && words._n('%1 line changed', '%1 lines changed', changed, changed),
        added > 0 && words._n('%1 line added', '%1 lines added', added, added),
        removed > 0 && words._n('%1 line removed', '%1 lines removed', removed, removed)
      ];
  return parts.filter(part => part !== false).join(', ');
}

/** What bringing a version back will do, from how it became what is now. */
export function restoreOf(words: TranslationBundle, counts: Counts, isNotebook: boolean): string {
  const { added, removed, changed, moved } = counts;
  const parts = isNotebook
    ? [
        changed > 0 && words._n('%1 cell will be as it was', '%1 cells will be as they were', changed, changed),
        removed > 0 && words._n('%1 cell will come back', '%1 cells will come back', removed, removed),
        added > 0 && words._n('%1 newer cell will go', '%1 newer cells will go', added, added),
        moved > 0 && words._n('%1 cell will return to its place', '%1 cells will return to their places', moved, moved)
      ]
    : [
        changed > 0 && words._n('%1 line will be as it was', '%1 lines will be as they were', changed, changed),
        removed > 0 && words._n('%1 line will come back', '%1 lines will come back', removed, removed),
        added > 0 && words._n('%1 newer line will go', '%1 newer lines will go', added, added)
      ];
  return parts.filter(part => part !== false).join(', ');
}
