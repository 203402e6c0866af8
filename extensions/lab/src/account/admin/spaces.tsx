/** All spaces: how large, who manages them; what is in them stays with those who may see it. */
import type { components } from '@openpaas/api';
import { ask, Button, Failure, Skeleton, useAnswer, useWorkspace, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { confirmed, Said, useAction, type IAction } from '../parts.js';
import { Person, SubjectName } from './people.js';

type Space = components['schemas']['SpaceRecord'];
type Group = components['schemas']['Group'];
const MANY = 3;

export function useGroupNames(): ReadonlyMap<string, string> {
  const workspace = useWorkspace();
  const { data } = useAnswer('groups', signal => ask<Group[]>(workspace, 'groups', { signal }), event => /^Group/.test(event.type));
  return React.useMemo(() => new Map((data ?? []).map(group => [group.id, group.name])), [data]);
}

type Kind = Space['kind'];

function kindWords({ words }: IWorkspace): Record<Kind, string> {
  return { personal: words.__('Own files'), team: words.__('Team'), organisation: words.__('Organisation') };
}

export function SpacesTable(): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [kind, setKind] = React.useState('');
  const { data, fault, again } = useAnswer(
    'spaces',
    signal => ask<Space[]>(workspace, 'administration/spaces', { signal }),
    event => /^(Space|Grant|Member)/.test(event.type)
  );
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={6} /> : <Failure sentence={fault} retry={again} />;
  }
  const alone = data.filter(space => space.orphaned).length;
  const shown = data.filter(space => kind === '' || space.kind === kind || (kind === 'orphaned' && space.orphaned));
  return (
    <>
      <p className="opw-muted">{words.__('You see how large a space is and who manages it; what is in it stays with those whom it was shared with.')}</p>
      {alone > 0 && (
        <p className="opw-Notice-card" role="status">
          {words._n('%1 space has nobody who manages it.', '%1 spaces have nobody who manages them.', alone, String(alone))}
        </p>
      )}
      <div className="opw-Filter">
        <select className="opw-Input" aria-label={words.__('Which spaces')} value={kind} onChange={event => setKind(event.target.value)}>
          <option value="">{words.__('All')}</option>
          <option value="team">{words.__('Team')}</option>
          <option value="personal">{words.__('Own files')}</option>
          <option value="orphaned">{words.__('Without manager')}</option>
        </select>
        <span className="opw-muted">{words._n('%1 space', '%1 spaces', shown.length, String(shown.length))}</span>
      </div>
      <Said action={action} />
      <Table spaces={shown} action={action} changed={again} />
    </>
  );
}

interface ITableProps {
  action: IAction;
  changed: () => void;
}

function Table({ spaces, ...rest }: ITableProps & { spaces: Space[] }): JSX.Element {
  const { words } = useWorkspace();
  const groups = useGroupNames();
  return (
    <table className="opw-Table">
      <thead>
        <tr>
          <th scope="col">{words.__('Name')}</th>
          <th scope="col">{words.__('Managers')}</th>
          <th scope="col" className="opw-mod-number">
            {words.__('Files')}
          </th>
          <th scope="col" className="opw-mod-number">
            {words.__('Size')}
          </th>
          <th scope="col">
            <span className="opw-visuallyHidden">{words.__('Actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {spaces.map(space => (
          <Row key={space.id} space={space} groups={groups} {...rest} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ space, groups, ...rest }: ITableProps & { space: Space; groups: ReadonlyMap<string, string> }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  return (
    <tr>
      <th scope="row">
        {space.owner_id === '' ? <span className="opw-ellipsis">{space.name}</span> : words.__('Own files')}
        <span className="opw-Tags">
          {space.kind !== 'personal' && <span className="opw-muted">{kindWords(workspace)[space.kind]} </span>}
          {space.archived_at !== null && <span className="opw-Tag">{words.__('Archived')}</span>}
          {space.orphaned && <span className="opw-Tag opw-mod-warn">{words.__('Without manager')}</span>}
        </span>
      </th>
      <td data-label={words.__('Managers')}>
        <Managers space={space} groups={groups} />
      </td>
      <td data-label={words.__('Files')} className="opw-mod-number">
        {space.files.toLocaleString(workspace.locale)}
      </td>
      <td data-label={words.__('Size')} className="opw-mod-number">
        {when.size(space.bytes)}
      </td>
      <td className="opw-mod-end">
        <Verbs space={space} {...rest} />
      </td>
    </tr>
  );
}

function Managers({ space, groups }: { space: Space; groups: ReadonlyMap<string, string> }): JSX.Element {
  if (space.owner_id !== '') {
    return <Person id={space.owner_id} />;
  }
  return (
    <span className="opw-Stack">
      {space.managers.slice(0, MANY).map(subject => (
        <SubjectName key={subject} subject={subject} groups={groups} />
      ))}
      {space.managers.length > MANY && <span className="opw-muted">+{space.managers.length - MANY}</span>}
    </span>
  );
}

function Verbs({ space, action, changed }: ITableProps & { space: Space }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const path = `administration/spaces/${space.id}`;
  const takeOver = async (): Promise<void> => {
    const title = words.__('Take over “%1”?', space.name);
    const body = words.__('Nobody manages this space any more. You become its manager and can read all of it; the event log says so, and its members see it.');
    if (await confirmed(title, body, words.__('Take over'), words.__('Cancel'))) {
      await action.run(() => ask(workspace, `${path}/take-over`, { method: 'POST', body: {} }), words.__('You manage “%1” now.', space.name));
      changed();
    }
  };
  const archive = async (): Promise<void> => {
    const archived = space.archived_at === null;
    const done = archived ? words.__('“%1” is archived: it can only be read.', space.name) : words.__('“%1” is open again.', space.name);
    await action.run(() => ask(workspace, path, { method: 'PATCH', body: { archived } }), done);
    changed();
  };
  const verb = space.archived_at === null ? words.__('Archive') : words.__('Bring back');
  return (
    <>
      {space.orphaned && (
        <Button busy={action.busy} onClick={() => void takeOver()}>
          {words.__('Take over')}
        </Button>
      )}
      {space.kind === 'team' && (
        <Button tone="quiet" busy={action.busy} aria-label={`${verb} ${space.name}`} onClick={() => void archive()}>
          {verb}
        </Button>
      )}
    </>
  );
}
