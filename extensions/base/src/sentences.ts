/** Sentences of the server, which speaks English, in the language of the page. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** Under this key the server lists which of its sentences come with their placeholders filled. */
const FILLED = 'openpaas:filled';

export class Sentences {
  constructor(private readonly _words: TranslationBundle) {}

  /** The translation of a sentence of the server; one that is not known stays English. */
  translate(sentence: string): string {
    const exact = this._words.gettext(sentence);
    if (sentence === '' || exact !== sentence) {
      return exact;
    }
    for (const { key, pattern } of this._filled()) {
      const groups = pattern.exec(sentence)?.groups;
      if (groups !== undefined) {
        return this._words
          .gettext(key)
          .replace(/\{(\w+)\}/g, (place, name: string) => this.translate(groups[name] ?? place));
      }
    }
    return sentence;
  }

  private _filled(): { key: string; pattern: RegExp }[] {
    if (this._patterns === null) {
      const listed = this._words.gettext(FILLED);
      const keys = listed === FILLED ? [] : (JSON.parse(listed) as string[]);
      this._patterns = keys.map(key => ({ key, pattern: patternOf(key) }));
    }
    return this._patterns;
  }

  private _patterns: { key: string; pattern: RegExp }[] | null = null;
}

function patternOf(key: string): RegExp {
  const seen = new Set<string>();
  const parts = key.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) {
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
    const repeated = seen.has(part);
    seen.add(part);
    return repeated ? `\\k<${part}>` : `(?<${part}>.+?)`;
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}
