/** What may be done with an entry: name it, bring it back, copy from it. Each tells what it did. */
import { Clipboard, Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { WorkspaceError } from '@openpaas/api';
import { ask, sentenceOf } from '@openpaas/base';

import { MY_FILES } from '../shell/names.js';
import { countsOf } from './hooks.js';
import type { Subject } from './subject.js';
import type { Entry } from './types.js';
import { restoreOf, titleOf } from './words.js';

/** Opens a file in the page, by its path. */
export type Open = (path: string) => void;

const CONFLICT = 409;
const FORBIDDEN = 403;
const MOST_COPIES = 20;

export class Actions {
  constructor(
    private readonly _subject: Subject,
    private readonly _open: Open
  ) {}

  /** Name the state of an entry, or the file as it is now. */
  async name(entry: Entry | null): Promise<void> {
    const { words } = this._subject.workspace;
    const known = entry?.name ?? '';
    const answer = await InputDialog.getText({
      title: known === '' ? words.__('Name this version') : words.__('Rename this version'),
      label: words.__('A named version is kept for ever, and is found again at once.'),
      text: known,
      placeholder: words.__('Sent to the council'),
      okLabel: known === '' ? words.__('Name') : words.__('Rename'),
      cancelLabel: words.__('Cancel'),
      required: true
    });
    const name = answer.value?.trim() ?? '';
    if (!answer.button.accept || name === '' || name === known) {
      return;
    }
    await this._do(
      () =>
        entry?.version != null
          ? this._ask('PATCH', `versions/${entry.version}`, { name })
          : this._ask('POST', 'versions', { name, ...(entry === null ? {} : { seq: entry.seq }) }),
      words.__('This version is now called “%1”.', name)
    );
  }

  /** Take the name away; the version stays in the history. */
  async unname(entry: Entry): Promise<void> {
    const { words } = this._subject.workspace;
    await this._do(
      () => this._ask('DELETE', `versions/${entry.version}`),
      words.__('The name “%1” was removed. The version stays in the history.', entry.name ?? ''),
      words.__('Give it back'),
      () => this._ask('POST', 'versions', { name: entry.name, seq: entry.seq })
    );
  }

  /** Bring an entry back, after a sentence that says what that will do. */
  async restore(entry: Entry): Promise<void> {
    const { workspace } = this._subject;
    const { words } = workspace;
    const head = await this._head();
    const counts = head === null ? null : await countsOf(workspace, this._subject, entry.seq, head);
    const what = counts === null ? '' : restoreOf(words, counts, this._subject.isNotebook);
    if (head !== null && counts !== null && what === '') {
      Notification.info(words.__('This version and the file as it is now are equal: there is nothing to restore.'), {
        autoClose: 6000
      });
      return;
    }
    const sentence = words.__('It becomes a new change in your name: nothing is lost, and you can go back in the same way.');
    const answer = await showDialog({
      title: words.__('Restore “%1”?', titleOf(workspace, entry)),
      body: what === '' ? sentence : `${upper(what)}. ${sentence}`,
      buttons: [
        Dialog.cancelButton({ label: words.__('Cancel') }),
        Dialog.okButton({ label: words.__('Restore this version') })
      ]
    });
    if (answer.button.accept) {
      await this._restore({ seq: entry.seq }, words.__('“%1” is restored.', titleOf(workspace, entry)), head);
    }
  }

  /** Bring one cell back as it was at a number. */
  async restoreCell(seq: number, cell: string): Promise<void> {
    const { words } = this._subject.workspace;
    await this._restore({ seq, cell }, words.__('The cell is restored.'), await this._head());
  }

  /** Put the source of a cell, or the whole text, as it was at a number, on the clipboard. */
  async copySource(seq: number, cell?: string): Promise<void> {
    const { workspace, id } = this._subject;
    const { words } = workspace;
    try {
      const query = cell === undefined ? {} : { cell };
      const found = await ask<{ text: string | null; cells: { source: string }[] | null }>(
        workspace,
        `files/${id}/history/${seq}`,
        { query }
      );
      Clipboard.copyToSystem(found.text ?? (found.cells ?? []).map(one => one.source).join('\n\n'));
      Notification.success(words.__('Copied. Paste it where you need it.'), { autoClose: 3000 });
    } catch (error) {
      this._fail(error);
    }
  }

  /** Make a new file of an entry, beside this one, or in My files where one may not write. */
  async copyFile(entry: Entry): Promise<void> {
    const { workspace, path, name, canWrite } = this._subject;
    const { words } = workspace;
    const ending = PathExt.extname(name);
    const moment = new Date(entry.until).toISOString().slice(0, 16).replace('T', ' ').replace(':', '.');
    const answer = await InputDialog.getText({
      title: words.__('Copy this version as a new file'),
      label: canWrite ? words.__('The copy is put beside the file.') : words.__('The copy is put in My files.'),
      text: `${name.slice(0, name.length - ending.length)} (${entry.name ?? moment})`.replaceAll('/', '-'),
      suffix: ending,
      okLabel: words.__('Copy'),
      cancelLabel: words.__('Cancel'),
      required: true
    });
    const stem = answer.value?.trim() ?? '';
    if (answer.button.accept && stem !== '') {
      const folder = canWrite ? PathExt.dirname(path) : MY_FILES;
      await this._copyTo(folder, stem.endsWith(ending) ? stem.slice(0, stem.length - ending.length) : stem, ending, entry);
    }
  }

  private async _copyTo(folder: string, stem: string, ending: string, entry: Entry): Promise<void> {
    const { workspace, id } = this._subject;
    for (let number = 1; number <= MOST_COPIES; number++) {
      const path = PathExt.join(folder, `${stem}${number === 1 ? '' : ` ${number}`}${ending}`);
      try {
        const made = await ask<{ path: string; name: string }>(workspace, 'files', {
          method: 'POST',
          body: { path, copy_of: id, seq: entry.seq }
        });
        Notification.success(workspace.words.__('The copy “%1” is there.', made.name), {
          autoClose: 8000,
          actions: [{ label: workspace.words.__('Open'), callback: () => this._open(made.path) }]
        });
        return;
      } catch (error) {
        const status = error instanceof WorkspaceError ? error.status : 0;
        if (status === FORBIDDEN && folder !== MY_FILES) {
          return this._copyTo(MY_FILES, stem, ending, entry);
        }
        if (status !== CONFLICT || number === MOST_COPIES) {
          return this._fail(error);
        }
      }
    }
  }

  private async _restore(body: { seq: number; cell?: string }, told: string, head: number | null): Promise<void> {
    const { words } = this._subject.workspace;
    await this._do(
      () => this._ask('POST', 'restore', body),
      told,
      head === null ? undefined : words.__('Undo'),
      () => this._ask('POST', 'restore', { ...body, seq: head })
    );
  }

  private async _head(): Promise<number | null> {
    try {
      const found = await ask<{ head: number }>(this._subject.workspace, `files/${this._subject.id}/history`, {
        query: { limit: 1 }
      });
      return found.head;
    } catch {
      return null;
    }
  }

  private _ask(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const { workspace, id } = this._subject;
    return ask(workspace, `files/${id}/${path}`, { method, ...(body === undefined ? {} : { body }) });
  }

  private async _do(act: () => Promise<unknown>, told: string, label?: string, back?: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this._fail(error);
      return;
    }
    const undo = (): void => void back?.().catch((error: unknown) => this._fail(error));
    Notification.success(told, {
      autoClose: 8000,
      ...(label === undefined || back === undefined ? {} : { actions: [{ label, callback: undo }] })
    });
  }

  private _fail(error: unknown): void {
    this._subject.noticed(error);
    Notification.error(sentenceOf(this._subject.workspace, error), { autoClose: 10000 });
  }
}

function upper(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
