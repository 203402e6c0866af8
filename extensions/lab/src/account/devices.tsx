/** Where I am logged in, and out again. */
import type { components } from '@openpaas/api';
import { ask, Button, devicesIcon, Failure, phoneIcon, Skeleton, useAnswer, useWorkspace, type IWorkspace } from '@openpaas/base';

import { agentOf } from './agents.js';
import { confirmed, Said, useAction } from './parts.js';

type Session = components['schemas']['Session'];

/** “Firefox on Linux”. */
export function deviceOf(workspace: IWorkspace, agent: string): string {
  const { words } = workspace;
  const { browser, system } = agentOf(agent);
  if (browser !== '' && system !== '') {
    return words.__('%1 on %2', browser, system);
  }
  return browser || system || words.__('Another program');
}

/** The network a session came from: the server keeps no more of an address. */
export function placeOf(workspace: IWorkspace, address: string): string {
  if (address.startsWith('127.') || address === '::/64') {
    return workspace.words.__('The server itself');
  }
  return workspace.words.__('Network %1', address);
}

export function Devices(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const { data, fault, again } = useAnswer(
    'sessions',
    signal => ask<Session[]>(workspace, 'sessions', { signal }),
    event => /^Session/.test(event.type)
  );
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={3} /> : <Failure sentence={fault} retry={again} />;
  }
  const end = (session: Session): Promise<boolean> =>
    action.run(() => ask(workspace, `sessions/${session.id}`, { method: 'DELETE' }), words.__('This device is logged out.')).then(done => (again(), done));
  const endOthers = async (): Promise<void> => {
    const title = words.__('Log out everywhere else?');
    const body = words.__('All other devices and windows lose their connection at once. This one stays.');
    if (await confirmed(title, body, words.__('Log out everywhere else'), words.__('Cancel'))) {
      await action.run(() => ask(workspace, 'sessions', { method: 'DELETE' }), words.__('All other devices are logged out.'));
      again();
    }
  };
  const sorted = [...data].sort((a, b) => Number(b.current) - Number(a.current) || b.seen_at - a.seen_at);
  return (
    <>
      <p className="opw-muted">{words.__('Each login in a browser. Whoever you do not recognise here: log it out and change your password.')}</p>
      <ul className="opw-List">
        {sorted.map(session => (
          <Device key={session.id} session={session} busy={action.busy} end={() => void end(session)} />
        ))}
      </ul>
      <div className="opw-Form-end">
        {data.length > 1 && (
          <Button tone="danger" busy={action.busy} onClick={() => void endOthers()}>
            {words.__('Log out everywhere else')}
          </Button>
        )}
        <Said action={action} />
      </div>
    </>
  );
}

function Device({ session, busy, end }: { session: Session; busy: boolean; end: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const Icon = agentOf(session.agent).phone ? phoneIcon : devicesIcon;
  return (
    <li className="opw-Row">
      <Icon.react tag="span" className="opw-Row-icon" width="20px" height="20px" aria-hidden />
      <span className="opw-Row-text">
        <b>{deviceOf(workspace, session.agent)}</b>
        {session.current && <span className="opw-Tag">{words.__('This device')}</span>}
        <span className="opw-Row-more opw-muted">
          {placeOf(workspace, session.address)} · <span title={when.full(session.seen_at)}>{words.__('seen %1', when.ago(session.seen_at))}</span> ·{' '}
          {words.__('logged in %1', when.ago(session.created_at))}
        </span>
      </span>
      {!session.current && (
        <Button busy={busy} aria-label={words.__('Log out %1', deviceOf(workspace, session.agent))} onClick={end}>
          {words.__('Log it out')}
        </Button>
      )}
    </li>
  );
}
