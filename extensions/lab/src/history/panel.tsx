/** The side panel: what happened to the file that is shown, by day and session of work. */
import { Button, Empty, Failure, historyIcon, IconButton, pencilIcon, Skeleton, useWorkspace, WorkspaceView, type IWorkspace } from '@openpaas/base';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import { Actions, type Open } from './actions.js';
import { EntryRow } from './entry.js';
import { useSignal, useTimeline } from './hooks.js';
import type { Subject } from './subject.js';
import type { Entry, IChosen } from './types.js';
import { dayOf } from './words.js';

export interface IDesk {
  readonly subject: Subject | null;
  /** Another subject, or none. */
  readonly changed: Signal<IDesk, void>;
  /** A file is being looked up. */
  readonly busy: boolean;
  readonly authors: boolean;
  open: Open;
  show(chosen: IChosen): void;
  toggleAuthors(): void;
}

export class HistoryPanel extends WorkspaceView {
  constructor(workspace: IWorkspace, desk: IDesk) {
    super(workspace, () => <Panel desk={desk} />);
    this.id = 'opw-history';
    this.addClass('opw-History');
    this.title.icon = historyIcon;
    this.title.caption = workspace.words.__('History');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', workspace.words.__('History'));
  }
}

function Panel({ desk }: { desk: IDesk }): JSX.Element {
  const { words } = useWorkspace();
  useSignal(desk.changed);
  const { subject } = desk;
  if (subject !== null) {
    return <OfFile key={subject.id} desk={desk} subject={subject} />;
  }
  return desk.busy ? (
    <Skeleton rows={6} />
  ) : (
    <Empty
      icon={historyIcon}
      title={words.__('No file is shown')}
      hint={words.__('Open a notebook or a text: who changed it, when and what appears here.')}
    />
  );
}

function OfFile({ desk, subject }: { desk: IDesk; subject: Subject }): JSX.Element {
  const { words } = useWorkspace();
  useSignal(subject.changed);
  const [named, setNamed] = React.useState(false);
  const actions = React.useMemo(() => new Actions(subject, desk.open), [subject, desk]);
  return (
    <>
      <header className="opw-History-head">
        <h2 className="opw-ellipsis" title={subject.path}>{subject.name}</h2>
        <div className="opw-History-tools">
          <Segments named={named} choose={setNamed} />
          {subject.isComparable && (
            <IconButton
              icon={pencilIcon}
              label={words.__('Who wrote what: show it in the document')}
              aria-pressed={desk.authors}
              className="opw-History-authors"
              onClick={() => desk.toggleAuthors()}
            />
          )}
        </div>
        {subject.canWrite && (
          <Button tone="primary" onClick={() => void actions.name(null)}>{words.__('Name this version')}</Button>
        )}
      </header>
      <Timeline desk={desk} subject={subject} named={named} actions={actions} all={() => setNamed(false)} />
    </>
  );
}

function Segments({ named, choose }: { named: boolean; choose: (named: boolean) => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Segments" role="group" aria-label={words.__('Which versions')}>
      <button type="button" aria-pressed={!named} onClick={() => choose(false)}>{words.__('Everything')}</button>
      <button type="button" aria-pressed={named} onClick={() => choose(true)}>{words.__('Named only')}</button>
    </div>
  );
}

interface ITimelineProps {
  desk: IDesk;
  subject: Subject;
  named: boolean;
  actions: Actions;
  all: () => void;
}

function Timeline({ desk, subject, named, actions, all }: ITimelineProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const timeline = useTimeline(subject, named);
  const { entries } = timeline;
  const list = React.useRef<HTMLDivElement>(null);
  if (timeline.loading) {
    return <Skeleton rows={8} />;
  }
  if (timeline.fault !== undefined && entries.length === 0) {
    return <Failure sentence={timeline.fault} retry={timeline.again} />;
  }
  if (entries.length === 0) {
    return named ? (
      <Empty title={words.__('No named version yet')} hint={words.__('Name a version to find it again among all the others.')}>
        <Button onClick={all}>{words.__('Show everything')}</Button>
      </Empty>
    ) : (
      <Empty icon={historyIcon} title={words.__('No change yet')} hint={words.__('What you and others write will appear here.')} />
    );
  }
  const baseOf = (index: number): number => (index + 1 < entries.length ? entries[index + 1].seq : named ? 0 : entries[index].first_seq - 1);
  return (
    <div ref={list} className="opw-History-list" onKeyDown={event => walk(event, list.current)}>
      {days(entries, entry => dayOf(workspace, entry.until)).map(({ day, first, items }) => (
        <section key={`${day} ${items[0].seq}`} aria-label={day}>
          <h3 className="opw-History-day">{day}</h3>
          <ol>
            {items.map((entry, index) => (
              <EntryRow
                key={entry.seq === entries[0].seq ? 'newest' : entry.seq}
                subject={subject}
                entry={entry}
                base={baseOf(first + index)}
                newest={first + index === 0}
                actions={actions}
                show={chosen => desk.show(chosen)}
              />
            ))}
          </ol>
        </section>
      ))}
      {timeline.more ? <More next={timeline.next} /> : <p className="opw-History-end">{words.__('This is the beginning.')}</p>}
    </div>
  );
}

/** Older entries are asked for when this comes into sight. */
function More({ next }: { next: () => void }): JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const latest = React.useRef(next);
  latest.current = next;
  React.useEffect(() => {
    const watch = new IntersectionObserver(seen => seen.some(one => one.isIntersecting) && latest.current());
    if (ref.current !== null) {
      watch.observe(ref.current);
    }
    return () => watch.disconnect();
  });
  return (
    <div ref={ref}>
      <Skeleton rows={2} />
    </div>
  );
}

interface IDay {
  day: string;
  first: number;
  items: Entry[];
}

function days(entries: Entry[], dayOf_: (entry: Entry) => string): IDay[] {
  const found: IDay[] = [];
  entries.forEach((entry, index) => {
    const day = dayOf_(entry);
    const last = found[found.length - 1] as IDay | undefined;
    if (last?.day === day) {
      last.items.push(entry);
    } else {
      found.push({ day, first: index, items: [entry] });
    }
  });
  return found;
}

/** Up and down lead from entry to entry. */
function walk(event: React.KeyboardEvent, list: HTMLElement | null): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || event.altKey || event.ctrlKey || list === null) {
    return;
  }
  const rows = [...list.querySelectorAll<HTMLElement>('.opw-Entry-main')];
  const at = rows.findIndex(row => row.contains(document.activeElement));
  if (at >= 0 && rows[at + step] !== undefined) {
    event.preventDefault();
    rows[at + step].focus();
  }
}
