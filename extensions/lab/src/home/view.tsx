/** Home: the first thing a member sees. */
import type { IPushEvent } from '@openpaas/api';
import { ask, Button, Failure, Mark, sentenceOf, Skeleton, useAnswer, useWorkspace, type ICreation, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { Changes } from './changes.js';
import { MySpaces, Pinned, Recent } from './files.js';
import { Actions, type IActionsContext } from './list.js';
import { capital, firstName } from './sentence.js';
import type { IHome, IHomeFile } from './types.js';
import { Waiting } from './waiting.js';

const CONCERNS =
  /^(File|Folder|Space|Grant|Access|Version|Object|Pinned|Unpinned|MemberUpdated|GroupChanged)/;
const MINUTE = 60_000;

export interface IHomeViewProps {
  /** Called when the view is shown again, until the answer is called. */
  shown: (again: () => void) => () => void;
  visible: () => boolean;
  open: (ref: string) => Promise<void>;
  create: (creation: ICreation) => void;
  allSpaces: () => void;
  tell: (sentence: string) => void;
}

export function HomeView({ shown, visible, open, create, allSpaces, tell }: IHomeViewProps): JSX.Element {
  const workspace = useWorkspace();
  const concerns = (event: IPushEvent): boolean => visible() && CONCERNS.test(event.type);
  const { data, fault, again } = useAnswer<IHome>('home', signal => ask(workspace, 'home', { signal }), concerns);
  React.useEffect(() => shown(again), [shown]);
  useEachMinute();
  const [pins, setPins] = React.useState<Record<string, boolean>>({});
  React.useEffect(() => setPins({}), [data]);
  const actions = React.useMemo<IActionsContext>(
    () => ({
      open: ref => void open(ref).catch((error: unknown) => tell(sentenceOf(workspace, error))),
      pin: file => {
        setPins(old => ({ ...old, [file.ref]: !file.pinned }));
        ask(workspace, `pins/${file.ref}`, { method: file.pinned ? 'DELETE' : 'PUT' })
          .catch((error: unknown) => tell(sentenceOf(workspace, error)))
          .finally(again);
      }
    }),
    [workspace, open]
  );
  if (data === undefined && fault !== undefined) {
    return <Failure sentence={fault} retry={again} />;
  }
  const home = data === undefined ? undefined : withPins(data, pins);
  return (
    <Actions.Provider value={actions}>
      <div className="opw-Home" aria-busy={home === undefined}>
        <Greeting home={home} />
        <Cards create={create} />
        {home !== undefined && fault !== undefined && <Stale sentence={fault} again={again} />}
        {home === undefined ? <Loading /> : <Body home={home} again={again} allSpaces={allSpaces} />}
      </div>
    </Actions.Provider>
  );
}

function Body({ home, again, allSpaces }: { home: IHome; again: () => void; allSpaces: () => void }): JSX.Element {
  return (
    <div className="opw-Home-columns">
      <div className="opw-Home-column">
        <Recent home={home} />
        <Changes home={home} />
      </div>
      <div className="opw-Home-column">
        {home.waiting.length > 0 && <Waiting home={home} answered={again} />}
        {home.pinned.length > 0 && <Pinned home={home} />}
        <MySpaces home={home} more={allSpaces} />
        {home.pinned.length === 0 && <Pinned home={home} />}
        {home.waiting.length === 0 && <Waiting home={home} answered={again} />}
      </div>
    </div>
  );
}

/** A pin shows at once; the server's answer comes a moment later. */
function withPins(home: IHome, pins: Record<string, boolean>): IHome {
  if (Object.keys(pins).length === 0) {
    return home;
  }
  const turned = (file: IHomeFile): IHomeFile => ({ ...file, pinned: pins[file.ref] ?? file.pinned });
  const recent = home.recent.map(turned);
  const fresh = recent.filter(file => file.pinned && !home.pinned.some(pin => pin.ref === file.ref));
  return { ...home, recent, pinned: [...home.pinned.map(turned).filter(file => file.pinned), ...fresh] };
}

function Greeting({ home }: { home: IHome | undefined }): JSX.Element {
  const workspace = useWorkspace();
  const { words, locale } = workspace;
  const today = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date());
  const parts = [capital(today, locale)];
  if (home !== undefined && home.since > 0) {
    parts.push(news(workspace, home));
  }
  return (
    <header className="opw-Home-greeting">
      <h1>{home === undefined ? words.__('Home') : words.__('Hello %1', firstName(home.name))}</h1>
      <p className="opw-muted">{parts.join(' · ')}</p>
    </header>
  );
}

/** How much is new, and since when. */
function news({ words, when }: IWorkspace, home: IHome): string {
  const count = home.changes.length;
  if (count === 0) {
    return words.__('nothing new since your last visit');
  }
  const days = when.daysAgo(home.since);
  const number = home.more ? `${count}+` : String(count);
  if (days === 0) {
    return words._n('%1 change since your visit at %2', '%1 changes since your visit at %2', count, number, when.time(home.since));
  }
  if (days === 1) {
    return words._n('%1 change since your visit yesterday', '%1 changes since your visit yesterday', count, number);
  }
  return words._n('%1 change since your visit on %2', '%1 changes since your visit on %2', count, number, when.date(home.since));
}

/** One large card for each thing that can be created. */
function Cards({ create }: { create: (creation: ICreation) => void }): JSX.Element {
  const { creations, words } = useWorkspace();
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    creations.changed.connect(again);
    return () => void creations.changed.disconnect(again);
  }, [creations]);
  return (
    <div className="opw-Home-cards" role="group" aria-label={words.__('New')}>
      {creations
        .all()
        .filter(creation => creation.card)
        .map(creation => (
          <button key={creation.kind} type="button" className="opw-Card opw-HomeNew" onClick={() => create(creation)}>
            <Mark tone={creation.tone} icon={creation.icon} />
            <span>{creation.label}</span>
          </button>
        ))}
    </div>
  );
}

/** The newest answer could not be had; what is shown may be old. */
function Stale({ sentence, again }: { sentence: string; again: () => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Home-stale" role="status">
      <span>{sentence}</span>
      <Button onClick={again}>{words.__('Try again')}</Button>
    </div>
  );
}

function Loading(): JSX.Element {
  return (
    <div className="opw-Home-columns">
      {[5, 4].map(rows => (
        <div key={rows} className="opw-Home-column">
          <div className="opw-Card">
            <Skeleton rows={rows} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** “2 minutes ago” grows old. */
function useEachMinute(): void {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const timer = setInterval(again, MINUTE);
    return () => clearInterval(timer);
  }, []);
}
