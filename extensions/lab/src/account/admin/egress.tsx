/** What notebooks may reach on the Internet: all that managers asked for, and the administrators' word. */
import type { components } from '@openpaas/api';
import { ask, Button, Empty, Failure, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';

import { stateWord } from '../../space/egress.js';
import { Said, useAction, type IAction } from '../parts.js';
import { Person } from './people.js';

type EgressRequest = components['schemas']['EgressRequest'];
type State = components['schemas']['HostAnswer']['state'];

export function EgressTable(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const { data, fault, again } = useAnswer(
    'egress requests',
    signal => ask<EgressRequest[]>(workspace, 'administration/egress', { signal }),
    event => /^Egress/.test(event.type)
  );
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={6} /> : <Failure sentence={fault} retry={again} />;
  }
  const waiting = data.filter(request => request.host.state === 'asked').length;
  return (
    <>
      <p className="opw-muted">
        {words.__('Notebooks reach only what is allowed here, space by space. Managers ask; what you withdraw is cut at once.')}
      </p>
      <p className="opw-muted" role="status">
        {words._n('%1 host waits for an answer', '%1 hosts wait for an answer', waiting, String(waiting))}
      </p>
      <Said action={action} />
      {data.length === 0 ? <Empty title={words.__('Nobody has asked for a host yet.')} /> : <Table requests={data} action={action} again={again} />}
    </>
  );
}

interface IVerbs {
  action: IAction;
  again: () => void;
}

function Table({ requests, ...verbs }: IVerbs & { requests: EgressRequest[] }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <table className="opw-Table">
      <thead>
        <tr>
          <th scope="col">{words.__('Host')}</th>
          <th scope="col">{words.__('Space')}</th>
          <th scope="col">{words.__('Asked by')}</th>
          <th scope="col">{words.__('What for')}</th>
          <th scope="col">
            <span className="opw-visuallyHidden">{words.__('Actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {requests.map(request => (
          <Row key={request.host.id} request={request} {...verbs} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ request, ...verbs }: IVerbs & { request: EgressRequest }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const { host } = request;
  return (
    <tr>
      <th scope="row">
        <span className="opw-Egress-name">{host.host}</span>
        <span className="opw-Tags">
          <span className={`opw-Tag${host.state === 'asked' ? ' opw-mod-warn' : ''}`}>{stateWord(workspace, host.state)}</span>
        </span>
      </th>
      <td data-label={words.__('Space')}>{request.owner_id === '' ? request.space : <Person id={request.owner_id} />}</td>
      <td data-label={words.__('Asked by')} title={when.full(host.asked_at)}>
        <Person id={host.asked_by} />
      </td>
      <td data-label={words.__('What for')}>{host.reason}</td>
      <td className="opw-mod-end">
        <Verbs request={request} {...verbs} />
      </td>
    </tr>
  );
}

function Verbs({ request, action, again }: IVerbs & { request: EgressRequest }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const { host } = request;
  const decide = async (state: State, done: string): Promise<void> => {
    await action.run(() => ask(workspace, `administration/egress/${host.id}`, { method: 'PATCH', body: { state } }), done);
    again();
  };
  const allow = (): Promise<void> => decide('allowed', words.__('“%1” is allowed.', host.host));
  const refuse = (): Promise<void> => decide('refused', words.__('“%1” is not allowed.', host.host));
  const no = host.state === 'allowed' ? words.__('Withdraw') : words.__('Refuse');
  return (
    <>
      {host.state !== 'allowed' && (
        <Button busy={action.busy} aria-label={`${words.__('Allow')} ${host.host}`} onClick={() => void allow()}>
          {words.__('Allow')}
        </Button>
      )}
      {host.state !== 'refused' && (
        <Button tone="quiet" busy={action.busy} aria-label={`${no} ${host.host}`} onClick={() => void refuse()}>
          {no}
        </Button>
      )}
    </>
  );
}
