/** Who is logged in, where; and out again. */
import type { components } from '@openpaas/api';
import { ask, Button, Failure, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';

import { deviceOf, placeOf } from '../devices.js';
import { Said, useAction } from '../parts.js';
import { Person } from './people.js';

type Session = components['schemas']['SessionRecord'];

export function Logins(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const { data, fault, again } = useAnswer(
    'logins',
    signal => ask<Session[]>(workspace, 'administration/sessions', { signal }),
    event => /^Session/.test(event.type)
  );
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={6} /> : <Failure sentence={fault} retry={again} />;
  }
  const end = async (session: Session): Promise<void> => {
    await action.run(() => ask(workspace, `administration/sessions/${session.id}`, { method: 'DELETE' }), words.__('This login has ended.'));
    again();
  };
  return (
    <>
      <p className="opw-muted" role="status">
        {words._n('%1 open login', '%1 open logins', data.length, String(data.length))}
      </p>
      <Said action={action} />
      <table className="opw-Table">
        <thead>
          <tr>
            <th scope="col">{words.__('Member')}</th>
            <th scope="col">{words.__('Device')}</th>
            <th scope="col">{words.__('Place')}</th>
            <th scope="col">{words.__('Last seen')}</th>
            <th scope="col">
              <span className="opw-visuallyHidden">{words.__('Actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data.map(session => (
            <Login key={session.id} session={session} busy={action.busy} end={() => void end(session)} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Login({ session, busy, end }: { session: Session; busy: boolean; end: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  return (
    <tr>
      <th scope="row">
        <Person id={session.member_id} />
      </th>
      <td data-label={words.__('Device')}>
        {deviceOf(workspace, session.agent)} {session.current && <span className="opw-Tag">{words.__('This device')}</span>}
      </td>
      <td data-label={words.__('Place')}>{placeOf(workspace, session.address)}</td>
      <td data-label={words.__('Last seen')} title={when.full(session.seen_at)}>
        {when.ago(session.seen_at)}
      </td>
      <td className="opw-mod-end">
        {!session.current && (
          <Button busy={busy} onClick={end}>
            {words.__('Log it out')}
          </Button>
        )}
      </td>
    </tr>
  );
}
