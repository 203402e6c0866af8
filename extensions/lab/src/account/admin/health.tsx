/** How the server is: what is wrong stands first, with what to type. */
import type { components } from '@openpaas/api';
import { ask, Button, Failure, goodIcon, Skeleton, useAnswer, useWorkspace, warningIcon } from '@openpaas/base';

import { Person } from './people.js';

type Report = components['schemas']['Health'];

export function Health(): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const { data, fault, loading, again } = useAnswer('health', signal => ask<Report>(workspace, 'administration/health', { signal }), event => /^Kernel/.test(event.type));
  if (data === undefined) {
    return fault === undefined ? <Skeleton rows={8} /> : <Failure sentence={fault} retry={again} />;
  }
  const bad = data.sandbox.some(check => !check.ok && check.needed) || data.jobs.some(job => !job.ok) || !data.database_ok;
  return (
    <>
      <div className="opw-Filter">
        <Verdict ok={!bad} sentence={bad ? words.__('Something needs you: see below.') : words.__('All is well.')} />
        <Button busy={loading} onClick={again}>
          {words.__('Check again')}
        </Button>
      </div>
      <h3>{words.__('Database')}</h3>
      <Verdict
        ok={data.database_ok}
        sentence={data.database_ok ? words.__('%1 answers and is whole.', data.database) : words.__('%1 is damaged: restore a backup.', data.database)}
      />
      <Checks report={data} />
      <Kernels report={data} />
      <Jobs report={data} />
      <h3>{words.__('Versions')}</h3>
      <dl className="opw-Facts">
        {Object.entries(data.versions).map(([name, version]) => (
          <Fact key={name} name={name} value={version} />
        ))}
        <Fact name={words.__('Started')} value={when.full(data.started_at)} />
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Verdict({ ok, soft = false, sentence }: { ok: boolean; soft?: boolean; sentence: string }): JSX.Element {
  const { words } = useWorkspace();
  const Icon = ok ? goodIcon : warningIcon;
  return (
    <p className={`opw-Verdict opw-mod-${ok ? 'good' : soft ? 'soft' : 'bad'}`}>
      <Icon.react tag="span" width="16px" height="16px" aria-hidden />
      <span className="opw-visuallyHidden">{ok ? words.__('Good:') : soft ? words.__('Note:') : words.__('Wrong:')}</span>
      <span>{sentence}</span>
    </p>
  );
}

function Checks({ report }: { report: Report }): JSX.Element {
  const { words, sentences } = useWorkspace();
  const checks = [...report.sandbox].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <>
      <h3>{words.__('Sandbox of the kernels')}</h3>
      <ul className="opw-List">
        {checks.map(check => (
          <li key={check.name}>
            <Verdict ok={check.ok} soft={!check.needed} sentence={sentences.translate(check.sentence)} />
            {!check.ok && check.remedy !== '' && <code className="opw-Remedy">{check.remedy}</code>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Kernels({ report }: { report: Report }): JSX.Element {
  const { words, when } = useWorkspace();
  const states: Record<string, string> = {
    starting: words.__('starting'),
    idle: words.__('idle'),
    busy: words.__('busy'),
    restarting: words.__('restarting')
  };
  return (
    <>
      <h3>{words.__('Running kernels')}</h3>
      {report.kernels.length === 0 ? (
        <p className="opw-muted">{words.__('None.')}</p>
      ) : (
        <ul className="opw-List">
          {report.kernels.map(kernel => (
            <li key={kernel.id} className="opw-Row">
              <Person id={kernel.member_id} />
              <span className="opw-Tag">{states[kernel.state] ?? kernel.state}</span>
              <span className="opw-muted">{kernel.active_at === null ? '' : words.__('active %1', when.ago(kernel.active_at))}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Jobs({ report }: { report: Report }): JSX.Element {
  const { words, when } = useWorkspace();
  return (
    <>
      <h3>{words.__('Background work')}</h3>
      <table className="opw-Table">
        <thead>
          <tr>
            <th scope="col">{words.__('What')}</th>
            <th scope="col">{words.__('Last run')}</th>
            <th scope="col">{words.__('Result')}</th>
          </tr>
        </thead>
        <tbody>
          {report.jobs.map(job => (
            <tr key={job.name}>
              <th scope="row">{job.name}</th>
              <td data-label={words.__('Last run')}>{job.ran_at === null ? words.__('not since the start') : when.ago(job.ran_at)}</td>
              <td data-label={words.__('Result')}>{job.ok ? words.__('fine') : <span className="opw-Tag opw-mod-warn">{words.__('failed, tries again')}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
