/** Personal tokens: made for a program, shown once, revoked. */
import type { components } from '@openpaas/api';
import { ask, Button, Empty, Failure, keyIcon, plusIcon, Skeleton, useAnswer, useWorkspace, type IMe, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { confirmed, Copy, Field, Said, useAction } from './parts.js';

type Token = components['schemas']['Token'];
type Made = components['schemas']['TokenMade'];
const DAY = 86_400;
const LIVES = [7, 30, 90, 365];

interface IScope {
  scope: string;
  sentence: string;
}

function scopesOf({ words }: IWorkspace, administrator: boolean): IScope[] {
  const found = [
    { scope: 'files:read', sentence: words.__('Read your spaces and files, with their history.') },
    { scope: 'files:write', sentence: words.__('Make, change and delete files and spaces, and write together with others.') },
    { scope: 'sharing:read', sentence: words.__('See who has access to what.') },
    { scope: 'sharing:write', sentence: words.__('Share, and take access back.') },
    { scope: 'search:read', sentence: words.__('Search in what you may read.') },
    { scope: 'home:read', sentence: words.__('See your home page: recent, pinned, what changed.') },
    { scope: 'home:write', sentence: words.__('Pin and unpin.') },
    { scope: 'kernels:write', sentence: words.__('Start kernels and run code as you.') },
    { scope: 'events:read', sentence: words.__('Hear what happens, as it happens.') },
    { scope: 'accounts:read', sentence: words.__('Read the directory and your profile.') },
    { scope: 'accounts:write', sentence: words.__('Change your profile and photo.') }
  ];
  if (administrator) {
    found.push({ scope: 'audit:read', sentence: words.__('Read the event log of the whole workspace.') });
  }
  found.push({ scope: 'all', sentence: words.__('Everything above: as yourself, but for passwords, tokens and the administration.') });
  return found;
}

export function Tokens({ me }: { me: IMe }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [making, setMaking] = React.useState(false);
  const [made, setMade] = React.useState<Made>();
  const { data, fault, again } = useAnswer(
    'tokens',
    signal => ask<Token[]>(workspace, 'tokens', { signal }),
    event => /^Token/.test(event.type)
  );
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={3} /> : <Failure sentence={fault} retry={again} />;
  }
  return (
    <>
      <p className="opw-muted">{words.__('A token lets a program act as you, within what it is for. Treat it like a password.')}</p>
      {made !== undefined && (
        <Fresh made={made} done={() => setMade(undefined)} />
      )}
      {making ? (
        <NewToken
          administrator={me.administrator}
          done={fresh => {
            setMaking(false);
            setMade(fresh);
            again();
          }}
        />
      ) : (
        <div>
          <Button tone="primary" icon={plusIcon} onClick={() => setMaking(true)}>
            {words.__('New token')}
          </Button>
        </div>
      )}
      {data.length === 0 && !making && (
        <Empty icon={keyIcon} title={words.__('No tokens')} hint={words.__('Make one when a script or another program needs your files.')} />
      )}
      <Held tokens={data} administrator={me.administrator} changed={again} />
    </>
  );
}

interface IHeldProps {
  tokens: Token[];
  administrator: boolean;
  changed: () => void;
}

function Held({ tokens, administrator, changed }: IHeldProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const sentences = new Map(scopesOf(workspace, administrator).map(one => [one.scope, one.sentence]));
  const revoke = async (token: Token): Promise<void> => {
    const title = words.__('Revoke “%1”?', token.name);
    const body = words.__('Programs that use it stop working at once. This cannot be undone.');
    if (await confirmed(title, body, words.__('Revoke the token'), words.__('Cancel'))) {
      await action.run(() => ask(workspace, `tokens/${token.id}`, { method: 'DELETE' }), words.__('The token is revoked.'));
      changed();
    }
  };
  return (
    <>
      <ul className="opw-List">
        {tokens.map(token => (
          <TokenRow key={token.id} token={token} sentences={sentences} busy={action.busy} revoke={() => void revoke(token)} />
        ))}
      </ul>
      <Said action={action} />
    </>
  );
}

function Fresh({ made, done }: { made: Made; done: () => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Card opw-Made" role="group" aria-label={words.__('Your new token')}>
      <h3>{words.__('“%1” is ready', made.token.name)}</h3>
      <p>{words.__('Copy it now: it is shown only this once.')}</p>
      <Copy label={words.__('Your new token')} text={made.secret} />
      <Button tone="quiet" onClick={done}>
        {words.__('I have copied it')}
      </Button>
    </div>
  );
}

interface ITokenRowProps {
  token: Token;
  sentences: ReadonlyMap<string, string>;
  busy: boolean;
  revoke: () => void;
}

function TokenRow({ token, sentences, busy, revoke }: ITokenRowProps): JSX.Element {
  const { words, when } = useWorkspace();
  return (
    <li className="opw-Row">
      <keyIcon.react tag="span" className="opw-Row-icon" width="20px" height="20px" aria-hidden />
      <span className="opw-Row-text">
        <b>{token.name}</b>
        <span className="opw-Row-more">
          {token.scopes.map(scope => (
            <span key={scope} className="opw-Tag" title={sentences.get(scope)}>
              {scope}
            </span>
          ))}
        </span>
        <span className="opw-Row-more opw-muted">
          {words.__('made %1', when.ago(token.created_at))} · {words.__('until %1', when.date(token.expires_at))} ·{' '}
          {token.used_at === null ? words.__('never used') : words.__('last used %1', when.ago(token.used_at))}
        </span>
      </span>
      <Button busy={busy} aria-label={words.__('Revoke “%1”', token.name)} onClick={revoke}>
        {words.__('Revoke')}
      </Button>
    </li>
  );
}

function NewToken({ administrator, done }: { administrator: boolean; done: (made?: Made) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [name, setName] = React.useState('');
  const [days, setDays] = React.useState(30);
  const [scopes, setScopes] = React.useState<string[]>(['files:read']);
  const make = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const body = { name, scopes, expires_in: days * DAY };
    await action.run(async () => done(await ask<Made>(workspace, 'tokens', { method: 'POST', body })));
  };
  return (
    <form className="opw-Form opw-Card" onSubmit={event => void make(event)}>
      <Field label={words.__('What is it for?')} hint={words.__('A name by which you will know it, such as “monthly report”.')}>
        {ids => <input {...ids} autoFocus required maxLength={128} value={name} onChange={event => setName(event.target.value)} />}
      </Field>
      <Scopes administrator={administrator} chosen={scopes} choose={setScopes} />
      <Field label={words.__('It works for')}>
        {ids => (
          <select {...ids} value={days} onChange={event => setDays(Number(event.target.value))}>
            {LIVES.map(life => (
              <option key={life} value={life}>
                {words._n('%1 day', '%1 days', life, String(life))}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="opw-Form-end">
        <Button tone="primary" type="submit" busy={action.busy} disabled={name.trim() === '' || scopes.length === 0}>
          {words.__('Make the token')}
        </Button>
        <Button tone="quiet" onClick={() => done()}>
          {words.__('Cancel')}
        </Button>
        <Said action={action} />
      </div>
    </form>
  );
}

interface IScopesProps {
  administrator: boolean;
  chosen: string[];
  choose: (scopes: string[]) => void;
}

function Scopes({ administrator, chosen, choose }: IScopesProps): JSX.Element {
  const workspace = useWorkspace();
  const toggle = (scope: string, on: boolean): void => {
    // “all” holds every other one: it stands alone.
    const others = chosen.filter(other => other !== scope && other !== 'all' && scope !== 'all');
    choose(on ? [...others, scope] : chosen.filter(other => other !== scope));
  };
  return (
    <fieldset className="opw-Scopes">
      <legend>{workspace.words.__('What it may do')}</legend>
      {scopesOf(workspace, administrator).map(({ scope, sentence }) => (
        <label key={scope} className="opw-Check">
          <input type="checkbox" checked={chosen.includes(scope)} onChange={event => toggle(scope, event.target.checked)} />
          <span>
            {sentence} <code>{scope}</code>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
