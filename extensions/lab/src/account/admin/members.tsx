/** The members as a table; one of them beside it. */
import { ask, Button, Empty, Failure, plusIcon, searchIcon, Skeleton, useAnswer, useWorkspace, type IAnswer } from '@openpaas/base';
import type { components } from '@openpaas/api';
import * as React from 'react';

import { Invite } from './invite.js';
import { MemberPanel } from './member.js';
import { nameOf, RecordFace, type MemberRecord } from './people.js';

type Records = components['schemas']['MemberRecords'];
export const ABOUT_MEMBERS = /^(Member|Group|Session|Token|Link|Password)/;
const PAGE = 50;
const SETTLE_MS = 200;

interface IMembersProps {
  member: string;
  choose: (id: string) => void;
}

interface IFilter {
  text: string;
  standing: string;
}

export function Members({ member, choose }: IMembersProps): JSX.Element {
  const { words } = useWorkspace();
  const [inviting, setInviting] = React.useState(false);
  const [filter, setFilter] = React.useState<IFilter>({ text: '', standing: '' });
  const invited = (id?: string): void => {
    setInviting(false);
    if (id !== undefined) {
      choose(id);
    }
  };
  return (
    <>
      <div className="opw-Filter">
        <Filter filter={filter} set={setFilter} />
        <Button tone="primary" icon={plusIcon} onClick={() => setInviting(true)}>
          {words.__('Invite')}
        </Button>
      </div>
      {inviting && <Invite done={invited} />}
      <Found filter={filter} member={member} choose={choose} />
    </>
  );
}

function Filter({ filter, set }: { filter: IFilter; set: (filter: IFilter) => void }): JSX.Element {
  const { words } = useWorkspace();
  const standings = [
    ['', words.__('All')],
    ['active', words.__('Active')],
    ['invited', words.__('Invited')],
    ['administrator', words.__('Administrators')],
    ['disabled', words.__('Disabled')],
    ['erased', words.__('Erased')]
  ];
  return (
    <>
      <span className="opw-Find">
        <searchIcon.react tag="span" width="16px" height="16px" aria-hidden />
        <input
          className="opw-Input"
          type="search"
          aria-label={words.__('Search members')}
          placeholder={words.__('Name, address or unit')}
          value={filter.text}
          onChange={event => set({ ...filter, text: event.target.value })}
        />
      </span>
      <select
        className="opw-Input"
        aria-label={words.__('Which members')}
        value={filter.standing}
        onChange={event => set({ ...filter, standing: event.target.value })}
      >
        {standings.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </>
  );
}

/** The members that fit; what was found stays on the screen until the next answer is there. */
function useRecords({ text, standing }: IFilter, limit: number): IAnswer<Records> {
  const workspace = useWorkspace();
  const [q, setQ] = React.useState('');
  React.useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const answer = useAnswer(
    `members ${standing} ${limit} ${q}`,
    signal => ask<Records>(workspace, 'administration/members', { signal, query: { q, standing, limit } }),
    event => ABOUT_MEMBERS.test(event.type)
  );
  const last = React.useRef<Records>();
  last.current = answer.data ?? last.current;
  return { ...answer, data: last.current };
}

function Found({ filter, member, choose }: IMembersProps & { filter: IFilter }): JSX.Element {
  const { words } = useWorkspace();
  const [limit, setLimit] = React.useState(PAGE);
  const { data, fault, again } = useRecords(filter, limit);
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={6} /> : <Failure sentence={fault} retry={again} />;
  }
  return (
    <>
      {fault !== undefined && <Failure sentence={fault} retry={again} />}
      <p className="opw-muted" role="status">
        {words._n('%1 member', '%1 members', data.total, String(data.total))}
      </p>
      <div className={`opw-Split${member === '' ? '' : ' opw-mod-open'}`}>
        {data.members.length === 0 ? (
          <Empty icon={searchIcon} title={words.__('Nobody found')} hint={words.__('Try another name, or all members.')} />
        ) : (
          <Table records={data.members} chosen={member} choose={choose} />
        )}
        {member !== '' && <MemberPanel key={member} id={member} close={() => choose('')} changed={again} />}
      </div>
      {data.next !== '' && (
        <div>
          <Button onClick={() => setLimit(Math.min(500, limit * 2))}>{words.__('Show more')}</Button>
        </div>
      )}
    </>
  );
}

function Table({ records, chosen, choose }: { records: MemberRecord[]; chosen: string; choose: (id: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <table className="opw-Table">
      <thead>
        <tr>
          <th scope="col">{words.__('Name')}</th>
          <th scope="col">{words.__('Unit')}</th>
          <th scope="col">{words.__('State')}</th>
          <th scope="col">{words.__('Last seen')}</th>
        </tr>
      </thead>
      <tbody>
        {records.map(record => (
          <Row key={record.id} record={record} chosen={record.id === chosen} choose={() => choose(record.id)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ record, chosen, choose }: { record: MemberRecord; chosen: boolean; choose: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  return (
    <tr aria-selected={chosen} onClick={choose}>
      <th scope="row">
        <span className="opw-Person">
          <RecordFace record={record} />
          <span className="opw-Person-text">
            <button type="button" className="opw-Link" onClick={choose}>
              {nameOf(workspace, record)}
            </button>
            {record.erased_at === null && <span className="opw-muted opw-ellipsis">@{record.username}</span>}
          </span>
        </span>
      </th>
      <td data-label={words.__('Unit')}>{record.unit}</td>
      <td data-label={words.__('State')}>
        <States record={record} />
      </td>
      <td data-label={words.__('Last seen')} title={record.seen_at === null ? undefined : when.full(record.seen_at)}>
        {record.seen_at === null ? <span className="opw-muted">{words.__('never')}</span> : when.ago(record.seen_at)}
      </td>
    </tr>
  );
}

export function States({ record }: { record: MemberRecord }): JSX.Element {
  const { words } = useWorkspace();
  const found = [
    ...(record.erased_at !== null ? [words.__('Erased')] : record.disabled_at !== null ? [words.__('Disabled')] : []),
    ...(record.administrator ? [words.__('Administrator')] : []),
    ...(record.invited && record.disabled_at === null ? [words.__('Invited')] : []),
    ...(record.demo ? [words.__('Demonstration')] : [])
  ];
  return (
    <span className="opw-Tags">
      {found.length === 0 && <span className="opw-muted">{words.__('Active')}</span>}
      {found.map(word => (
        <span key={word} className="opw-Tag">
          {word}
        </span>
      ))}
    </span>
  );
}
