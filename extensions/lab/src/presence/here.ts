/** Tells the server whether somebody sits in front of this window, and the document it shows. */
import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IPush } from '@openpaas/base';

import type { LiveDocument } from '../live/document.js';
import { ILiveDocuments } from '../live/tokens.js';

/** Without a key, a click or a scroll for so long, nobody sits there. */
const AWAY_AFTER_MS = 5 * 60_000;
const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

export const here: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:here',
  description: 'Tells whether somebody sits in front of this window.',
  autoStart: true,
  requires: [IPush, ILiveDocuments],
  optional: [ILabShell],
  activate: (app: JupyterFrontEnd, push: IPush, documents: ILiveDocuments, shell: ILabShell | null) => {
    const at = (): string => {
      const widget = app.shell.currentWidget as Partial<IDocumentWidget> | null;
      const kept = documents.keptBy(app.shell.currentWidget);
      return kept?.ref ?? documents.of(widget?.context?.model.sharedModel)?.ref ?? '';
    };
    const attention = new Attention(active => push.here(active ? 'active' : 'away', at()));
    shell?.currentChanged.connect(() => attention.tell());
    documents.keptAdded.connect(() => attention.tell());
    documents.added.connect((_, live) => whenNamed(live, () => attention.tell()));
    attention.tell();
  }
};

/** Its room tells which object a document is. */
export function whenNamed(live: LiveDocument, then: () => void): void {
  if (live.ref !== '') {
    then();
    return;
  }
  const look = (): void => {
    if (live.ref !== '') {
      live.changed.disconnect(look);
      then();
    }
  };
  live.changed.connect(look);
}

/** Whether the window is seen and was touched in the last minutes. */
class Attention {
  constructor(private readonly _say: (active: boolean) => void) {
    for (const type of INPUT) {
      document.addEventListener(type, () => this._touched(), { capture: true, passive: true });
    }
    document.addEventListener('visibilitychange', () => this._touched());
    window.addEventListener('focus', () => this._touched());
    this._wait();
  }

  tell(): void {
    this._say(document.visibilityState === 'visible' && !this._idle);
  }

  private _touched(): void {
    this._last = Date.now();
    if (this._idle) {
      this._idle = false;
      this._wait();
    }
    this.tell();
  }

  private _wait(): void {
    const left = this._last + AWAY_AFTER_MS - Date.now();
    if (left > 0) {
      setTimeout(() => this._wait(), left);
    } else {
      this._idle = true;
      this.tell();
    }
  }

  private _last = Date.now();
  private _idle = false;
}
