/** Edits that a page has not sent yet, kept by the browser's tab so that they survive its being loaded again. */

export interface IUnsent {
  /** The name under which the page numbered them. */
  client: string;
  messages: unknown[];
}

const PREFIX = 'opw-unsent';

/** Keep what has not been sent of one object; nothing forgets it. */
export function keepUnsent(member: string, about: string, { client, messages }: IUnsent): void {
  attempt(storage => {
    const key = keyOf(member, about, client);
    storage.removeItem(key);
    if (messages.length > 0) {
      storage.setItem(key, JSON.stringify(messages));
    }
  });
}

/** What earlier pages of this tab have left of an object; what another member left is forgotten. */
export function takeUnsent(member: string, about: string, client: string): IUnsent[] {
  const found: IUnsent[] = [];
  attempt(storage => {
    for (const key of keys(storage)) {
      const [, who, what, by] = key.split('\n');
      if (who !== member) {
        storage.removeItem(key);
      } else if (what === about && by !== client) {
        found.push({ client: by, messages: JSON.parse(storage.getItem(key) ?? '[]') as unknown[] });
      }
    }
  });
  return found;
}

/** Nothing of anybody is left here: at logout. */
export function forgetUnsent(): void {
  attempt(storage => keys(storage).forEach(key => storage.removeItem(key)));
}

function keyOf(member: string, about: string, client: string): string {
  return [PREFIX, member, about, client].join('\n');
}

function keys(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter(key => key.startsWith(`${PREFIX}\n`));
}

/** A browser may have no place for it, or not let us: then nothing is kept. */
function attempt(work: (storage: Storage) => void): void {
  try {
    work(window.sessionStorage);
  } catch {
    // Nothing is kept.
  }
}
