/**
 * Cells are executed by the server: they go on when this page is closed, and everybody sees what they put out.
 * What is asked for at once (“run all”) is one run, so that its order and its end at an error are the server's.
 */
import { Notification } from '@jupyterlab/apputils';
import type { INotebookCellExecutor } from '@jupyterlab/notebook';
import { UnreachableError, type components } from '@openpaas/api';
import { ask, sentenceOf, type IWorkspace } from '@openpaas/base';

import type { LiveDocument } from '../live/document.js';

export type IRun = components['schemas']['RunInfo'];
type ICellState = components['schemas']['CellState'];
type IRunOptions = INotebookCellExecutor.IRunCellOptions;

const WAIT_S = 25;
const RETRY_MS = 1000;
const SHOWN_MS = 12_000;
const OPEN = new Set(['queued', 'running']);

interface IWaiting {
  id: string;
  source: string;
  resolve: (success: boolean) => void;
}

/** The runs that this page asks for in one notebook. */
export class Executor {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _live: LiveDocument
  ) {}

  /** Execute a cell in the kernel that this page is connected to; whether it went well. */
  async run(kernel: string, { cell, onCellExecutionScheduled, onCellExecuted }: IRunOptions): Promise<boolean> {
    onCellExecutionScheduled({ cell });
    const success = await new Promise<boolean>(resolve => {
      this._batch.push({ id: cell.model.id, source: cell.model.sharedModel.getSource(), resolve });
      if (this._batch.length === 1) {
        setTimeout(() => {
          const batch = this._batch;
          this._batch = [];
          this._sent = this._sent.then(() => this._send(kernel, batch));
        });
      }
    });
    onCellExecuted({ cell, success });
    return success;
  }

  /** Ask for a run; the next is not asked for before this one is queued. */
  private async _send(kernel: string, batch: IWaiting[]): Promise<void> {
    try {
      await allSent(this._live);
      const body = { cells: batch.map(({ id, source }) => ({ id, source })), kernel };
      const file = this._live.ref.slice('file:'.length);
      const run = await ask<IRun>(this._workspace, `files/${file}/runs`, { method: 'POST', body });
      void this._follow(run, batch);
    } catch (error) {
      this._tell(sentenceOf(this._workspace, error));
      batch.forEach(({ resolve }) => resolve(false));
    }
  }

  /** Tell each cell of its end; a lost connection is waited for, the run goes on meanwhile. */
  private async _follow(first: IRun, batch: IWaiting[]): Promise<void> {
    let run = first;
    const waiting = new Map(batch.map((one, at) => [at, one]));
    while (waiting.size > 0) {
      run.cells.forEach((cell, at) => {
        const over = !OPEN.has(cell.state) || (run.ended_at ?? null) !== null;
        if (over && waiting.has(at)) {
          this._whyNot(cell);
          waiting.get(at)?.resolve(cell.state === 'done');
          waiting.delete(at);
        }
      });
      if (waiting.size === 0) {
        break;
      }
      try {
        run = await ask<IRun>(this._workspace, `runs/${run.id}`, { query: { after: run.version, wait: WAIT_S } });
      } catch (error) {
        if (!(error instanceof UnreachableError)) {
          this._tell(sentenceOf(this._workspace, error));
          waiting.forEach(({ resolve }) => resolve(false));
          return;
        }
        await new Promise(resolve => setTimeout(resolve, RETRY_MS));
      }
    }
    if (run.sentence !== undefined && run.sentence !== '') {
      this._tell(this._workspace.sentences.translate(run.sentence));
    }
  }

  private _whyNot(cell: ICellState): void {
    const { words, sentences } = this._workspace;
    if (cell.state === 'changed') {
      const now = (cell.source ?? '').slice(0, 200);
      this._tell(words.__('Somebody changed this cell after it was queued; it was not run. It holds now: %1', now));
    } else if (cell.state === 'skipped' && cell.sentence !== undefined && cell.sentence !== '' && !STAYS_SILENT.has(cell.sentence)) {
      this._tell(sentences.translate(cell.sentence));
    }
  }

  private _tell(sentence: string): void {
    Notification.error(sentence, { autoClose: SHOWN_MS });
  }

  private _batch: IWaiting[] = [];
  private _sent: Promise<void> = Promise.resolve();
}

/** The error of the cell that failed is there to be seen. */
const STAYS_SILENT = new Set(['A cell before this one failed.']);

/** What the server compares is what this page shows: first everything typed must be there. */
function allSent(live: LiveDocument): Promise<void> {
  if (!live.pending) {
    return Promise.resolve();
  }
  return new Promise(resolve => {
    const look = (): void => {
      if (!live.pending || live.isDisposed) {
        live.changed.disconnect(look);
        resolve();
      }
    };
    live.changed.connect(look);
  });
}
