/** What is being sent, above the lower right corner: how far, what went wrong, what to decide. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Button, closeIcon, IconButton, IWorkspace, useWorkspace, WorkspaceView } from '@openpaas/base';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { FileDeeds, IFileDeeds } from './deeds.js';
import type { Decision, IItem, ISummary, UploadQueue } from './upload/queue.js';

const MOST_ROWS = 60;
const SPOKEN_MS = 3000;

export const tray: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:upload-tray',
  description: 'Shows what is being uploaded.',
  autoStart: true,
  requires: [IWorkspace, IFileDeeds],
  activate: (_, workspace: IWorkspace, deeds: FileDeeds) => {
    const { queue } = deeds;
    let view: WorkspaceView | null = null;
    queue.changed.connect(() => {
      if (view === null && queue.summary().total > 0) {
        view = new WorkspaceView(workspace, () => <Tray queue={queue} />);
        view.addClass('opw-Tray');
        Widget.attach(view, document.body);
      }
      view?.setHidden(queue.summary().total === 0);
    });
    window.addEventListener('beforeunload', event => {
      if (queue.summary().open > 0) {
        event.preventDefault();
      }
    });
  }
};

function Tray({ queue }: { queue: UploadQueue }): JSX.Element {
  const { words, when } = useWorkspace();
  const again = React.useReducer((count: number) => count + 1, 0)[1];
  const [folded, fold] = React.useState(false);
  React.useEffect(() => {
    queue.changed.connect(again);
    return () => void queue.changed.disconnect(again);
  }, [queue]);
  const summary = queue.summary();
  const rows = queue.shown(MOST_ROWS);
  const ended = summary.open + summary.asking === 0;
  return (
    <section aria-label={words.__('Uploads')}>
      <Head summary={summary} queue={queue} folded={folded} fold={() => fold(!folded)} ended={ended} />
      {summary.cut && !ended && (
        <p className="opw-Tray-note" role="status">
          {words.__('The connection is cut; the upload goes on by itself when it is back.')}
        </p>
      )}
      {summary.asking > 0 && <Conflict queue={queue} count={summary.asking} />}
      {summary.failed > 1 && (
        <div className="opw-Tray-note">
          <Button onClick={() => queue.retry()}>{words.__('Try all %1 again', summary.failed)}</Button>
        </div>
      )}
      {!folded && (
        <ul className="opw-Tray-list">
          {rows.map(item => (
            <Row key={item.key} item={item} queue={queue} />
          ))}
        </ul>
      )}
      {!folded && summary.total > rows.length && (
        <p className="opw-Tray-note opw-muted">
          {words.__('%1 of %2, %3 in all', rows.length, summary.total, when.size(summary.bytes))}
        </p>
      )}
      <Spoken summary={summary} />
    </section>
  );
}

interface IHeadProps {
  summary: ISummary;
  queue: UploadQueue;
  folded: boolean;
  fold: () => void;
  ended: boolean;
}

function Head({ summary, queue, folded, fold, ended }: IHeadProps): JSX.Element {
  const { words } = useWorkspace();
  return (
    <>
      <header className="opw-Tray-head">
        <button type="button" className="opw-Tray-title" aria-expanded={!folded} onClick={fold}>
          <Title summary={summary} />
        </button>
        {ended ? (
          <IconButton icon={closeIcon} label={words.__('Close the list of uploads')} onClick={() => queue.dismiss()} />
        ) : (
          <Button tone="quiet" onClick={() => queue.cancelAll()}>
            {words.__('Cancel all')}
          </Button>
        )}
      </header>
      {!ended && (
        <progress
          aria-label={words.__('Uploads')}
          value={summary.sent + summary.done}
          max={Math.max(1, summary.bytes + summary.total)}
        />
      )}
    </>
  );
}

function useTitle(summary: ISummary): string {
  const { words } = useWorkspace();
  const { total, done, failed, open, asking } = summary;
  if (open > 0) {
    return words.__('%1 of %2 sent', done, total);
  }
  if (asking > 0) {
    return words._n('%1 name is taken', '%1 names are taken', asking);
  }
  if (failed > 0) {
    return words._n('%1 file was not sent', '%1 files were not sent', failed);
  }
  return words._n('%1 file sent', '%1 files sent', done);
}

function Title({ summary }: { summary: ISummary }): JSX.Element {
  return <>{useTitle(summary)}</>;
}

/** What a screen reader hears: not each step. */
function Spoken({ summary }: { summary: ISummary }): JSX.Element {
  const title = useTitle(summary);
  const [said, say] = React.useState('');
  const latest = React.useRef(title);
  latest.current = title;
  React.useEffect(() => {
    const timer = setInterval(() => say(latest.current), SPOKEN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="opw-visuallyHidden" role="status">
      {said}
    </span>
  );
}

function Conflict({ queue, count }: { queue: UploadQueue; count: number }): JSX.Element {
  const { words } = useWorkspace();
  const answers: [Decision, string][] = [
    ['keep', words.__('Keep both')],
    ['replace', words.__('Replace as a new version')],
    ['skip', words.__('Do not send')]
  ];
  return (
    <div className="opw-Tray-ask" role="alert">
      <p>
        {words._n(
          'There is a file of this name already.',
          '%1 files have a name that is there already.',
          count
        )}
      </p>
      {answers.map(([decision, label]) => (
        <Button key={decision} tone={decision === 'keep' ? 'primary' : 'plain'} onClick={() => queue.decide(decision)}>
          {label}
        </Button>
      ))}
    </div>
  );
}

function Row({ item, queue }: { item: IItem; queue: UploadQueue }): JSX.Element {
  const { words, when } = useWorkspace();
  const going = item.state === 'sending' || item.state === 'waiting';
  const percent = item.file.size > 0 ? Math.floor((100 * item.sent) / item.file.size) : 0;
  const states: Record<IItem['state'], string> = {
    waiting: words.__('waits'),
    sending: item.sent > 0 ? words.__('%1 % of %2', percent, when.size(item.file.size)) : when.size(item.file.size),
    asking: words.__('the name is taken'),
    done: words.__('sent'),
    failed: item.fault,
    skipped: words.__('not sent'),
    cancelled: words.__('cancelled')
  };
  return (
    <li className={`opw-Row opw-Tray-row opw-mod-${item.state}`}>
      <span className="opw-Row-text">
        <span className="opw-ellipsis opw-Tray-name" title={`${item.folder}/${item.file.name}`}>
          {item.file.name}
        </span>
        <span className="opw-Tray-state">{states[item.state]}</span>
      </span>
      {item.state === 'failed' && (
        <Button tone="quiet" aria-label={words.__('Try “%1” again', item.file.name)} onClick={() => queue.retry([item])}>
          {words.__('Try again')}
        </Button>
      )}
      {going && <IconButton icon={closeIcon} label={words.__('Cancel “%1”', item.file.name)} onClick={() => queue.cancel(item)} />}
    </li>
  );
}
