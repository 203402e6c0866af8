/** Finding people and groups by what is typed: accents and case do not count, beginnings of words come first. */

const MARKS = /\p{M}/gu;

/** A text without case and accents. */
export function folded(text: string): string {
  return text.normalize('NFD').replace(MARKS, '').toLocaleLowerCase().replace(/œ/g, 'oe').replace(/æ/g, 'ae');
}

export interface IFindable {
  /** What is searched: a name, a user name. */
  texts: string[];
}

/** Those that hold every word typed, best first; all of them, in their order, when nothing is typed. */
export function find<T extends IFindable>(typed: string, among: readonly T[]): T[] {
  const words = folded(typed).split(/\s+/).filter(word => word !== '');
  if (words.length === 0) {
    return [...among];
  }
  const ranked: { one: T; rank: number }[] = [];
  for (const one of among) {
    const ranks = words.map(word => rankOf(word, one));
    if (!ranks.includes(null)) {
      ranked.push({ one, rank: Math.max(...(ranks as number[])) });
    }
  }
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}

/** 0: the text begins with it, 1: a word of it does, 2: it is somewhere inside; null: nowhere. */
function rankOf(word: string, one: IFindable): number | null {
  let best: number | null = null;
  for (const text of one.texts.map(folded)) {
    const at = text.indexOf(word);
    if (at < 0) {
      continue;
    }
    const begins = text.split(/[\s\-’'.]+/).some(part => part.startsWith(word));
    const rank = at === 0 ? 0 : begins ? 1 : 2;
    best = best === null ? rank : Math.min(best, rank);
  }
  return best;
}
