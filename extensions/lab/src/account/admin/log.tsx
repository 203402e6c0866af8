/** The event log: who did what to what, when; filtered, taken along as CSV, checked. */
import { URLExt } from '@jupyterlab/coreutils';
import { API_ROOT, type components } from '@openpaas/api';
import { ask, Button, downloadIcon, Empty, Failure, IconButton, logIcon, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Said, useAction } from '../parts.js';
import { factGroups } from './facts.js';
import { Person } from './people.js';

type Page = components['schemas']['AuditPage'];
type Entry = components['schemas']['AuditEntry'];
type Check = components['schemas']['LogCheck'];
const DAY = 86_400_000;
const PAGE = 100;
const REF = /^[a-z]{1,20}:[A-Za-z0-9_-]{1,64}$/;

interface IFilter {
  type: string;
  member: string;
  ref: string;
  since: string;
  until: string;
}

const EMPTY: IFilter = { type: '', member: '', ref: '', since: '', until: '' };

/** The filter as the server takes it; days are those of the reader. */
function queryOf(filter: IFilter): Record<string, string | number> {
  const day = (text: string, more: number): number => new Date(`${text}T00:00`).getTime() + more;
  return {
    ...(filter.type === '' ? {} : { type: filter.type }),
    ...(filter.member === '' ? {} : { member: filter.member }),
    ...(REF.test(filter.ref) ? { ref: filter.ref } : {}),
    ...(filter.since === '' ? {} : { since: day(filter.since, 0) }),
    ...(filter.until === '' ? {} : { until: day(filter.until, DAY) })
  };
}

export function Log(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [filter, setFilter] = React.useState(EMPTY);
  const [limit, setLimit] = React.useState(PAGE);
  const query = queryOf(filter);
  const { data, fault, again } = useAnswer(
    `log ${limit} ${JSON.stringify(query)}`,
    signal => ask<Page>(workspace, 'events', { signal, query: { ...query, limit } }),
    () => true
  );
  const kept = React.useRef<Page>();
  kept.current = data ?? kept.current;
  const shown = data ?? kept.current;
  return (
    <>
      <Filters filter={filter} set={setFilter} />
      {fault !== undefined && <Failure sentence={fault} retry={again} />}
      {shown === undefined ? (
        fault === undefined && <Skeleton rows={10} />
      ) : shown.events.length === 0 ? (
        <Empty icon={logIcon} title={words.__('Nothing found')} hint={words.__('Widen the time, or leave a filter out.')} />
      ) : (
        <Events entries={shown.events} only={ref => setFilter({ ...filter, ref })} />
      )}
      {shown?.next != null && limit < 1000 && (
        <div>
          <Button onClick={() => setLimit(Math.min(1000, limit + 200))}>{words.__('Show older ones')}</Button>
        </div>
      )}
      <Chain />
    </>
  );
}

function Events({ entries, only }: { entries: Entry[]; only: (ref: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <table className="opw-Table opw-Log">
      <thead>
        <tr>
          <th scope="col">
            <span className="opw-visuallyHidden">{words.__('Details')}</span>
          </th>
          <th scope="col">{words.__('When')}</th>
          <th scope="col">{words.__('Who')}</th>
          <th scope="col">{words.__('What')}</th>
          <th scope="col">{words.__('Object')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(entry => (
          <Row key={entry.seq} entry={entry} only={only} />
        ))}
      </tbody>
    </table>
  );
}

function Filters({ filter, set }: { filter: IFilter; set: (filter: IFilter) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, settings } = workspace;
  const change = (more: Partial<IFilter>): void => set({ ...filter, ...more });
  const csv = new URLSearchParams(Object.entries(queryOf(filter)).map(([key, value]) => [key, String(value)])).toString();
  return (
    <div className="opw-Filter opw-mod-labels">
      <What value={filter.type} set={type => change({ type })} />
      <Who value={filter.member} set={member => change({ member })} />
      <label className="opw-Field">
        <span>{words.__('Object')}</span>
        <input
          placeholder="space:… file:…"
          value={filter.ref}
          aria-invalid={(filter.ref !== '' && !REF.test(filter.ref)) || undefined}
          onChange={event => change({ ref: event.target.value.trim() })}
        />
      </label>
      <label className="opw-Field">
        <span>{words.__('From')}</span>
        <input type="date" value={filter.since} onChange={event => change({ since: event.target.value })} />
      </label>
      <label className="opw-Field">
        <span>{words.__('To')}</span>
        <input type="date" value={filter.until} onChange={event => change({ until: event.target.value })} />
      </label>
      {filter !== EMPTY && (
        <Button tone="quiet" onClick={() => set(EMPTY)}>
          {words.__('Clear')}
        </Button>
      )}
      <a className="opw-Button opw-tone-plain" href={`${URLExt.join(settings.baseUrl, API_ROOT, 'events.csv')}?${csv}`} download="events.csv">
        <downloadIcon.react tag="span" className="opw-Button-icon" width="16px" height="16px" aria-hidden />
        {words.__('Download as CSV')}
      </a>
    </div>
  );
}

function Row({ entry, only }: { entry: Entry; only: (ref: string) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const [open, setOpen] = React.useState(false);
  const labels = React.useMemo(() => Object.assign({}, ...factGroups(workspace).map(group => group.types)) as Record<string, string>, [workspace]);
  const [kind, id] = entry.ref.split(':', 2);
  return (
    <>
      <tr>
        <td>
          <IconButton
            icon={open ? caretDownIcon : caretRightIcon}
            label={open ? words.__('Hide the details') : words.__('Show the details')}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          />
        </td>
        <td data-label={words.__('When')} title={when.ago(entry.at)}>
          {when.daysAgo(entry.at) === 0 ? when.time(entry.at) : when.full(entry.at)}
        </td>
        <td data-label={words.__('Who')}>
          <Person id={entry.behalf || entry.actor} />
        </td>
        <td data-label={words.__('What')}>{labels[entry.type] ?? entry.type}</td>
        <td data-label={words.__('Object')}>
          {kind === 'member' ? (
            <Person id={id === 'unknown' ? '' : id} />
          ) : (
            <button type="button" className="opw-Link" title={words.__('Only what happened to this')} onClick={() => only(entry.ref)}>
              <code>{`${kind}:${id.slice(-6)}`}</code>
            </button>
          )}
        </td>
      </tr>
      {open && (
        <tr className="opw-Log-details">
          <td colSpan={5}>
            <pre>{JSON.stringify({ ...entry, at: when.full(entry.at) }, null, 2)}</pre>
          </td>
        </tr>
      )}
    </>
  );
}

/** Whether the log is whole: each event is chained to the one before. */
function Chain(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [check, setCheck] = React.useState<Check>();
  const look = (): void => void action.run(async () => setCheck(await ask<Check>(workspace, 'events/verify')));
  return (
    <div className="opw-Card opw-Rule">
      <h3>{words.__('Is the log whole?')}</h3>
      <p>{words.__('Each event carries a digest of all before it: what is changed, removed or put in is found.')}</p>
      <div className="opw-Form-end">
        <Button busy={action.busy} onClick={look}>
          {words.__('Check the log')}
        </Button>
        <Said action={action} />
      </div>
      {check !== undefined && (
        <p role="status">
          {check.ok
            ? words._n('%1 event checked: the log is whole and unchanged.', '%1 events checked: the log is whole and unchanged.', check.checked, check.checked.toLocaleString(workspace.locale))
            : words.__('Broken at event %1: %2', String(check.broken ?? ''), workspace.sentences.translate(check.reason))}
          <br />
          {check.ok && (
            <>
              <span className="opw-muted">{words.__('Digest to keep elsewhere:')}</span> <code className="opw-Digest">{check.head}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}

function What({ value, set }: { value: string; set: (value: string) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  return (
    <label className="opw-Field">
      <span>{words.__('What')}</span>
      <select value={value} onChange={event => set(event.target.value)}>
        <option value="">{words.__('Everything')}</option>
        {factGroups(workspace).map(group => (
          <optgroup key={group.label} label={group.label}>
            <option value={Object.keys(group.types).join(',')}>{words.__('all: %1', group.label)}</option>
            {Object.entries(group.types).map(([type, label]) => (
              <option key={type} value={type}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function Who({ value, set }: { value: string; set: (value: string) => void }): JSX.Element {
  const { words, directory } = useWorkspace();
  return (
    <label className="opw-Field">
      <span>{words.__('Who')}</span>
      <select value={value} onChange={event => set(event.target.value)}>
        <option value="">{words.__('Everybody')}</option>
        {directory.all().map(member => (
          <option key={member.id} value={member.id}>
            {member.display_name}
          </option>
        ))}
      </select>
    </label>
  );
}
