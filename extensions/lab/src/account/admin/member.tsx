/** One member: what is known, what may be changed, how the access ends. */
import type { components } from '@openpaas/api';
import { ask, Button, closeIcon, Failure, IconButton, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import { confirmed, Field, Said, useAction, type IAction } from '../parts.js';
import { Erase } from './erase.js';
import { OneTimeLink } from './invite.js';
import { ABOUT_MEMBERS, States } from './members.js';
import { nameOf, RecordFace, type MemberRecord } from './people.js';

type Link = components['schemas']['Link'];
type Group = components['schemas']['Group'];

export function MemberPanel({ id, close, changed }: { id: string; close: () => void; changed: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const heading = React.useRef<HTMLHeadingElement>(null);
  const { data, fault, again } = useAnswer(
    `record ${id}`,
    signal => ask<MemberRecord>(workspace, `administration/members/${id}`, { signal }),
    event => ABOUT_MEMBERS.test(event.type)
  );
  const known = data !== undefined;
  React.useEffect(() => heading.current?.focus(), [known]);
  return (
    <aside className="opw-Panel" aria-label={words.__('Member')} onKeyDown={event => event.key === 'Escape' && close()}>
      <IconButton className="opw-Panel-close" icon={closeIcon} label={words.__('Close')} onClick={close} />
      {data === undefined ? (
        fault === undefined ? (
          <Skeleton rows={5} />
        ) : (
          <Failure sentence={fault} retry={again} />
        )
      ) : (
        <>
          <header className="opw-Panel-head">
            <RecordFace record={data} size="large" />
            <div>
              <h3 ref={heading} tabIndex={-1}>
                {nameOf(workspace, data)}
              </h3>
              <States record={data} />
            </div>
          </header>
          <About record={data} />
          {data.erased_at === null && (
            <Change
              record={data}
              changed={() => {
                again();
                changed();
              }}
            />
          )}
        </>
      )}
    </aside>
  );
}

function About({ record }: { record: MemberRecord }): JSX.Element {
  const { words, when } = useWorkspace();
  return (
    <dl className="opw-Facts">
      {record.erased_at === null && (
        <>
          <dt>{words.__('Username')}</dt>
          <dd>{record.username}</dd>
        </>
      )}
      <dt>{words.__('Account since')}</dt>
      <dd>{when.date(record.created_at)}</dd>
      <dt>{words.__('Open logins')}</dt>
      <dd>{record.sessions}</dd>
      <dt>{words.__('Tokens')}</dt>
      <dd>{record.tokens}</dd>
      {record.disabled_at !== null && record.erased_at === null && (
        <>
          <dt>{words.__('Disabled')}</dt>
          <dd>{when.full(record.disabled_at)}</dd>
        </>
      )}
      {record.erased_at !== null && (
        <>
          <dt>{words.__('Erased')}</dt>
          <dd>{when.full(record.erased_at)}</dd>
        </>
      )}
    </dl>
  );
}

interface IChangeProps {
  record: MemberRecord;
  changed: () => void;
}

function Change({ record, changed }: IChangeProps): JSX.Element {
  return (
    <>
      <Fields record={record} changed={changed} />
      <Membership record={record} changed={changed} />
      <Access record={record} changed={changed} />
    </>
  );
}

function Access({ record, changed }: IChangeProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [link, setLink] = React.useState<Link>();
  const [erasing, setErasing] = React.useState(false);
  const [me, setMe] = React.useState('');
  React.useEffect(() => void workspace.directory.me().then(known => setMe(known.id)), [workspace]);
  const own = record.id === me;
  const active = record.disabled_at === null;
  const reset = (): Promise<unknown> =>
    action.run(async () => setLink(await ask<Link>(workspace, `members/${record.id}/reset-link`, { method: 'POST' })));
  return (
    <>
      <h4>{words.__('Access')}</h4>
      <Said action={action} />
      {link !== undefined && <OneTimeLink link={link} />}
      <div className="opw-Verbs">
        {active && !record.demo && (
          <Button busy={action.busy} onClick={() => void reset()}>
            {words.__('Link for a new password')}
          </Button>
        )}
        {active && <AdministratorVerb record={record} action={action} changed={changed} />}
        {!own && <AccountVerbs record={record} action={action} changed={changed} />}
        {!own && !erasing && (
          <Button tone="danger" busy={action.busy} onClick={() => setErasing(true)}>
            {words.__('Erase…')}
          </Button>
        )}
      </div>
      {erasing && <Erase record={record} cancel={() => setErasing(false)} done={changed} />}
    </>
  );
}

interface IVerbProps extends IChangeProps {
  action: IAction;
}

function AdministratorVerb({ record, action, changed }: IVerbProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const on = !record.administrator;
  const turn = async (): Promise<void> => {
    const title = on ? words.__('Make %1 an administrator?', record.display_name) : words.__('Take the administration from %1?', record.display_name);
    const body = on
      ? words.__('Administrators see all members, spaces and events, and can take over what is left alone.')
      : words.__('This member keeps all files and rights, but does not administer any more.');
    const verb = on ? words.__('Make administrator') : words.__('Take it away');
    const work = (): Promise<unknown> => ask(workspace, `members/${record.id}`, { method: 'PATCH', body: { administrator: on } });
    if ((await confirmed(title, body, verb, words.__('Cancel'))) && (await action.run(work, words.__('Saved.')))) {
      changed();
    }
  };
  return (
    <Button busy={action.busy} onClick={() => void turn()}>
      {on ? words.__('Make administrator') : words.__('Take the administration away')}
    </Button>
  );
}

function AccountVerbs({ record, action, changed }: IVerbProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const act = async (path: string, method: 'POST' | 'DELETE', done: string): Promise<void> => {
    if (await action.run(() => ask(workspace, path, { method }), done)) {
      changed();
    }
  };
  const disable = async (): Promise<void> => {
    const title = words.__('Disable %1?', record.display_name);
    const body = words.__('Logins, tokens and links end at once, running kernels stop. Files and rights stay, and the account can be enabled again.');
    if (await confirmed(title, body, words.__('Disable the account'), words.__('Cancel'))) {
      await act(`members/${record.id}/disable`, 'POST', words.__('The account is disabled.'));
    }
  };
  const sessions = `administration/members/${record.id}/sessions`;
  return (
    <>
      {record.sessions > 0 && (
        <Button busy={action.busy} onClick={() => void act(sessions, 'DELETE', words.__('Logged out everywhere.'))}>
          {words.__('Log out everywhere')}
        </Button>
      )}
      {record.disabled_at === null ? (
        <Button tone="danger" busy={action.busy} onClick={() => void disable()}>
          {words.__('Disable the account')}
        </Button>
      ) : (
        <Button busy={action.busy} onClick={() => void act(`members/${record.id}/enable`, 'POST', words.__('The account is enabled.'))}>
          {words.__('Enable the account')}
        </Button>
      )}
    </>
  );
}

function Fields({ record, changed }: { record: MemberRecord; changed: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const { display_name, email, unit } = record;
  const [fields, setFields] = React.useState({ display_name, email, unit });
  React.useEffect(() => setFields({ display_name, email, unit }), [display_name, email, unit]);
  const same = fields.display_name === display_name && fields.email === email && fields.unit === unit;
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    if (await action.run(() => ask(workspace, `members/${record.id}`, { method: 'PATCH', body: fields }), words.__('Saved.'))) {
      changed();
    }
  };
  return (
    <form className="opw-Form" onSubmit={event => void save(event)}>
      <Field label={words.__('Shown name')}>
        {ids => <input {...ids} required maxLength={128} value={fields.display_name} onChange={event => setFields({ ...fields, display_name: event.target.value })} />}
      </Field>
      <Field label={words.__('E-mail address')}>
        {ids => <input {...ids} type="email" maxLength={254} value={fields.email} onChange={event => setFields({ ...fields, email: event.target.value })} />}
      </Field>
      <Field label={words.__('Unit or service')}>
        {ids => <input {...ids} maxLength={128} value={fields.unit} onChange={event => setFields({ ...fields, unit: event.target.value })} />}
      </Field>
      <div className="opw-Form-end">
        <Button type="submit" busy={action.busy} disabled={same || fields.display_name.trim() === ''}>
          {words.__('Save')}
        </Button>
        <Said action={action} />
      </div>
    </form>
  );
}

function Membership({ record, changed }: { record: MemberRecord; changed: () => void }): JSX.Element | null {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const { data } = useAnswer('groups', signal => ask<Group[]>(workspace, 'groups', { signal }), event => /^Group/.test(event.type));
  if (data === undefined || data.length === 0) {
    return null;
  }
  const toggle = async (group: Group, on: boolean): Promise<void> => {
    const path = `groups/${group.id}/members/${record.id}`;
    if (await action.run(() => ask(workspace, path, { method: on ? 'PUT' : 'DELETE' }))) {
      changed();
    }
  };
  return (
    <fieldset className="opw-Scopes">
      <legend>{words.__('Groups')}</legend>
      {data.map(group => (
        <label key={group.id} className="opw-Check">
          <input
            type="checkbox"
            disabled={action.busy}
            checked={record.groups.includes(group.id)}
            onChange={event => void toggle(group, event.target.checked)}
          />
          {group.name}
        </label>
      ))}
      <Said action={action} />
    </fieldset>
  );
}
