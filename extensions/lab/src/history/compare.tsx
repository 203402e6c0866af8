/** The main area: what an entry changed, or what came since, cell by cell and word by word. */
import { Button, copyIcon, Empty, Failure, historyIcon, IconButton, restoreIcon, Skeleton, useWorkspace, WorkspaceView, type IWorkspace } from '@openpaas/base';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { Actions, type Open } from './actions.js';
import { Cells, Lines, type IDiffActions } from './diff.js';
import { useComparison, useSignal } from './hooks.js';
import { NOBODY, People, usePeople } from './people.js';
import type { Subject } from './subject.js';
import type { Against, Comparison, IChosen } from './types.js';
import { changesOf, kindOf, titleOf } from './words.js';

export class ComparisonView extends WorkspaceView {
  constructor(
    workspace: IWorkspace,
    readonly subject: Subject,
    open: Open
  ) {
    super(workspace, () => <Compare subject={subject} open={open} />);
    this.id = `opw-comparison-${subject.id}`;
    this.addClass('opw-Comparison');
    this.title.icon = historyIcon;
    this.title.closable = true;
    this.title.label = workspace.words.__('%1 — history', subject.name);
    this.title.caption = subject.path;
    this.node.tabIndex = -1;
  }

  protected override onActivateRequest(): void {
    this.node.focus();
  }
}

function Compare({ subject, open }: { subject: Subject; open: Open }): JSX.Element {
  const { words } = useWorkspace();
  useSignal(subject.changed);
  const actions = React.useMemo(() => new Actions(subject, open), [subject, open]);
  const { chosen } = subject;
  if (chosen === null) {
    return <Empty icon={historyIcon} title={words.__('Choose a version in the panel “History”.')} />;
  }
  return <Chosen subject={subject} chosen={chosen} actions={actions} />;
}

function Chosen({ subject, chosen, actions }: { subject: Subject; chosen: IChosen; actions: Actions }): JSX.Element {
  const [whole, setWhole] = React.useState(false);
  const { entry, base } = chosen;
  const now = subject.against === 'now';
  const compared = useComparison(subject, { base: now ? entry.seq : base, seq: now ? 0 : entry.seq, whole });
  const root = React.useRef<HTMLDivElement>(null);
  const steps = useChanges(root, compared.data);
  return (
    <div ref={root} className="opw-Comparison-view" onKeyDown={steps.onKeyDown}>
      <Head subject={subject} chosen={chosen} actions={actions} data={compared.data} />
      <Tools subject={subject} chosen={chosen} steps={steps} whole={whole} setWhole={setWhole} />
      {compared.fault !== undefined ? (
        <Failure sentence={compared.fault} retry={compared.again} />
      ) : compared.data === undefined ? (
        <Skeleton rows={10} />
      ) : (
        <Body subject={subject} chosen={chosen} actions={actions} data={compared.data} />
      )}
    </div>
  );
}

interface IPartProps {
  subject: Subject;
  chosen: IChosen;
  actions: Actions;
  data: Comparison | undefined;
}

function Head({ subject, chosen, actions, data }: IPartProps): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const { entry } = chosen;
  const now = subject.against === 'now';
  const writers = now ? (data?.people ?? []) : entry.people;
  const newest = data !== undefined && data.head === entry.seq;
  const kind = kindOf(workspace, entry);
  return (
    <header className="opw-Comparison-head">
      <div className="opw-Row-text">
        <h1>{titleOf(workspace, entry)}</h1>
        <p className="opw-Comparison-sub opw-muted">
          {entry.name != null && <span>{when.full(entry.until)}</span>}
          {kind !== '' && <span>{kind}</span>}
          <People writers={writers} />
          {data !== undefined && <span>{changesOf(words, data.counts, subject.isNotebook)}</span>}
        </p>
      </div>
      <div className="opw-Comparison-acts">
        <Button icon={copyIcon} onClick={() => void actions.copyFile(entry)}>{words.__('Copy as a new file…')}</Button>
        {subject.canWrite && !newest && (
          <Button tone="primary" icon={restoreIcon} onClick={() => void actions.restore(entry)}>
            {words.__('Restore this version')}
          </Button>
        )}
      </div>
    </header>
  );
}

interface IToolsProps {
  subject: Subject;
  chosen: IChosen;
  steps: IChanges;
  whole: boolean;
  setWhole: (whole: boolean) => void;
}

function Tools({ subject, chosen, steps, whole, setWhole }: IToolsProps): JSX.Element {
  const { words } = useWorkspace();
  const pick = (against: Against): void => subject.choose(chosen, against);
  return (
    <div className="opw-Comparison-tools">
      <div className="opw-Segments" role="group" aria-label={words.__('Compare')}>
        <button type="button" aria-pressed={subject.against === 'before'} onClick={() => pick('before')}>
          {words.__('What this version changed')}
        </button>
        <button type="button" aria-pressed={subject.against === 'now'} onClick={() => pick('now')}>
          {words.__('What changed since')}
        </button>
      </div>
      <label className="opw-Comparison-whole">
        <input type="checkbox" checked={whole} onChange={event => setWhole(event.target.checked)} />
        {words.__('Also what is the same')}
      </label>
      <div className="opw-Comparison-steps" role="group" aria-label={words.__('Changes')}>
        <IconButton icon={caretUpIcon} label={words.__('Previous change (Shift+F7 or P)')} disabled={steps.count === 0} onClick={() => steps.go(-1)} />
        <span role="status">{steps.count === 0 ? words.__('No change') : words.__('%1 of %2', steps.at + 1 || '–', steps.count)}</span>
        <IconButton icon={caretDownIcon} label={words.__('Next change (F7 or N)')} disabled={steps.count === 0} onClick={() => steps.go(1)} />
      </div>
    </div>
  );
}

function Body({ subject, chosen, actions, data }: IPartProps & { data: Comparison }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const people = usePeople(data.people);
  const authors = new Map(people.map(({ writer, person, name }) => [writer.author, { name, color: person?.color ?? NOBODY }]));
  const now = subject.against === 'now';
  const diff: IDiffActions = {
    authors,
    // Which number has a cell as this version had it: one that was just removed, the one before.
    source: op => (now ? (op === 'added' ? null : chosen.entry.seq) : op === 'removed' ? (chosen.base > 0 ? chosen.base : null) : chosen.entry.seq),
    copy: (seq, cell) => void actions.copySource(seq, cell),
    restore: subject.canWrite ? (seq, cell) => void actions.restoreCell(seq, cell) : null
  };
  const nothing = Object.values(data.counts).every(count => count === 0);
  return (
    <>
      {data.cut && <p className="opw-Comparison-note" role="note">{words.__('There is too much to show: only the beginning is here.')}</p>}
      {data.details && <p className="opw-Comparison-note" role="note">{words.__('The settings of the notebook itself have changed too (kernel, language).')}</p>}
      {nothing && !data.cut && (
        <Empty
          title={now ? words.__('Nothing has changed since') : words.__('Nothing that can be seen was changed')}
          hint={now ? words.__('The file is as it was in this version.') : ''}
        />
      )}
      {data.cells != null && <Cells cells={data.cells} diff={diff} />}
      {data.lines != null && <Lines lines={data.lines} diff={diff} />}
    </>
  );
}

interface IChanges {
  at: number;
  count: number;
  go: (step: number) => void;
  onKeyDown: (event: React.KeyboardEvent) => void;
}

/** From change to change: buttons, F7 as editors have it, and the letters N and P. */
function useChanges(root: React.RefObject<HTMLElement>, data: Comparison | undefined): IChanges {
  const [at, setAt] = React.useState(-1);
  const [count, setCount] = React.useState(0);
  const places = (): HTMLElement[] => [...(root.current?.querySelectorAll<HTMLElement>('[data-change]') ?? [])];
  React.useEffect(() => {
    setCount(places().length);
    setAt(-1);
  }, [data?.base, data?.seq, data?.cells?.length, data?.lines?.length]);
  const go = (step: number): void => {
    const all = places();
    if (all.length > 0) {
      const to = at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length;
      setAt(to);
      all[to].focus({ preventScroll: true });
      const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      all[to].scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const key = event.key === 'F7' ? (event.shiftKey ? 'p' : 'n') : event.key.toLowerCase();
    if (key === 'n' || key === 'p') {
      event.preventDefault();
      event.stopPropagation();
      go(key === 'n' ? 1 : -1);
    }
  };
  return { at, count, go, onKeyDown };
}
