/** A new account, and the link by which its member sets a password. */
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { components } from '@openpaas/api';
import { ask, Button, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import { Copy, Field, Said, useAction } from '../parts.js';

type Made = components['schemas']['MemberMade'];
type Link = components['schemas']['Link'];

export function Invite({ done }: { done: (id?: string) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [fields, setFields] = React.useState({ username: '', display_name: '', email: '', unit: '', administrator: false });
  const [made, setMade] = React.useState<Made>();
  const invite = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    await action.run(async () => setMade(await ask<Made>(workspace, 'members', { method: 'POST', body: fields })));
  };
  if (made !== undefined) {
    return <Invited made={made} done={() => done(made.member.id)} />;
  }
  const text = (name: 'username' | 'display_name' | 'email' | 'unit', label: string, more: React.InputHTMLAttributes<HTMLInputElement> = {}): JSX.Element => (
    <Field label={label}>
      {ids => <input {...ids} autoComplete="off" value={fields[name]} onChange={event => setFields({ ...fields, [name]: event.target.value })} {...more} />}
    </Field>
  );
  return (
    <form className="opw-Card opw-Form" onSubmit={event => void invite(event)} aria-label={words.__('Invite a member')}>
      <h3>{words.__('Invite a member')}</h3>
      <div className="opw-Form-two">
        {text('username', words.__('Username'), { required: true, maxLength: 64, autoFocus: true, autoCapitalize: 'none', spellCheck: false })}
        {text('display_name', words.__('Shown name'), { maxLength: 128 })}
        {text('email', words.__('E-mail address'), { type: 'email', maxLength: 254 })}
        {text('unit', words.__('Unit or service'), { maxLength: 128 })}
      </div>
      <label className="opw-Check">
        <input type="checkbox" checked={fields.administrator} onChange={event => setFields({ ...fields, administrator: event.target.checked })} />
        {words.__('Administrator: looks after members, spaces and the server')}
      </label>
      <div className="opw-Form-end">
        <Button tone="primary" type="submit" busy={action.busy} disabled={fields.username.trim() === ''}>
          {words.__('Make the account')}
        </Button>
        <Button tone="quiet" onClick={() => done()}>
          {words.__('Cancel')}
        </Button>
        <Said action={action} />
      </div>
    </form>
  );
}

function Invited({ made, done }: { made: Made; done: () => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Card opw-Form" role="group" aria-label={words.__('Invitation')}>
      <h3>{words.__('%1 has an account', made.member.display_name)}</h3>
      <OneTimeLink link={made.link} />
      <div className="opw-Form-end">
        <Button onClick={done}>{words.__('I have copied it')}</Button>
      </div>
    </div>
  );
}

/** A link that sets a password, once. */
export function OneTimeLink({ link }: { link: Link }): JSX.Element {
  const { words, when } = useWorkspace();
  const url = URLExt.join(window.location.origin, PageConfig.getBaseUrl().replace(/^https?:\/\/[^/]+/, ''), link.path);
  return (
    <>
      <p>{words.__('Give this link to its member alone: with it a password is chosen, once, until %1. It is not shown again.', when.full(link.expires_at))}</p>
      <Copy label={words.__('One-time link')} text={url} />
    </>
  );
}
