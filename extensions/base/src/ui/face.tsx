/** A person: initials on the person's colour, or the photo; a green ring means here now. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IPerson {
  id: string;
  display_name: string;
  color: string;
  /** Address of the photo, when there is one. */
  photo?: string;
  /** Of who is no person, in place of initials. */
  icon?: LabIcon;
}

export interface IFaceProps {
  person: IPerson;
  /** Here now. */
  present?: boolean;
  /** Here, but not looking. */
  away?: boolean;
  size?: 'small' | 'medium' | 'large';
  /** What a screen reader says; the name when left out, nothing when the name stands beside (`''`). */
  label?: string;
  /** What shows on hover; the name when left out. */
  title?: string;
}

/** Two letters at most: of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(word => word !== '');
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map(word => [...word][0].toLocaleUpperCase()).join('');
}

export function Face({ person, present = false, away = false, size = 'medium', label, title }: IFaceProps): JSX.Element {
  const name = label ?? person.display_name;
  return (
    <span
      className={`opw-Face opw-mod-${size}${ring(present, away)}`}
      style={{ backgroundColor: person.color }}
      title={title ?? person.display_name}
      {...(name === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}
    >
      <Picture {...person} />
    </span>
  );
}

function Picture({ icon, photo, display_name }: IPerson): JSX.Element {
  const [broken, setBroken] = React.useState(false);
  if (icon !== undefined) {
    return <icon.react tag="span" className="opw-Face-icon" />;
  }
  if (photo !== undefined && !broken) {
    return <img src={photo} alt="" onError={() => setBroken(true)} />;
  }
  return <>{initials(display_name)}</>;
}

function ring(present: boolean, away: boolean): string {
  if (away) {
    return ' opw-mod-away';
  }
  return present ? ' opw-mod-present' : '';
}

export interface IFacesProps {
  /** One who is away is paler and has no ring. */
  people: (IPerson & { state?: 'active' | 'away' })[];
  /** How many are drawn before “+3”. */
  most?: number;
  present?: boolean;
  size?: IFaceProps['size'];
}

/** Several people, overlapping; one more circle counts those that find no room. */
export function Faces({ people, most = 4, present = true, size }: IFacesProps): JSX.Element | null {
  if (people.length === 0) {
    return null;
  }
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const rest = people.slice(shown.length);
  return (
    <span className="opw-Faces" role="group" aria-label={people.map(person => person.display_name).join(', ')}>
      {shown.map(person => (
        <Face
          key={person.id}
          person={person}
          present={present && person.state !== 'away'}
          away={person.state === 'away'}
          size={size}
          label=""
        />
      ))}
      {rest.length > 0 && (
        <span className={`opw-Face opw-mod-more opw-mod-${size ?? 'medium'}`} aria-hidden title={rest.map(person => person.display_name).join(', ')}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}
