/** Sentences with things of the page in the place of their %1, %2. */

const MARKS = ['\uE001', '\uE002', '\uE003'] as const;
const SPLIT = /([\uE001-\uE003])/;

/** What stands for the things while a sentence is translated. */
export const [ONE, TWO, THREE] = MARKS;

/** The pieces of a sentence that was translated with `ONE`, `TWO`, `THREE`. */
export function pieces<T>(sentence: string, ...things: T[]): (string | T)[] {
  return sentence
    .split(SPLIT)
    .filter(piece => piece !== '')
    .map(piece => {
      const place = MARKS.indexOf(piece as (typeof MARKS)[number]);
      return place >= 0 && place < things.length ? things[place] : piece;
    });
}

/** How somebody is greeted: the first name, also where family names stand first in capitals. */
export function firstName(name: string): string {
  const words = name.trim().split(/\s+/);
  const given = words.find(word => word.length > 1 && word !== word.toLocaleUpperCase());
  return given ?? words[0] ?? '';
}

/** A sentence begins with a capital letter. */
export function capital(text: string, locale: string): string {
  const [first = '', ...rest] = [...text];
  return first.toLocaleUpperCase(locale) + rest.join('');
}
