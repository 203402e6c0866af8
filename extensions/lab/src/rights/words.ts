/** The sentences a member reads about rights and saving. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { checkIcon, lockIcon, offlineBoltIcon, saveIcon } from '@jupyterlab/ui-components';
import { Sentences, type IChip } from '@openpaas/base';

import type { LiveDocument } from '../live/document.js';

export function noExecution(words: TranslationBundle): string {
  return words.__(
    'You may read this notebook; running it needs the right to execute. Ask a manager of the space.'
  );
}

/** The chip of who may only read. */
export function readerChip(words: TranslationBundle, why = ''): IChip {
  return {
    label: words.__('Read only'),
    caption:
      new Sentences(words).translate(why) ||
      words.__('You may read this document and see it change; only editors may change it.'),
    icon: lockIcon
  };
}

/** The chip that tells the right, for who may not edit. */
export function rightChip(live: Pick<LiveDocument, 'role' | 'why'>, words: TranslationBundle): IChip | null {
  switch (live.role) {
    case 'reader':
      return readerChip(words, live.why);
    case 'commenter':
      return {
        label: words.__('Read only'),
        caption: words.__('You may read and comment on this document; only editors may change it.'),
        icon: lockIcon
      };
    default:
      return null;
  }
}

/** The chip that tells whether the edits of this page are safe. */
export function saveChip(live: Pick<LiveDocument, 'saveState' | 'canWrite'>, words: TranslationBundle): IChip | null {
  switch (live.saveState) {
    case 'connecting':
      return null;
    case 'offline':
      return {
        label: words.__('Offline'),
        caption: live.canWrite
          ? words.__('Your edits are kept in this page and will be sent when the connection is back.')
          : words.__('What others change will appear when the connection is back.'),
        icon: offlineBoltIcon,
        tone: 'warn'
      };
    case 'saving':
      return live.canWrite
        ? {
            label: words.__('Saving…'),
            caption: words.__('Your last edits are on their way to the server.'),
            icon: saveIcon
          }
        : null;
    case 'saved':
      return live.canWrite
        ? {
            label: words.__('Saved'),
            caption: words.__('All your edits are safe on the server.'),
            icon: checkIcon
          }
        : null;
  }
}
