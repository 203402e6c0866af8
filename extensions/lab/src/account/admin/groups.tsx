/** Groups: made, named, filled, removed. */
import type { components } from '@openpaas/api';
import { ask, Button, closeIcon, Empty, Failure, IconButton, plusIcon, Skeleton, useAnswer, usersIcon, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import { confirmed, Said, useAction } from '../parts.js';
import { Person } from './people.js';

type Group = components['schemas']['Group'];
type Member = components['schemas']['Member'];

export function Groups(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [name, setName] = React.useState('');
  const [open, setOpen] = React.useState('');
  const { data, fault, again } = useAnswer('groups', signal => ask<Group[]>(workspace, 'groups', { signal }), event => /^Group/.test(event.type));
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={4} /> : <Failure sentence={fault} retry={again} />;
  }
  const make = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const work = async (): Promise<void> => setOpen((await ask<Group>(workspace, 'groups', { method: 'POST', body: { name } })).id);
    if (await action.run(work)) {
      setName('');
      again();
    }
  };
  return (
    <>
      <p className="opw-muted">{words.__('Share with a group, and whoever joins it later has the same access.')}</p>
      <form className="opw-Filter" onSubmit={event => void make(event)}>
        <input
          className="opw-Input"
          aria-label={words.__('Name of the new group')}
          placeholder={words.__('Name of the new group')}
          maxLength={255}
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <Button tone="primary" type="submit" icon={plusIcon} busy={action.busy} disabled={name.trim() === ''}>
          {words.__('Make a group')}
        </Button>
      </form>
      <Said action={action} />
      {data.length === 0 && <Empty icon={usersIcon} title={words.__('No groups yet')} hint={words.__('A group is a service, a project, a council: share with all of it at once.')} />}
      <ul className="opw-List">
        {data.map(group => (
          <GroupRow key={group.id} group={group} open={open === group.id} toggle={() => setOpen(open === group.id ? '' : group.id)} changed={again} />
        ))}
      </ul>
    </>
  );
}

interface IGroupRowProps {
  group: Group;
  open: boolean;
  toggle: () => void;
  changed: () => void;
}

function GroupRow({ group, open, toggle, changed }: IGroupRowProps): JSX.Element {
  const { words } = useWorkspace();
  return (
    <li className="opw-Group">
      <button type="button" className="opw-Group-head" aria-expanded={open} onClick={toggle}>
        <usersIcon.react tag="span" width="18px" height="18px" aria-hidden />
        <b>{group.name}</b>
        <span className="opw-muted">{words._n('%1 member', '%1 members', group.size, String(group.size))}</span>
      </button>
      {open && <GroupBody group={group} changed={changed} />}
    </li>
  );
}

function GroupBody({ group, changed }: { group: Group; changed: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [name, setName] = React.useState(group.name);
  const { data, again } = useAnswer(
    `group ${group.id}`,
    signal => ask<Member[]>(workspace, `groups/${group.id}/members`, { signal }),
    event => /^Group/.test(event.type)
  );
  const act = async (path: string, method: 'PUT' | 'DELETE' | 'PATCH', body?: unknown): Promise<void> => {
    if (await action.run(() => ask(workspace, path, { method, body }))) {
      again();
      changed();
    }
  };
  const remove = async (): Promise<void> => {
    const title = words.__('Remove the group “%1”?', group.name);
    const body = words.__('Its members keep their accounts, but lose what was shared with the group.');
    if (await confirmed(title, body, words.__('Remove the group'), words.__('Cancel'))) {
      await act(`groups/${group.id}`, 'DELETE');
    }
  };
  return (
    <div className="opw-Group-body">
      {data === undefined ? (
        <Skeleton rows={2} />
      ) : (
        <Inside members={data} busy={action.busy} take={id => void act(`groups/${group.id}/members/${id}`, 'DELETE')} />
      )}
      <div className="opw-Filter">
        <Add but={data ?? []} busy={action.busy} add={id => void act(`groups/${group.id}/members/${id}`, 'PUT')} />
        <input className="opw-Input" aria-label={words.__('Name')} maxLength={255} value={name} onChange={event => setName(event.target.value)} />
        <Button busy={action.busy} disabled={name.trim() === '' || name === group.name} onClick={() => void act(`groups/${group.id}`, 'PATCH', { name })}>
          {words.__('Rename')}
        </Button>
        <Button tone="danger" busy={action.busy} onClick={() => void remove()}>
          {words.__('Remove the group')}
        </Button>
      </div>
      <Said action={action} />
    </div>
  );
}

function Inside({ members, busy, take }: { members: Member[]; busy: boolean; take: (id: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <ul className="opw-Chips">
      {members.map(member => (
        <li key={member.id}>
          <Person id={member.id} />
          <IconButton icon={closeIcon} label={words.__('Take %1 out', member.display_name)} busy={busy} onClick={() => take(member.id)} />
        </li>
      ))}
    </ul>
  );
}

function Add({ but, busy, add }: { but: Member[]; busy: boolean; add: (id: string) => void }): JSX.Element {
  const { words, directory } = useWorkspace();
  const inside = new Set(but.map(member => member.id));
  const others = directory.all().filter(member => !member.disabled && !inside.has(member.id));
  return (
    <select className="opw-Input" aria-label={words.__('Add a member')} value="" disabled={busy} onChange={event => add(event.target.value)}>
      <option value="">{words.__('Add a member…')}</option>
      {others.map(member => (
        <option key={member.id} value={member.id}>
          {member.display_name}
        </option>
      ))}
    </select>
  );
}
