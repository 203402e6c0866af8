/** How much is stored, and by whom. */
import type { components } from '@openpaas/api';
import { ask, Failure, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';

import { Person } from './people.js';

type Storage = components['schemas']['Storage'];
type Space = components['schemas']['SpaceRecord'];
const MOST = 12;

export function StorageView(): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const { data, fault, again } = useAnswer('storage', signal => ask<Storage>(workspace, 'administration/storage', { signal }));
  const spaces = useAnswer('spaces', signal => ask<Space[]>(workspace, 'administration/spaces', { signal }));
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={6} /> : <Failure sentence={fault} retry={again} />;
  }
  const used = data.disk_bytes - data.disk_free;
  const tiles: [string, string, string][] = [
    [words.__('Files'), when.size(data.files_bytes), words._n('%1 file', '%1 files', data.files, data.files.toLocaleString(workspace.locale))],
    [words.__('Trash'), when.size(data.trash_bytes), words.__('emptied after its delay')],
    [words.__('Large parts'), when.size(data.blobs_bytes), words._n('%1 part', '%1 parts', data.blobs, data.blobs.toLocaleString(workspace.locale))],
    [words.__('Database'), when.size(data.database_bytes), words.__('history, rights, events')]
  ];
  return (
    <>
      <div className="opw-Tiles">
        {tiles.map(([label, value, more]) => (
          <div key={label} className="opw-Card opw-Tile">
            <span className="opw-muted">{label}</span>
            <b>{value}</b>
            <span className="opw-muted">{more}</span>
          </div>
        ))}
      </div>
      <h3>{words.__('Disk of the server')}</h3>
      <Bar part={used} whole={data.disk_bytes} label={words.__('%1 of %2 used, %3 free', when.size(used), when.size(data.disk_bytes), when.size(data.disk_free))} />
      <div className="opw-Columns">
        <div>
          <h3>{words.__('Largest spaces')}</h3>
          <Ranking
            rows={(spaces.data ?? [])
              .filter(space => space.bytes > 0)
              .slice(0, MOST)
              .map(space => ({
                id: space.id,
                name: space.owner_id === '' ? <span className="opw-ellipsis">{space.name}</span> : <Person id={space.owner_id} />,
                bytes: space.bytes
              }))}
          />
        </div>
        <div>
          <h3>{words.__('By who made the files')}</h3>
          <Ranking rows={data.members.slice(0, MOST).map(one => ({ id: one.member_id, name: <Person id={one.member_id} />, bytes: one.bytes }))} />
        </div>
      </div>
    </>
  );
}

function Ranking({ rows }: { rows: { id: string; name: JSX.Element; bytes: number }[] }): JSX.Element {
  const { words, when } = useWorkspace();
  const most = Math.max(1, ...rows.map(row => row.bytes));
  if (rows.length === 0) {
    return <p className="opw-muted">{words.__('Nothing yet.')}</p>;
  }
  return (
    <ul className="opw-List">
      {rows.map(row => (
        <li key={row.id} className="opw-Ranked">
          <span className="opw-Ranked-name">{row.name}</span>
          <span className="opw-muted">{when.size(row.bytes)}</span>
          <span className="opw-Bar-track" aria-hidden>
            <span style={{ width: `${(row.bytes / most) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Bar({ part, whole, label }: { part: number; whole: number; label: string }): JSX.Element {
  const share = whole > 0 ? (part / whole) * 100 : 0;
  return (
    <div>
      <span className={`opw-Bar-track${share > 90 ? ' opw-mod-warn' : ''}`} aria-hidden>
        <span style={{ width: `${share}%` }} />
      </span>
      <p className="opw-muted">{label}</p>
    </div>
  );
}
