/** The page of a space: what it is, who is in it, what happens, and for managers its settings. */
import {
  archiveIcon,
  ask,
  Button,
  Empty,
  Failure,
  folderIcon,
  linkIcon,
  Skeleton,
  useAnswer,
  usePerson,
  useWorkspace
} from '@openpaas/base';
import * as React from 'react';

import { ObjectMark } from '../home/marks.js';
import { Sharing } from '../share/dialog.js';
import { aboutAccess, type IAccess } from '../share/wire.js';
import { roleName, spokenName } from '../share/words.js';
import { Egress } from './egress.js';
import { sentence } from './happened.js';
import { Settings } from './settings.js';
import { aboutContent, type IActivity, type IHappened, type ISpace } from './wire.js';

export interface ISpaceProps {
  id: string;
  /** The name is known, or another. */
  named: (name: string) => void;
  run: (command: string, args: Record<string, string>) => void;
}

export function drawSpace(props: ISpaceProps): JSX.Element {
  return <SpacePage {...props} />;
}

function SpacePage({ id, named, run }: ISpaceProps): JSX.Element {
  const workspace = useWorkspace();
  const space = useAnswer(
    `space ${id}`,
    signal => ask<ISpace>(workspace, `spaces/${id}`, { signal }),
    event => aboutAccess(event) || aboutContent(event)
  );
  const access = useAnswer(
    `access space:${id}`,
    signal => ask<IAccess>(workspace, `objects/space:${id}/access`, { signal }),
    aboutAccess
  );
  const name = space.data === undefined ? '' : spokenName(workspace, access.data?.name ?? space.data.path);
  React.useEffect(() => {
    if (name !== '') {
      named(name);
    }
  }, [name]);
  if (space.fault !== undefined) {
    // Also when the right is withdrawn while the page is open.
    return <Failure sentence={space.fault} retry={space.again} />;
  }
  if (space.data === undefined || access.data === undefined) {
    return <Skeleton rows={6} />;
  }
  const again = (): void => {
    space.again();
    access.again();
  };
  return (
    <div className="opw-Space-page">
      <Heading space={space.data} name={name} run={run} />
      <div className="opw-Space-columns">
        <section className="opw-Card opw-Space-members">
          <Sharing access={access.data} again={access.again} onGo={() => undefined} inPage />
        </section>
        <div className="opw-Space-side">
          {space.data.level === 'manager' && <Settings key={id} space={space.data} access={access.data} again={again} />}
          <Storage space={space.data} />
          {space.data.level === 'manager' && <Egress key={`egress ${id}`} id={id} personal={space.data.kind === 'personal'} />}
        </div>
        <Activity id={id} />
      </div>
    </div>
  );
}

interface IHeadingProps {
  space: ISpace;
  name: string;
  run: ISpaceProps['run'];
}

function Heading({ space, name, run }: IHeadingProps): JSX.Element {
  const { words, when, openers } = useWorkspace();
  return (
    <header className="opw-Space-heading">
      <div className="opw-Share-line">
        <ObjectMark of={space.ref} name={name} />
        <h1 className="opw-Row-text">{name}</h1>
        <span className="opw-muted">{words.__('You: %1', roleName(words, space.level).toLocaleLowerCase())}</span>
      </div>
      {space.archived_at !== null && (
        <p className="opw-Share-notice" data-tone="hint">
          <archiveIcon.react tag="span" width="14px" height="14px" aria-hidden />{' '}
          {words.__('Archived on %1: everything can be read, nothing changes.', when.date(space.archived_at))}
        </p>
      )}
      {space.description !== '' && <p className="opw-Space-description">{space.description}</p>}
      <div className="opw-Share-line opw-Space-actions">
        {openers.knows(space.ref) && (
          <Button icon={folderIcon} onClick={() => void openers.open(space.ref)}>
            {words.__('Open the files')}
          </Button>
        )}
        <Button icon={linkIcon} onClick={() => run('openpaas:copy-link', { ref: space.ref })}>
          {words.__('Copy the internal link')}
        </Button>
      </div>
    </header>
  );
}

function Storage({ space }: { space: ISpace }): JSX.Element {
  const { words, when } = useWorkspace();
  return (
    <section className="opw-Card opw-Space-section" aria-label={words.__('Storage')}>
      <h2>{words.__('Storage')}</h2>
      <p>
        {words.__(
          '%1 in %2 and %3.',
          when.size(space.size),
          words._n('%1 file', '%1 files', space.files),
          words._n('%1 folder', '%1 folders', space.folders)
        )}
      </p>
      {space.trash_size > 0 && <p className="opw-muted">{words.__('In the trash: %1.', when.size(space.trash_size))}</p>}
    </section>
  );
}

interface IPages {
  entries: IHappened[] | undefined;
  fault: string | undefined;
  again: () => void;
  busy: boolean;
  /** Read on; absent at the end. */
  goOn?: () => void;
}

/** The newest events, kept true, and the older ones that were asked for. */
function usePages(id: string): IPages {
  const workspace = useWorkspace();
  const [older, setOlder] = React.useState<IHappened[]>([]);
  const [next, setNext] = React.useState<number | null>();
  const [busy, setBusy] = React.useState(false);
  const page = (query: Record<string, number>, signal?: AbortSignal): Promise<IActivity> =>
    ask<IActivity>(workspace, `spaces/${id}/activity`, { signal, query });
  const newest = useAnswer(`activity ${id}`, signal => page({ limit: 15 }, signal), aboutContent);
  const more = next === undefined ? newest.data?.next : next;
  const seen = new Set(newest.data?.entries.map(entry => entry.seq));
  const entries = newest.data && [...newest.data.entries, ...older.filter(entry => !seen.has(entry.seq))];
  const goOn = async (before: number): Promise<void> => {
    setBusy(true);
    try {
      const found = await page({ limit: 30, before });
      setOlder(old => [...old, ...found.entries]);
      setNext(found.next);
    } catch {
      newest.again();
    } finally {
      setBusy(false);
    }
  };
  return {
    entries,
    fault: newest.fault,
    again: newest.again,
    busy,
    ...(more == null ? {} : { goOn: () => void goOn(more) })
  };
}

function Activity({ id }: { id: string }): JSX.Element {
  const { words } = useWorkspace();
  const { entries, fault, again, busy, goOn } = usePages(id);
  return (
    <section className="opw-Card opw-Space-section opw-Space-activity" aria-label={words.__('Activity')}>
      <h2>{words.__('Activity')}</h2>
      {fault !== undefined && <Failure sentence={fault} retry={again} />}
      {entries === undefined && fault === undefined && <Skeleton rows={4} />}
      {entries?.length === 0 && <Empty title={words.__('Nothing has happened here yet.')} />}
      <ul className="opw-Share-list">
        {entries?.map(entry => <Happened key={entry.seq} entry={entry} />)}
      </ul>
      {goOn !== undefined && (
        <Button tone="quiet" busy={busy} onClick={goOn}>
          {words.__('Older')}
        </Button>
      )}
    </section>
  );
}

function Happened({ entry }: { entry: IHappened }): JSX.Element {
  const { words, when, openers } = useWorkspace();
  const who = usePerson(entry.actor)?.display_name ?? words.__('The server');
  const said = sentence(words, who, entry);
  const opens = entry.name !== '' && entry.type !== 'FileTrashed' && openers.knows(entry.ref);
  return (
    <li className="opw-Space-happened">
      {opens ? (
        <button type="button" className="opw-Space-line" onClick={() => void openers.open(entry.ref)}>
          {said}
        </button>
      ) : (
        <span>{said}</span>
      )}
      <time className="opw-muted opw-small" dateTime={new Date(entry.at).toISOString()} title={when.full(entry.at)}>
        {when.ago(entry.at)}
      </time>
    </li>
  );
}
