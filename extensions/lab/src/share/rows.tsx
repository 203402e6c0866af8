/** Who has access: one row for each grant, given here or inherited. */
import { Button, MenuButton, SubjectFace, useWorkspace, type IMenuItem } from '@openpaas/base';
import * as React from 'react';

import type { ISharing } from './actions.js';
import { EVERYONE, type IAccess, type IAccessEntry } from './wire.js';
import { inheritance, LEVELS, nowMay, roleName, roleSentence, spokenName, subjectName } from './words.js';

export interface IRowsProps {
  access: IAccess;
  sharing: ISharing;
  me: string;
  /** Show who has access to another object. */
  onGo: (ref: string) => void;
}

const DAY = 86_400_000;

export function Rows({ access, sharing, me, onGo }: IRowsProps): JSX.Element {
  const { words } = useWorkspace();
  return (
    <ul className="opw-Share-list" aria-label={words.__('Who has access')}>
      {access.entries.map(entry => (
        <Row
          key={`${entry.subject} ${entry.inherited_from ?? ''}`}
          access={access}
          entry={entry}
          sharing={sharing}
          me={me}
          onGo={onGo}
        />
      ))}
      {sharing.withdrawn.map(entry => (
        <Gone key={`gone ${entry.subject}`} entry={entry} sharing={sharing} />
      ))}
    </ul>
  );
}

interface IRowProps extends IRowsProps {
  entry: IAccessEntry;
}

function Row({ access, entry, sharing, me, onGo }: IRowProps): JSX.Element {
  const { words } = useWorkspace();
  const [dating, setDating] = React.useState(false);
  const name = subjectName(words, entry);
  const mine = entry.subject === `member:${me}`;
  const changeable = access.may_share && !mine && entry.inherited_from === null;
  return (
    <li className="opw-Share-row">
      <div className="opw-Share-line">
        <SubjectFace subject={entry.subject} name={name} />
        <span className="opw-Row-text">
          <span className="opw-Share-name">
            {name}
            {mine && <span className="opw-muted"> {words.__('(you)')}</span>}
            {entry.subject.startsWith('group:') && (
              <span className="opw-muted"> · {words._n('%1 person', '%1 people', entry.people)}</span>
            )}
          </span>
          <Beneath entry={entry} onGo={onGo} />
        </span>
        {changeable && <Execute access={access} entry={entry} sharing={sharing} name={name} />}
        {changeable ? (
          <RoleMenu entry={entry} sharing={sharing} name={name} onDate={() => setDating(true)} />
        ) : (
          <span className="opw-muted opw-Share-role">{roleName(words, entry.level)}</span>
        )}
        {mine && entry.inherited_from === null && <Leave access={access} entry={entry} sharing={sharing} />}
      </div>
      {dating && <EndDate entry={entry} sharing={sharing} name={name} close={() => setDating(false)} />}
    </li>
  );
}

/** The second line of a row: where it comes from, until when, what is wrong with it. */
function Beneath({ entry, onGo }: { entry: IAccessEntry; onGo: (ref: string) => void }): JSX.Element | null {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const parts: React.ReactNode[] = [];
  if (entry.inherited_from !== null) {
    const from = entry.inherited_from;
    const said = inheritance(words, entry, spokenName(workspace, entry.inherited_name));
    parts.push(
      entry.inherited_name === '' ? (
        said
      ) : (
        <button key="from" type="button" className="opw-Share-jump" onClick={() => onGo(from)}>
          {said}
        </button>
      )
    );
  }
  if (entry.expires_at !== null) {
    parts.push(words.__('until %1', when.date(entry.expires_at)));
  }
  if (!entry.active) {
    parts.push(words.__('account disabled: no access at present'));
  }
  return parts.length === 0 ? null : (
    <span className="opw-muted opw-small opw-Share-beneath">
      {parts.map((part, index) => (
        <React.Fragment key={index}>
          {index > 0 && ' · '}
          {part}
        </React.Fragment>
      ))}
    </span>
  );
}

interface IChangeProps {
  entry: IAccessEntry;
  sharing: ISharing;
  name: string;
}

function RoleMenu({ entry, sharing, name, onDate }: IChangeProps & { onDate: () => void }): JSX.Element {
  const { words } = useWorkspace();
  const roles: IMenuItem[] = LEVELS.filter(one => one !== 'manager' || entry.subject !== EVERYONE).map(level => ({
    id: level,
    label: roleName(words, level),
    hint: roleSentence(words, level),
    checked: level === entry.level,
    onSelect: () => {
      if (level !== entry.level) {
        void sharing.give({ ...entry, level }, nowMay(words, name, level));
      }
    }
  }));
  return (
    <MenuButton
      label={roleName(words, entry.level)}
      name={words.__('Role of %1: %2', name, roleName(words, entry.level))}
      busy={sharing.busy.has(entry.subject)}
      items={[
        ...roles,
        {
          id: 'end',
          label: entry.expires_at === null ? words.__('Set an end date…') : words.__('Change the end date…'),
          separated: true,
          onSelect: onDate
        },
        {
          id: 'withdraw',
          label: words.__('Withdraw the access'),
          danger: true,
          onSelect: () => void sharing.withdraw(entry, words.__('%1 has no access any more.', name))
        }
      ]}
    />
  );
}

/** Running code: offered only where it counts. */
function Execute({ access, entry, sharing, name }: IChangeProps & { access: IAccess }): JSX.Element | null {
  const { words } = useWorkspace();
  const runs = !access.ref.startsWith('file:') || access.name.endsWith('.ipynb');
  if (!access.execute_counts || !runs || (entry.level !== 'editor' && entry.level !== 'manager')) {
    return null;
  }
  return (
    <label className="opw-Share-execute opw-muted opw-small">
      <input
        type="checkbox"
        checked={entry.execute}
        disabled={sharing.busy.has(entry.subject)}
        aria-label={words.__('%1 may run code', name)}
        onChange={event => {
          const execute = event.target.checked;
          const done = execute ? words.__('%1 may run code.', name) : words.__('%1 may not run code any more.', name);
          void sharing.give({ ...entry, execute }, done);
        }}
      />
      {words.__('runs code')}
    </label>
  );
}

function EndDate({ entry, sharing, name, close }: IChangeProps & { close: () => void }): JSX.Element {
  const { words, when } = useWorkspace();
  const [day, setDay] = React.useState(entry.expires_at === null ? '' : dayOf(entry.expires_at));
  const save = async (expires_at: number | null): Promise<void> => {
    const done =
      expires_at === null
        ? words.__('The access of %1 has no end.', name)
        : words.__('The access of %1 ends on %2.', name, when.date(expires_at));
    if (await sharing.give({ ...entry, expires_at }, done)) {
      close();
    }
  };
  return (
    <form
      className="opw-Share-date"
      onSubmit={event => {
        event.preventDefault();
        if (day !== '') {
          void save(endOf(day));
        }
      }}
    >
      <label>
        {words.__('Access until')}{' '}
        <input
          className="opw-Input"
          type="date"
          autoFocus
          required
          min={dayOf(Date.now())}
          max="9999-12-31"
          value={day}
          onChange={event => setDay(event.target.value)}
        />
      </label>
      <Button type="submit">{words.__('Save')}</Button>
      {entry.expires_at !== null && <Button onClick={() => void save(null)}>{words.__('Without end')}</Button>}
      <Button tone="quiet" onClick={close}>
        {words.__('Cancel')}
      </Button>
    </form>
  );
}

/** Giving up one's own access: it cannot be taken back, so it is asked twice. */
function Leave({ access, entry, sharing }: Omit<IChangeProps, 'name'> & { access: IAccess }): JSX.Element | null {
  const { words } = useWorkspace();
  const [sure, setSure] = React.useState(false);
  const others = access.entries.some(one => one.level === 'manager' && one.subject !== entry.subject);
  if (access.personal && access.ref.startsWith('space:') ? true : entry.level === 'manager' && !others) {
    return null;
  }
  const name = spokenName(useWorkspace(), access.name);
  return sure ? (
    <span className="opw-Share-line">
      <Button
        tone="danger"
        autoFocus
        busy={sharing.busy.has(entry.subject)}
        onClick={() => void sharing.withdraw(entry, words.__('You have left “%1”.', name))}
      >
        {words.__('Give up my access')}
      </Button>
      <Button tone="quiet" onClick={() => setSure(false)}>
        {words.__('Stay')}
      </Button>
    </span>
  ) : (
    <Button tone="quiet" onClick={() => setSure(true)}>
      {words.__('Leave')}
    </Button>
  );
}

function Gone({ entry, sharing }: { entry: IAccessEntry; sharing: ISharing }): JSX.Element {
  const { words } = useWorkspace();
  const name = subjectName(words, entry);
  return (
    <li className="opw-Share-row">
      <div className="opw-Share-line opw-muted">
        <span className="opw-Row-text">{words.__('%1 has no access any more.', name)}</span>
        <Button
          autoFocus
          busy={sharing.busy.has(entry.subject)}
          aria-label={words.__('Give %1 the access back', name)}
          onClick={() => void sharing.undo(entry, nowMay(words, name, entry.level))}
        >
          {words.__('Undo')}
        </Button>
      </div>
    </li>
  );
}

/** The day of a time, as a date field has it, in the reader's time zone. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (count: number): string => String(count).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The last moment of a day in the reader's time zone. */
function endOf(day: string): number {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(year, month - 1, date).getTime() + DAY - 1;
}
