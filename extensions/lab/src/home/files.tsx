/** Recent and pinned files, and my spaces. */
import { Button, FacesOf, Faces, useWorkspace, usePerson, type IPerson } from '@openpaas/base';
import * as React from 'react';

import { Actions, Card, Nothing, PinButton } from './list.js';
import { ObjectMark } from './marks.js';
import { placeOf } from './where.js';
import type { IHome, IHomeFile, IHomeSpace } from './types.js';

export function Recent({ home }: { home: IHome }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <Card title={words.__('Recent')} className="opw-mod-recent">
      {home.recent.length === 0 ? (
        <Nothing title={words.__('You have not opened anything yet.')} hint={words.__('Create something above, or open a space.')} />
      ) : (
        <ul className="opw-HomeList">
          {home.recent.map(file => (
            <FileRow key={file.ref} file={file} me={home.member} />
          ))}
        </ul>
      )}
    </Card>
  );
}

export function Pinned({ home }: { home: IHome }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <Card title={words.__('Pinned')} className="opw-mod-pinned">
      {home.pinned.length === 0 ? (
        <Nothing title={words.__('Nothing is pinned.')} hint={words.__('The pin beside a recent file keeps it here.')} />
      ) : (
        <ul className="opw-HomeList">
          {home.pinned.map(file => (
            <FileRow key={file.ref} file={file} me={home.member} short />
          ))}
        </ul>
      )}
    </Card>
  );
}

function FileRow({ file, me, short = false }: { file: IHomeFile; me: string; short?: boolean }): JSX.Element {
  const { words } = useWorkspace();
  const { open } = React.useContext(Actions);
  return (
    <li className="opw-Row opw-HomeRow">
      <button type="button" className="opw-HomeRow-main" onClick={() => open(file.ref)}>
        <ObjectMark of={file.ref} name={file.name} />
        <span className="opw-Row-text">
          <span className="opw-HomeRow-name opw-ellipsis" title={file.name}>
            {file.name}
          </span>
          <About file={file} me={me} short={short} />
        </span>
      </button>
      {file.kind === 'file' && <FacesOf of={file.ref} size="medium" />}
      {(file.level === 'reader' || file.level === 'commenter') && <span className="opw-Tag">{words.__('reading')}</span>}
      <PinButton file={file} />
    </li>
  );
}

/** Where it lies, and what happened to it last. */
function About({ file, me, short }: { file: IHomeFile; me: string; short: boolean }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const editor = usePerson(file.edited_by);
  const parts = [file.kind === 'space' ? words.__('Space') : placeOf(workspace, file, me)];
  if (!short && file.edited_at >= file.opened_at && editor !== undefined) {
    parts.push(file.edited_by === me ? words.__('edited by you') : words.__('edited by %1', editor.display_name));
    parts.push(when.ago(file.edited_at));
  } else if (!short && file.opened_at > 0) {
    parts.push(words.__('opened'), when.ago(file.opened_at));
  }
  return <span className="opw-HomeRow-about opw-muted opw-ellipsis">{parts.filter(part => part !== '').join(' · ')}</span>;
}

export function MySpaces({ home, more }: { home: IHome; more?: () => void }): JSX.Element {
  const { words } = useWorkspace();
  const rest = home.spaces_total - home.spaces.length;
  return (
    <Card title={words.__('My spaces')} className="opw-mod-spaces">
      <ul className="opw-HomeList">
        {home.spaces.map(space => (
          <SpaceRow key={space.ref} space={space} me={home.member} />
        ))}
      </ul>
      {rest > 0 && more !== undefined && (
        <Button tone="quiet" onClick={more}>
          {words._n('and %1 more space', 'and %1 more spaces', rest, rest)}
        </Button>
      )}
    </Card>
  );
}

function SpaceRow({ space, me }: { space: IHomeSpace; me: string }): JSX.Element {
  const { words } = useWorkspace();
  const { open } = React.useContext(Actions);
  const own = space.owner_id === me;
  return (
    <li className="opw-Row opw-HomeRow">
      <button type="button" className="opw-HomeRow-main" onClick={() => open(space.ref)}>
        <ObjectMark of={space.ref} name={space.name} own={own} />
        <span className="opw-Row-text opw-ellipsis" title={own ? undefined : space.name}>
          {own ? words.__('My files') : space.name}
        </span>
      </button>
      <People ids={space.present.filter(id => id !== me)} />
      {space.archived ? (
        <span className="opw-Tag">{words.__('archived')}</span>
      ) : (
        (space.level === 'reader' || space.level === 'commenter') && <span className="opw-Tag">{words.__('reading')}</span>
      )}
    </li>
  );
}

/** Faces of members; those whose names are not known yet are left out. */
function People({ ids }: { ids: string[] }): JSX.Element | null {
  const { directory } = useWorkspace();
  usePerson(ids[0] ?? '');
  const people = ids.map(id => directory.get(id)).filter((person): person is NonNullable<typeof person> => person !== undefined);
  return <Faces people={people as IPerson[]} size="small" most={3} />;
}
