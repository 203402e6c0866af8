/** Who made the changes of an entry: faces and names. */
import { Face, monitorIcon, useWorkspace, type IPerson } from '@openpaas/base';

import { useSignal } from './hooks.js';
import type { Writer } from './types.js';
import { nameOf } from './words.js';

const MOST = 3;

/** The colour of what nobody, or nobody who is known, has written. */
export const NOBODY = 'var(--jp-ui-font-color2)';

export function usePeople(writers: Writer[]): { writer: Writer; person: IPerson | undefined; name: string }[] {
  const workspace = useWorkspace();
  useSignal(workspace.directory.changed);
  return writers.map(writer => ({
    writer,
    person: workspace.directory.get(writer.behalf || writer.author),
    name: nameOf(workspace, writer)
  }));
}

/** Faces, then names; what acts for somebody has a sign of its own. */
export function People({ writers }: { writers: Writer[] }): JSX.Element {
  const { words } = useWorkspace();
  const people = usePeople(writers);
  const shown = people.length > MOST + 1 ? people.slice(0, MOST) : people;
  const rest = people.slice(shown.length);
  return (
    <span className="opw-History-people">
      {shown.map(({ writer, person, name }) => (
        <span key={`${writer.author} ${writer.behalf}`} className="opw-History-person" title={name}>
          {person !== undefined && writer.author_kind === 'member' ? (
            <Face person={person} size="small" label="" />
          ) : (
            <span className="opw-Face opw-mod-small opw-mod-more" aria-hidden>
              <monitorIcon.react tag="span" className="opw-Button-icon" width="12px" height="12px" />
            </span>
          )}
          <span className="opw-ellipsis">{name}</span>
        </span>
      ))}
      {rest.length > 0 && (
        <span className="opw-muted" title={rest.map(one => one.name).join(', ')}>
          {words._n('and %1 other', 'and %1 others', rest.length, rest.length)}
        </span>
      )}
    </span>
  );
}
