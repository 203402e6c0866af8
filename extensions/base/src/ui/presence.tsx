/** Who is here, drawn: faces of an object, and the list of those who are anywhere. */
import * as React from 'react';

import { useWorkspace } from './context.js';
import { Face, Faces, type IFaceProps, type IPerson } from './face.js';
import type { IPresent } from '../presence.js';

export interface IPresentPerson extends IPerson {
  state: IPresent['state'];
}

/** The others (or all) who are in an object now, as people; those without a name yet are left out. */
export function usePresent(ref: string, { myself = false }: { myself?: boolean } = {}): IPresentPerson[] {
  const { presence } = useWorkspace();
  React.useEffect(() => presence.follow([ref]), [presence, ref]);
  usePresenceOf(ref);
  return usePeople(presence.of(ref), myself);
}

/** Everybody (else) who is anywhere in the workspace now. */
export function useOnline({ myself = false }: { myself?: boolean } = {}): IPresentPerson[] {
  const { presence } = useWorkspace();
  usePresenceOf(undefined);
  return usePeople(presence.online(), myself);
}

/** Small faces of the others who are in an object; nothing when nobody is. For rows of lists. */
export function FacesOf({ of, size = 'small', most = 3 }: { of: string; size?: IFaceProps['size']; most?: number }): JSX.Element | null {
  return <Faces people={usePresent(of)} size={size} most={most} />;
}

export interface IOnlineListProps {
  /** How many are listed before “and 12 others”. */
  most?: number;
  /** Only these members, for instance those of a space. */
  among?: ReadonlySet<string>;
}

/** Who is here: a face, a name, and a word when away. */
export function OnlineList({ most = 8, among }: IOnlineListProps): JSX.Element {
  const { words } = useWorkspace();
  const people = useOnline().filter(person => among?.has(person.id) ?? true);
  if (people.length === 0) {
    return <p className="opw-OnlineList-none opw-muted">{words.__('Nobody else is here now.')}</p>;
  }
  const rest = people.length - most;
  return (
    <ul className="opw-OnlineList" aria-label={words.__('Here now')}>
      {people.slice(0, most).map(person => (
        <li key={person.id} className="opw-Row">
          <Face person={person} size="small" present={person.state === 'active'} label="" />
          <span className="opw-Row-text opw-ellipsis">{person.display_name}</span>
          {person.state === 'away' && <span className="opw-muted">{words.__('away')}</span>}
        </li>
      ))}
      {rest > 0 && <li className="opw-Row opw-muted">{words._n('and %1 other', 'and %1 others', rest, rest)}</li>}
    </ul>
  );
}

function usePresenceOf(ref: string | undefined): void {
  const { presence } = useWorkspace();
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const heard = (_: unknown, refs: ReadonlySet<string>): void => {
      if (ref === undefined || refs.has(ref)) {
        again();
      }
    };
    presence.changed.connect(heard);
    return () => void presence.changed.disconnect(heard);
  }, [presence, ref]);
}

function usePeople(present: IPresent[], myself: boolean): IPresentPerson[] {
  const { directory } = useWorkspace();
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  const [me, setMe] = React.useState('');
  React.useEffect(() => {
    let here = true;
    directory.me().then(
      found => here && setMe(found.id),
      () => undefined
    );
    directory.changed.connect(again);
    return () => {
      here = false;
      directory.changed.disconnect(again);
    };
  }, [directory]);
  if (me === '' && !myself) {
    return [];
  }
  return present
    .filter(one => myself || one.id !== me)
    .flatMap(one => {
      const person = directory.get(one.id);
      return person === undefined ? [] : [{ ...person, state: one.state }];
    });
}
