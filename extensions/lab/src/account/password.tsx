/** Another password: measured by the server while it is typed, by the rule that decides when it is saved. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { ask, Button, Empty, lockIcon, useWorkspace, type IMe } from '@openpaas/base';
import * as React from 'react';

import { Field, Said, useAction } from './parts.js';

/** What the server says of a password that is being typed. */
interface IStrength {
  bits: number;
  wanted: number;
  grade: 'weak' | 'fair' | 'good' | 'strong';
  enough: boolean;
  advice: string;
}

const SETTLE_MS = 200;
/** What the meter shows as full; the rule is below. */
const FULL = 80;

/** Demo members keep the password that is written on the login page. */
export function Password({ me }: { me: IMe }): JSX.Element {
  const { words } = useWorkspace();
  if (!me.demo) {
    return <Change me={me} />;
  }
  return (
    <Empty
      icon={lockIcon}
      title={words.__('Demo members keep their demo password.')}
      hint={words.__('It is written on the login page, for everybody who tries this demonstration. Members of a real workspace choose their own here.')}
    />
  );
}

function Change({ me }: { me: IMe }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [old, setOld] = React.useState('');
  const [fresh, setFresh] = React.useState('');
  const [again, setAgain] = React.useState('');
  const [shown, setShown] = React.useState(false);
  const strength = useStrength(fresh);
  const differ = again !== '' && again !== fresh;
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const done = words.__('Your password is changed. Your other devices are logged out.');
    if (await action.run(() => ask(workspace, 'me/password', { method: 'POST', body: { old, new: fresh } }), done)) {
      setOld('');
      setFresh('');
      setAgain('');
    }
  };
  const field = (label: string, value: string, set: (value: string) => void, more: IMore): JSX.Element => (
    <Secret label={label} value={value} set={set} shown={shown} {...more} />
  );
  return (
    <form className="opw-Form" onSubmit={event => void save(event)}>
      <input type="text" hidden readOnly autoComplete="username" value={me.username} />
      {field(words.__('Password now'), old, setOld, { complete: 'current-password' })}
      {field(words.__('New password'), fresh, setFresh, {
        hint: words.__('A sentence of some words that have nothing to do with you is easy to remember and hard to guess.')
      })}
      <Meter strength={fresh === '' ? undefined : strength} />
      {field(words.__('The same password again'), again, setAgain, {
        wrong: differ,
        hint: differ ? words.__('The two passwords are not the same.') : undefined
      })}
      <label className="opw-Check">
        <input type="checkbox" checked={shown} onChange={event => setShown(event.target.checked)} />
        {words.__('Show what I type')}
      </label>
      <div className="opw-Form-end">
        <Button tone="primary" type="submit" busy={action.busy} disabled={old === '' || strength?.enough !== true || again !== fresh}>
          {words.__('Change my password')}
        </Button>
        <Said action={action} />
      </div>
      <Rule />
    </form>
  );
}

interface IMore {
  hint?: string;
  wrong?: boolean;
  complete?: 'current-password' | 'new-password';
}

interface ISecretProps extends IMore {
  label: string;
  value: string;
  set: (value: string) => void;
  shown: boolean;
}

function Secret({ label, value, set, shown, hint, wrong = false, complete = 'new-password' }: ISecretProps): JSX.Element {
  return (
    <Field label={label} hint={hint}>
      {ids => (
        <input
          {...ids}
          type={shown ? 'text' : 'password'}
          required
          maxLength={256}
          autoComplete={complete}
          aria-invalid={wrong || undefined}
          value={value}
          onChange={event => set(event.target.value)}
        />
      )}
    </Field>
  );
}

function Rule(): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Card opw-Rule">
      <h3>{words.__('The rule')}</h3>
      <p>
        {words.__(
          'At least 12 characters that take 50 bits to guess, as the CNIL recommends (2022-100, case 2) where failed attempts are slowed down and then blocked, as here. Without that it would be 80 bits.'
        )}
      </p>
      <p>{words.__('No kind of character is asked for, and a good password need never be changed.')}</p>
    </div>
  );
}

function Meter({ strength }: { strength: IStrength | undefined }): JSX.Element {
  const { words } = useWorkspace();
  const grades = {
    weak: words.__('Very easy to guess'),
    fair: words.__('Still easy to guess'),
    good: words.__('Good'),
    strong: words.__('Excellent')
  };
  const { sentences } = useWorkspace();
  return (
    <div className="opw-Meter" role="status" data-grade={strength?.grade}>
      <span className="opw-Meter-bar" aria-hidden>
        <span style={{ width: `${Math.min(100, ((strength?.bits ?? 0) / FULL) * 100)}%` }} />
        {strength !== undefined && <i style={{ left: `${(strength.wanted / FULL) * 100}%` }} />}
      </span>
      {strength !== undefined && (
        <p>
          <b>{grades[strength.grade]}</b> <span className="opw-muted">{words.__('%1 bits of the %2 asked for', String(strength.bits), String(strength.wanted))}</span>
          {strength.advice !== '' && <span className="opw-Meter-advice">{sentences.translate(strength.advice)}</span>}
        </p>
      )}
    </div>
  );
}

/** What the server says of a password; undefined until it has, and when it cannot be asked. */
function useStrength(password: string): IStrength | undefined {
  const { settings } = useWorkspace();
  const [found, setFound] = React.useState<{ of: string; strength: IStrength }>();
  React.useEffect(() => {
    if (password === '') {
      return;
    }
    const stop = new AbortController();
    const measure = async (): Promise<void> => {
      const url = URLExt.join(settings.baseUrl, 'password-strength');
      const init = { method: 'POST', body: JSON.stringify({ password }), signal: stop.signal };
      const answer = await ServerConnection.makeRequest(url, init, settings);
      if (answer.ok) {
        setFound({ of: password, strength: (await answer.json()) as IStrength });
      }
    };
    const timer = setTimeout(() => void measure().catch(() => undefined), SETTLE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [password, settings]);
  // The last word stands until the next one: nothing flickers while somebody types.
  return found?.strength;
}
