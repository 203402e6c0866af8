/** What happens when a document can no longer be live here, and when the page is left too early. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { DOMAIN, Sentences } from '@openpaas/base';
import type { Widget } from '@lumino/widgets';

import type { Ending, LiveDocument } from './document.js';
import { MY_FILES } from '../shell/names.js';
import { ILiveDocuments } from './tokens.js';

export const endings: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:endings',
  description: 'Closes documents whose right or history is gone, and keeps edits from being lost.',
  autoStart: true,
  requires: [ILiveDocuments, IDocumentManager, ITranslator],
  activate: (app, documents: ILiveDocuments, manager: IDocumentManager, translator: ITranslator) => {
    const words = translator.load(DOMAIN);
    const desk = new Desk(app, manager, words);
    const sentences = new Sentences(words);
    documents.added.connect((_, live) => {
      live.ended.connect((_live, ending) => void desk.end(live, ending));
      live.notice.connect(
        (_live, text) => void Notification.info(sentences.translate(text), { autoClose: 8000 })
      );
    });
    window.addEventListener('beforeunload', event => {
      if ([...documents, ...documents.kept()].some(live => live.pending)) {
        event.preventDefault();
      }
    });
  }
};

class Desk {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _manager: IDocumentManager,
    private readonly _words: TranslationBundle
  ) {}

  async end(live: LiveDocument, ending: Ending): Promise<void> {
    const views = this._views(live);
    const path = views.length > 0 ? views[0].context.path : live.path;
    const name = PathExt.basename(path);
    if (ending === 'withdrawn' || (ending === 'deleted' && !live.pending)) {
      this._close(views);
      Notification.warning(this._closedBecause(ending, name), { autoClose: false });
      return;
    }
    const mayKeep = live.canWrite || ending === 'refused';
    if (mayKeep && !(await this._settle(live, ending, name))) {
      return;
    }
    this._close(views);
    if (ending !== 'deleted') {
      this._manager.openOrReveal(path);
    }
  }

  /** Keep or discard what is shown; false when it must stay on the screen. */
  private async _settle(live: LiveDocument, ending: Ending, name: string): Promise<boolean> {
    const choice = await this._ask(name, ending);
    return choice === 'keep' ? this._keepCopy(live, name) : choice === 'discard';
  }

  private _closedBecause(ending: 'withdrawn' | 'deleted', name: string): string {
    return ending === 'withdrawn'
      ? this._words.__('You no longer have access to “%1”. It has been closed.', name)
      : this._words.__('“%1” was deleted. It has been closed.', name);
  }

  private _keepBecause(ending: Ending, name: string): string {
    const words = this._words;
    switch (ending) {
      case 'replaced':
        return words.__(
          'An earlier version of “%1” was restored on the server. What you see here cannot be merged with it.',
          name
        );
      case 'refused':
        return words.__('You may no longer edit “%1”, and your last edits were not saved.', name);
      case 'deleted':
        return words.__('“%1” was deleted, and your last edits were not saved.', name);
      default:
        return words.__('Your last edits of “%1” could not be saved.', name);
    }
  }

  /** `later` when the question was pushed away: what is shown stays, and can be copied by hand. */
  private async _ask(name: string, ending: Ending): Promise<'keep' | 'discard' | 'later'> {
    const words = this._words;
    const answer = await showDialog({
      title: words.__('Keep your copy?'),
      body: `${this._keepBecause(ending, name)} ${words.__('Keep what you see here as a copy in My files?')}`,
      buttons: [
        Dialog.warnButton({ label: words.__('Discard my copy'), actions: ['discard'] }),
        Dialog.okButton({ label: words.__('Keep my copy'), actions: ['keep'] })
      ],
      defaultButton: 1
    });
    const [action] = answer.button.actions;
    return action === 'keep' || action === 'discard' ? action : 'later';
  }

  /** False when the copy could not be written: then the document stays open. */
  private async _keepCopy(live: LiveDocument, name: string): Promise<boolean> {
    const extension = PathExt.extname(name);
    const stem = name.slice(0, name.length - extension.length);
    const time = new Date().toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.');
    const path = PathExt.join(MY_FILES, `${stem} ${time}${extension}`);
    const content = live.model.getSource();
    const isText = typeof content === 'string';
    try {
      await this._app.serviceManager.contents.save(path, {
        type: isText ? 'file' : 'notebook',
        format: isText ? 'text' : 'json',
        content
      });
    } catch {
      Notification.error(
        this._words.__('Your copy could not be written. It stays open here; copy what you need from it.'),
        { autoClose: false }
      );
      return false;
    }
    Notification.success(this._words.__('Your copy is in My files: “%1”.', PathExt.basename(path)), { autoClose: false });
    return true;
  }

  private _views(live: LiveDocument): IDocumentWidget[] {
    const views = [...this._app.shell.widgets('main')] as (Widget & Partial<IDocumentWidget>)[];
    return views.filter(
      (view): view is IDocumentWidget => view.context?.model.sharedModel === live.model
    );
  }

  /** Disposed, not closed: there is nothing that could be saved. */
  private _close(views: IDocumentWidget[]): void {
    views.forEach(view => view.dispose());
  }
}
