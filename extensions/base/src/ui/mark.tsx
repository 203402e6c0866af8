/** The coloured square of an object: a letter or an icon tells its kind. */
import type { LabIcon } from '@jupyterlab/ui-components';

export type MarkTone = 'document' | 'sheet' | 'notebook' | 'folder' | 'space' | 'plain' | 'meeting';

export function Mark({ tone, letter, icon }: { tone: MarkTone; letter?: string; icon?: LabIcon }): JSX.Element {
  return (
    <span className={`opw-Mark opw-tone-${tone}`} aria-hidden>
      {icon !== undefined ? <icon.react tag={null} width="14px" height="14px" /> : letter}
    </span>
  );
}
