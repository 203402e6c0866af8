/** Draws a comparison: cells with their lines, lines with their words, outputs in a few words. */
import { Button, copyIcon, restoreIcon, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import type { DiffCell, DiffLine, DiffOutput } from './types.js';

export interface IAuthor {
  name: string;
  color: string;
}

export interface IDiffActions {
  authors: Map<string, IAuthor>;
  /** The number at which a cell can be found as the chosen version shows it; null: nowhere. */
  source: (op: string) => number | null;
  copy: (seq: number, cell?: string) => void;
  /** Null for who may not write. */
  restore: ((seq: number, cell: string) => void) | null;
}

export function Cells({ cells, diff }: { cells: DiffCell[]; diff: IDiffActions }): JSX.Element {
  return (
    <div className="opw-Diff">
      {cells.map((cell, index) =>
        cell.op === 'skipped' ? (
          <SkippedCells key={index} count={cell.count ?? 0} />
        ) : (
          <Cell key={`${cell.op} ${cell.id} ${cell.old} ${cell.new}`} cell={cell} diff={diff} />
        )
      )}
    </div>
  );
}

function SkippedCells({ count }: { count: number }): JSX.Element {
  const { words } = useWorkspace();
  return <p className="opw-Diff-skipped">{words._n('%1 equal cell', '%1 equal cells', count, count)}</p>;
}

function Cell({ cell, diff }: { cell: DiffCell; diff: IDiffActions }): JSX.Element {
  const { words } = useWorkspace();
  const changed = isChanged(cell);
  const title = words.__('Cell %1', cell.new ?? cell.old);
  const told = stateOf(cell, words);
  return (
    <section
      className={`opw-Diff-cell opw-op-${cell.op}`}
      aria-label={`${title}, ${told}`}
      {...(changed ? { 'data-change': '', tabIndex: -1 } : {})}
    >
      <header className="opw-Diff-cellHead">
        <span className="opw-Diff-cellName">{title}</span>
        <span className="opw-muted">{kindName(cell.cell_type, words)}</span>
        <span className={`opw-Tag opw-op-${cell.op}`}>{told}</span>
        <span className="opw-Diff-space" />
        <CellActions cell={cell} diff={diff} />
      </header>
      <Rows lines={cell.lines ?? []} diff={diff} />
      {cell.outputs === true && <Outputs cell={cell} />}
      {cell.details === true && <p className="opw-Diff-details">{words.__('Its kind, tags or other details have changed.')}</p>}
    </section>
  );
}

function isChanged(cell: DiffCell): boolean {
  return cell.op !== 'same' || cell.moved === true;
}

function CellActions({ cell, diff }: { cell: DiffCell; diff: IDiffActions }): JSX.Element | null {
  const { words } = useWorkspace();
  const seq = diff.source(cell.op);
  const place = cell.new ?? cell.old;
  const { restore } = diff;
  if (seq === null) {
    return null;
  }
  return (
    <>
      <Button tone="quiet" icon={copyIcon} aria-label={words.__('Copy the source of cell %1', place)} onClick={() => diff.copy(seq, cell.id)}>
        {words.__('Copy')}
      </Button>
      {restore !== null && isChanged(cell) && (
        <Button
          tone="quiet"
          icon={restoreIcon}
          aria-label={words.__('Restore cell %1 as it is shown here', place)}
          onClick={() => restore(seq, cell.id)}
        >
          {words.__('Restore this cell')}
        </Button>
      )}
    </>
  );
}

type Words = ReturnType<typeof useWorkspace>['words'];

function stateOf(cell: DiffCell, words: Words): string {
  const moved = cell.moved === true ? words.__('moved') : '';
  const state = {
    added: words.__('added'),
    removed: words.__('removed'),
    changed: words.__('changed'),
    same: moved === '' ? words.__('same') : ''
  }[cell.op];
  return [state ?? '', moved].filter(text => text !== '').join(', ');
}

function kindName(type: string, words: Words): string {
  return { code: words.__('Code'), markdown: words.__('Text'), raw: words.__('Raw') }[type] ?? type;
}

function Outputs({ cell }: { cell: DiffCell }): JSX.Element {
  const { words } = useWorkspace();
  const before = cell.outputs_before ?? [];
  const after = cell.outputs_after ?? [];
  const alike = JSON.stringify(before) === JSON.stringify(after);
  return (
    <div className="opw-Diff-outputs">
      <span className="opw-Diff-outputsHead opw-muted">
        {alike ? words.__('Run again: the outputs differ in details') : words.__('Outputs')}
      </span>
      {!alike && before.length > 0 && <OutputList outputs={before} op="removed" />}
      {!alike && after.length > 0 && <OutputList outputs={after} op="added" />}
    </div>
  );
}

function OutputList({ outputs, op }: { outputs: DiffOutput[]; op: 'added' | 'removed' }): JSX.Element {
  const { words } = useWorkspace();
  const Tag = op === 'added' ? 'ins' : 'del';
  return (
    <Tag className={`opw-Diff-outputList opw-op-${op}`}>
      <span className="opw-Diff-sign" aria-hidden>{op === 'added' ? '+' : '−'}</span>
      <span className="opw-visuallyHidden">{op === 'added' ? words.__('New outputs:') : words.__('Former outputs:')}</span>
      <span className="opw-Diff-outputItems">
        {outputs.map((output, index) => (
          <Output key={index} output={output} />
        ))}
      </span>
    </Tag>
  );
}

function Output({ output }: { output: DiffOutput }): JSX.Element {
  const { words, when } = useWorkspace();
  const name =
    {
      image: words.__('Image'),
      table: words.__('Table'),
      page: words.__('Page'),
      chart: words.__('Chart'),
      widget: words.__('Widget'),
      error: words.__('Error'),
      warning: words.__('Warning')
    }[output.kind] ?? '';
  const heads = [name, output.kind === 'image' ? `${output.text}, ${when.size(output.size)}` : ''].filter(text => text !== '');
  return (
    <span className="opw-Diff-output">
      {heads.length > 0 && <span className="opw-Diff-outputKind">{heads.join(' ')}</span>}
      {output.kind !== 'image' && output.text !== '' && (
        <code>
          {output.text}
          {output.cut === true && '\n…'}
        </code>
      )}
    </span>
  );
}

/** A whole text. */
export function Lines({ lines, diff }: { lines: DiffLine[]; diff: IDiffActions }): JSX.Element {
  return (
    <div className="opw-Diff opw-Diff-cell">
      <Rows lines={lines} diff={diff} marks />
    </div>
  );
}

/** With `marks` each run of changed lines is a place to go to. */
function Rows({ lines, diff, marks = false }: { lines: DiffLine[]; diff: IDiffActions; marks?: boolean }): JSX.Element {
  return (
    <div className="opw-Diff-lines" role="table">
      {lines.map((line, index) => (
        <Row
          key={index}
          line={line}
          diff={diff}
          mark={marks && changes(line) && (index === 0 || !changes(lines[index - 1]))}
        />
      ))}
    </div>
  );
}

function changes(line: DiffLine): boolean {
  return line.op !== 'same' && line.op !== 'skipped';
}

const SIGN: Record<string, string> = { added: '+', removed: '−', changed: '~' };

function Row({ line, diff, mark }: { line: DiffLine; diff: IDiffActions; mark: boolean }): JSX.Element {
  const { words } = useWorkspace();
  if (line.op === 'skipped') {
    return (
      <div className="opw-Diff-skipped" role="row">
        <span role="cell">{words._n('%1 equal line', '%1 equal lines', line.count, line.count)}</span>
      </div>
    );
  }
  const parts = line.parts ?? [];
  const style = colored(diff.authors.get(parts.find(part => part.author != null)?.author ?? ''));
  return (
    <div
      className={`opw-Diff-line opw-op-${line.op}`}
      role="row"
      style={style}
      {...(mark ? { 'data-change': '', tabIndex: -1 } : {})}
    >
      <span className="opw-Diff-number" role="cell">{line.old}</span>
      <span className="opw-Diff-number" role="cell">{line.new}</span>
      <span className="opw-Diff-sign" role="cell" aria-label={lineState(line.op, words)}>{SIGN[line.op]}</span>
      <code className="opw-Diff-text" role="cell">
        {parts.map((part, index) => (
          <Part key={index} op={part.op} text={part.text} author={diff.authors.get(part.author ?? '')} />
        ))}
      </code>
    </div>
  );
}

function colored(author: IAuthor | undefined): React.CSSProperties | undefined {
  return author === undefined ? undefined : ({ '--opw-author': author.color } as React.CSSProperties);
}

function lineState(op: string, words: Words): string | undefined {
  return { added: words.__('added'), removed: words.__('removed'), changed: words.__('changed') }[op];
}

function Part({ op, text, author }: { op: string; text: string; author: IAuthor | undefined }): JSX.Element {
  if (op === 'same') {
    return <>{text}</>;
  }
  const Tag = op === 'added' ? 'ins' : 'del';
  return <Tag style={colored(author)} title={author?.name}>{text}</Tag>;
}
