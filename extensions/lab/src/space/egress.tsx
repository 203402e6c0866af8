/** What the notebooks of a space may reach on the Internet, for its managers: they ask, an administrator allows. */
import type { components } from '@openpaas/api';
import { ask, Button, Failure, IconButton, Skeleton, trashIcon, useAnswer, useWorkspace, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { confirmed } from '../account/parts.js';
import { Told, useChange, type IChange } from './change.js';

type List = components['schemas']['EgressList'];
type EgressHost = components['schemas']['EgressHost'];

interface IEgressProps {
  /** The id of the space. */
  id: string;
  personal: boolean;
}

export function Egress(props: IEgressProps): JSX.Element {
  const { words } = useWorkspace();
  const title = words.__('Internet access of notebooks');
  return (
    <section className="opw-Card opw-Space-section" aria-label={title}>
      <h2>{title}</h2>
      <EgressList {...props} />
    </section>
  );
}

/** The list, and the form that asks for more. */
export function EgressList({ id, personal }: IEgressProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const { data, fault, again } = useAnswer(
    `egress ${id}`,
    signal => ask<List>(workspace, `spaces/${id}/egress`, { signal }),
    event => /^Egress/.test(event.type)
  );
  const change = useChange(again);
  return (
    <div className="opw-Egress">
      <p className="opw-muted opw-small">
        {personal
          ? words.__('Your notebooks reach these hosts only. You ask for one, an administrator allows it; each connection is in the event log.')
          : words.__('Notebooks of this space reach these hosts only. You ask for one, an administrator allows it; each connection is in the event log.')}
      </p>
      {fault !== undefined && <Failure sentence={fault} retry={again} />}
      {data === undefined && fault === undefined && <Skeleton rows={2} />}
      {data !== undefined && <Hosts list={data} id={id} change={change} />}
      <Ask id={id} suggested={suggestion(data)} change={change} />
      <Packages id={id} change={change} />
      <Told change={change} />
    </div>
  );
}

/** The host of the package index, while it is not on the list. */
function suggestion(list: List | undefined): string {
  const index = list?.package_index ?? '';
  return list?.hosts.some(host => host.host === index) === true ? '' : index;
}

export function stateWord({ words }: IWorkspace, state: EgressHost['state']): string {
  return { asked: words.__('Waiting'), allowed: words.__('Allowed'), refused: words.__('Refused') }[state];
}

function Hosts({ list, id, change }: { list: List; id: string; change: IChange }): JSX.Element {
  const { words } = useWorkspace();
  if (list.hosts.length === 0) {
    return <p className="opw-small">{words.__('No host yet: the notebooks have no Internet access.')}</p>;
  }
  return (
    <ul className="opw-Share-list">
      {list.hosts.map(host => (
        <Host key={host.id} host={host} id={id} change={change} />
      ))}
    </ul>
  );
}

function Host({ host, id, change }: { host: EgressHost; id: string; change: IChange }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const remove = (): Promise<boolean> =>
    change.run(words.__('“%1” is off the list.', host.host), () => ask(workspace, `spaces/${id}/egress/${host.id}`, { method: 'DELETE' }));
  const why = host.state !== 'asked' && host.answer !== '' ? host.answer : host.reason;
  return (
    <li className="opw-Egress-host">
      <div className="opw-Row-text">
        <span className="opw-Egress-name">{host.host}</span>{' '}
        <span className="opw-Egress-state" data-state={host.state}>
          {stateWord(workspace, host.state)}
        </span>
        <p className="opw-muted opw-small">{why}</p>
      </div>
      <IconButton icon={trashIcon} label={words.__('Take “%1” off the list', host.host)} disabled={change.busy} onClick={() => void remove()} />
    </li>
  );
}

/** The way back from packages that fill the space, or hinder the notebooks. */
function Packages({ id, change }: { id: string; change: IChange }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const remove = async (): Promise<void> => {
    const verb = words.__('Remove the packages');
    const body = words.__('All packages that were installed with %pip go. Restart the kernels that run, then install what you need again.');
    if (await confirmed(words.__('Remove the installed packages?'), body, verb, words.__('Cancel'))) {
      await change.run(words.__('The packages are removed; restart the kernels that run.'), () =>
        ask(workspace, `spaces/${id}/packages`, { method: 'DELETE' })
      );
    }
  };
  return (
    <Button tone="quiet" className="opw-Egress-packages" busy={change.busy} onClick={() => void remove()}>
      {words.__('Remove the installed packages…')}
    </Button>
  );
}

function Ask({ id, suggested, change }: { id: string; suggested: string; change: IChange }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const field = React.useId();
  const [host, setHost] = React.useState('');
  const [reason, setReason] = React.useState('');
  const send = async (): Promise<void> => {
    const done = words.__('The administrators were asked for “%1”.', host.trim());
    if (await change.run(done, () => ask(workspace, `spaces/${id}/egress`, { method: 'POST', body: { host, reason } }))) {
      setHost('');
      setReason('');
    }
  };
  return (
    <form
      className="opw-Egress-ask"
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="opw-Field">
        <label htmlFor={`${field}-host`}>{words.__('Host')}</label>
        <input
          id={`${field}-host`}
          required
          maxLength={300}
          autoCapitalize="none"
          spellCheck={false}
          placeholder="example.org"
          value={host}
          aria-describedby={suggested === '' ? undefined : `${field}-hint`}
          onChange={event => setHost(event.target.value)}
        />
        <p id={`${field}-hint`} className="opw-muted opw-small" hidden={suggested === ''}>
          {words.__('To install packages with %pip: %1.', suggested)}
        </p>
      </div>
      <div className="opw-Field">
        <label htmlFor={`${field}-reason`}>{words.__('What for')}</label>
        <input id={`${field}-reason`} required maxLength={500} value={reason} onChange={event => setReason(event.target.value)} />
      </div>
      <Button type="submit" busy={change.busy} disabled={host.trim() === '' || reason.trim() === ''}>
        {words.__('Ask for this host')}
      </Button>
    </form>
  );
}
