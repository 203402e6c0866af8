/** Keeps “who wrote what” of a document true while it is shown: asks again when the writing pauses. */
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { Notebook } from '@jupyterlab/notebook';
import { Notification } from '@jupyterlab/apputils';
import { ask, sentenceOf } from '@openpaas/base';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';

import { blameExtension, hasBlame, setRuns, type IRun } from './blame.js';
import type { Subject } from './subject.js';
import type { Blame, BlamePart } from './types.js';

const QUIET_MS = 1500;
const UNKNOWN = 'var(--jp-border-color1)';

export class Authors implements IDisposable {
  constructor(
    private readonly _subject: Subject,
    private readonly _widget: IDocumentWidget
  ) {
    this._again = new Debouncer(() => this._read(), QUIET_MS);
    _subject.touched.connect(this._later);
    _subject.workspace.directory.changed.connect(this._draw);
    const notebook = this._notebook;
    if (notebook !== null) {
      notebook.modelContentChanged.connect(this._draw);
      notebook.cellInViewportChanged.connect(this._draw);
    }
    _widget.disposed.connect(() => this.dispose());
    void this._read();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._again.dispose();
    this._subject.touched.disconnect(this._later);
    this._subject.workspace.directory.changed.disconnect(this._draw);
    const notebook = this._notebook;
    if (notebook !== null) {
      notebook.modelContentChanged.disconnect(this._draw);
      notebook.cellInViewportChanged.disconnect(this._draw);
    }
    if (!this._widget.isDisposed) {
      this._editors().forEach(([editor]) => hasBlame(editor.editor) && editor.editor.dispatch({ effects: setRuns.of(null) }));
    }
  }

  private async _read(): Promise<void> {
    const { workspace, id } = this._subject;
    try {
      await workspace.directory.ready();
      this._blame = await ask<Blame>(workspace, `files/${id}/blame`);
      this._shown = new WeakMap();
      this._draw();
    } catch (error) {
      if (!this._subject.noticed(error)) {
        Notification.error(sentenceOf(workspace, error), { autoClose: 8000 });
      }
    }
  }

  private readonly _later = (): void => void this._again.invoke().catch(() => undefined);

  /** Each editor is given its part once; what is typed since moves along by itself. */
  private readonly _draw = (): void => {
    if (this._isDisposed || this._blame === null || this._widget.isDisposed) {
      return;
    }
    for (const [editor, part] of this._editors()) {
      if (part === undefined || this._shown.get(editor.editor) === part) {
        continue;
      }
      if (!hasBlame(editor.editor)) {
        editor.injectExtension(blameExtension());
      }
      this._shown.set(editor.editor, part);
      editor.editor.dispatch({ effects: setRuns.of(part.runs.map(run => this._run(run))) });
    }
  };

  private _run(run: BlamePart['runs'][number]): IRun {
    const { directory, when } = this._subject.workspace;
    const person = directory.get(run.author ?? '');
    return {
      text: run.text,
      name: person?.display_name ?? this._stranger(run.author),
      color: person?.color ?? UNKNOWN,
      when: run.at === null ? '' : when.full(run.at),
      at: run.author === null || run.author === 'system' ? 0 : (run.at ?? 0)
    };
  }

  /** What wrote and is no member: the first content, a program outside, a kernel. */
  private _stranger(author: string | null): string {
    const { words } = this._subject.workspace;
    if (author === 'outside') {
      return words.__('Outside the workspace');
    }
    return author === null || author === 'system' ? words.__('First content') : words.__('A kernel');
  }

  private get _notebook(): Notebook | null {
    return this._widget.content.hasClass('jp-Notebook') ? (this._widget.content as Notebook) : null;
  }

  private _editors(): [CodeMirrorEditor, BlamePart | undefined][] {
    const parts = this._blame?.parts ?? [];
    const notebook = this._notebook;
    if (notebook !== null) {
      const byCell = new Map(parts.map(part => [part.cell, part]));
      return notebook.widgets.flatMap(cell =>
        cell.editor === null ? [] : [[cell.editor as CodeMirrorEditor, byCell.get(cell.model.id)] as [CodeMirrorEditor, BlamePart | undefined]]
      );
    }
    if (!this._widget.content.hasClass('jp-FileEditor')) {
      return [];
    }
    return [[(this._widget.content as FileEditor).editor as CodeMirrorEditor, parts[0]]];
  }

  private readonly _again: Debouncer;
  private _blame: Blame | null = null;
  private _shown = new WeakMap<object, BlamePart>();
  private _isDisposed = false;
}
