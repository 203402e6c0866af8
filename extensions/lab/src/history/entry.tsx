/** One entry of the timeline, with its minutes and what may be done with it. */
import { copyIcon, IconButton, restoreIcon, useWorkspace } from '@openpaas/base';
import { caretDownIcon, caretRightIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Actions } from './actions.js';
import { useCounts, useSteps } from './hooks.js';
import { Menu, type IMenuItem } from './menu.js';
import { People } from './people.js';
import type { Subject } from './subject.js';
import type { Entry, IChosen } from './types.js';
import { changesOf, hoursOf, kindOf } from './words.js';

export interface IEntryProps {
  subject: Subject;
  entry: Entry;
  base: number;
  /** It shows the file as it is now. */
  newest: boolean;
  actions: Actions;
  show: (chosen: IChosen) => void;
}

/** A session of so few changes has no minutes worth a list. */
const FEW = 3;

export function EntryRow({ subject, entry, base, newest, actions, show }: IEntryProps): JSX.Element {
  const { words } = useWorkspace();
  const [open, setOpen] = React.useState(false);
  const ref = React.useRef<HTMLLIElement>(null);
  const seen = useSeen(ref);
  const foldable = entry.kind === 'edit' && entry.count > FEW && entry.until > entry.since;
  return (
    <li ref={ref} className={`opw-Entry${entry.name == null ? '' : ' opw-mod-named'}`}>
      <div className="opw-Entry-row">
        <Main subject={subject} entry={entry} base={base} show={show} vague={words.__('Old changes are kept together: only named versions of that time can be opened.')}>
          <EntryText subject={subject} entry={entry} base={base} newest={newest} seen={seen} />
        </Main>
        <div className="opw-Entry-tools">
          {foldable && (
            <IconButton
              icon={open ? caretDownIcon : caretRightIcon}
              label={open ? words.__('Hide the steps') : words.__('Show the steps, minute by minute')}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            />
          )}
          {entry.exact && <EntryMenu subject={subject} entry={entry} newest={newest} actions={actions} />}
        </div>
      </div>
      {open && foldable && <Steps subject={subject} entry={entry} base={base} show={show} />}
    </li>
  );
}

type IMainProps = React.PropsWithChildren<Pick<IEntryProps, 'subject' | 'entry' | 'base' | 'show'> & { vague?: string }>;

/** Shows the comparison; which one is shown now is marked. */
function Main({ subject, entry, base, show, vague, children }: IMainProps): JSX.Element {
  const chosen = subject.chosen?.entry.seq === entry.seq && subject.chosen.base === base;
  if (!subject.isComparable) {
    return <div className="opw-Entry-main">{children}</div>;
  }
  return (
    <button
      type="button"
      className="opw-Entry-main"
      aria-current={chosen || undefined}
      disabled={!entry.exact}
      title={entry.exact ? undefined : vague}
      onClick={() => show({ entry, base })}
    >
      {children}
    </button>
  );
}

type ITextProps = Pick<IEntryProps, 'subject' | 'entry' | 'base' | 'newest'> & { seen: boolean };

/** When, who, what. */
function EntryText({ subject, entry, base, newest, seen }: ITextProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const counts = useCounts(subject, base, entry, seen);
  const what = [kindOf(workspace, entry), counts === null ? '' : changesOf(words, counts, subject.isNotebook)];
  const said = what.filter(text => text !== '').join(' · ');
  return (
    <>
      {entry.name != null && <strong className="opw-Entry-name">{entry.name}</strong>}
      <span className="opw-Entry-time">
        {hoursOf(workspace, entry)}
        {newest && <span className="opw-Tag">{words.__('Now')}</span>}
      </span>
      <People writers={entry.people} />
      {said !== '' && <span className="opw-Entry-what opw-muted">{said}</span>}
    </>
  );
}

function EntryMenu({ subject, entry, newest, actions }: Pick<IEntryProps, 'subject' | 'entry' | 'newest' | 'actions'>): JSX.Element {
  const { words } = useWorkspace();
  const named = entry.version != null;
  const items: IMenuItem[] = [
    ...(subject.canWrite && !newest
      ? [{ label: words.__('Restore this version…'), icon: restoreIcon, run: () => void actions.restore(entry) }]
      : []),
    ...(subject.canWrite
      ? [{ label: named ? words.__('Rename…') : words.__('Name this version…'), run: () => void actions.name(entry) }]
      : []),
    ...(subject.canWrite && named ? [{ label: words.__('Remove the name'), run: () => void actions.unname(entry) }] : []),
    { label: words.__('Copy as a new file…'), icon: copyIcon, run: () => void actions.copyFile(entry) }
  ];
  return <Menu icon={ellipsesIcon} label={words.__('What to do with this version')} items={items} />;
}

function Steps({ subject, entry, base, show }: Pick<IEntryProps, 'subject' | 'entry' | 'base' | 'show'>): JSX.Element | null {
  const workspace = useWorkspace();
  const steps = useSteps(subject, entry, true);
  if (steps === undefined) {
    return null;
  }
  return (
    <ol className="opw-Steps">
      {steps.map((step, index) => {
        const from = index + 1 < steps.length ? steps[index + 1].seq : base;
        return (
          <li key={step.seq}>
            <Main subject={subject} entry={step} base={from} show={show}>
              <span className="opw-Entry-time">{hoursOf(workspace, step)}</span>
              <People writers={step.people} />
            </Main>
          </li>
        );
      })}
    </ol>
  );
}

/** Whether it has come into sight. */
function useSeen(ref: React.RefObject<HTMLElement>): boolean {
  const [seen, setSeen] = React.useState(false);
  React.useEffect(() => {
    if (ref.current === null || seen) {
      return;
    }
    const watch = new IntersectionObserver(found => found.some(one => one.isIntersecting) && setSeen(true));
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [ref, seen]);
  return seen;
}
