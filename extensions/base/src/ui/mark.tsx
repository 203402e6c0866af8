/** The coloured square of an object: a letter or an icon tells its kind. */
import type { LabIcon } from '@jupyterlab/ui-components';

export type MarkTone = 'document' | 'sheet' | 'notebook' | 'folder' | 'plain' | 'meeting';

export function Mark({ tone, letter, icon }: { tone: MarkTone; letter?: string; icon?: LabIcon }): JSX.Element {
  return (
    <span className={`opw-Mark opw-tone-${tone}`} aria-hidden>
      {icon !== undefined ? <icon.react tag={null} width="14px" height="14px" /> : letter}
    </span>
  );
}

// White letters have 4.5:1 on each.
const COLORS = ['#2a55c9', '#0f766e', '#9c2d5a', '#7a3fb0', '#9a4a00', '#1d6f42', '#5b5f97', '#a0303b'];

/** The sign of a space: its first letter, in a colour that it keeps wherever it is shown. */
export function SpaceMark({ id, name }: { id: string; name: string }): JSX.Element {
  return (
    <span className="opw-Mark" style={{ background: colorOf(id) }} aria-hidden>
      {letterOf(name)}
    </span>
  );
}

function colorOf(id: string): string {
  let sum = 0;
  for (const sign of id) {
    sum = (sum * 31 + sign.charCodeAt(0)) % 65_521;
  }
  return COLORS[sum % COLORS.length];
}

function letterOf(name: string): string {
  const first = [...name].find(letter => /\p{L}|\p{N}/u.test(letter)) ?? '·';
  return first.toLocaleUpperCase();
}
