/** A quiet bar while the server is out of reach or the session has ended; it goes by itself. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IConnectionLost } from '@jupyterlab/application';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { loginUrl, whoAmI } from '@openpaas/api';
import { DOMAIN, IPush } from '@openpaas/base';
import { Poll } from '@lumino/polling';
import { Widget } from '@lumino/widgets';

import { ILiveDocuments } from '../live/tokens.js';

/** A room that comes back sooner is not worth a word. */
const ROOM_GRACE_MS = 3000;
const PROBE_MS = 3000;
const TO_LOGIN_AFTER_MS = 4000;

export const connection: JupyterFrontEndPlugin<IConnectionLost> = {
  id: '@openpaas/lab:connection',
  description: 'Tells quietly that the connection is lost, in place of a dialog.',
  autoStart: true,
  requires: [ILiveDocuments, ITranslator, IPush],
  provides: IConnectionLost,
  activate: (app, documents: ILiveDocuments, translator: ITranslator, push: IPush) => {
    const watch = new ConnectionWatch(app, documents, translator.load(DOMAIN));
    push.listen({ state: state => state === 'ended' && watch.sessionEnded() });
    watch.backAgain = () => push.start();
    return () => Promise.resolve(watch.serverLost());
  }
};

class ConnectionWatch {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _documents: ILiveDocuments,
    private readonly _words: TranslationBundle
  ) {
    _documents.added.connect((_, live) => {
      live.changed.connect(() => this._roomChanged());
      live.loggedOut.connect(() => this.sessionEnded());
    });
    _documents.keptAdded.connect((_, kept) => {
      kept.changed.connect(() => this._roomChanged());
      kept.ended.connect((_kept, ending) => ending === 'session' && this.sessionEnded());
    });
    this._probe = new Poll({
      auto: false,
      factory: async () => this._look(),
      frequency: { interval: PROBE_MS, backoff: false },
      name: '@openpaas/lab:connection'
    });
  }

  /** Called when a session that had ended has been renewed, perhaps in another window. */
  backAgain: () => void = () => undefined;

  serverLost(): void {
    this._serverLost = true;
    this._update();
  }

  sessionEnded(): void {
    if (!this._sessionEnded) {
      this._sessionEnded = true;
      setTimeout(() => this._toLogin(), TO_LOGIN_AFTER_MS);
    }
    this._update();
  }

  /** Only when nothing of the member's would be lost by leaving. */
  private _toLogin(): void {
    if (this._sessionEnded && !this._pending()) {
      window.location.assign(this._loginUrl());
    }
  }

  private _roomChanged(): void {
    const offline = this._roomsOffline();
    if (!offline) {
      clearTimeout(this._roomTimer);
      this._roomTimer = undefined;
      this._roomsLost = false;
      this._update();
    } else if (this._roomTimer === undefined) {
      this._roomTimer = setTimeout(() => {
        this._roomTimer = undefined;
        this._roomsLost = this._roomsOffline();
        this._update();
      }, ROOM_GRACE_MS);
    }
  }

  private _roomsOffline(): boolean {
    return [...this._documents, ...this._documents.kept()].some(live => live.saveState === 'offline');
  }

  private _pending(): boolean {
    return [...this._documents, ...this._documents.kept()].some(live => live.pending);
  }

  private async _look(): Promise<void> {
    const who = await whoAmI(this._app.serviceManager.serverSettings);
    if (who === 'member') {
      if (this._sessionEnded) {
        this.backAgain();
      }
      this._serverLost = this._sessionEnded = false;
      this._update();
    } else if (who === 'nobody') {
      this._serverLost = false;
      this.sessionEnded();
    }
  }

  private _update(): void {
    const lost = this._serverLost || this._roomsLost;
    if (this._sessionEnded) {
      this._bar.display(
        this._pending()
          ? this._words.__('Your session has ended. Your edits are kept here and will be sent when you have logged in again.')
          : this._words.__('Your session has ended.'),
        { label: this._words.__('Log in'), href: this._loginUrl(), newTab: this._pending() }
      );
    } else if (lost) {
      this._bar.display(
        this._words.__('Connection lost. Your edits are kept here and will be sent.')
      );
    } else {
      this._bar.hide();
    }
    if (lost || this._sessionEnded) {
      void this._probe.start();
    } else {
      void this._probe.stop();
    }
  }

  private _loginUrl(): string {
    const here = window.location.pathname + window.location.search;
    return loginUrl(this._app.serviceManager.serverSettings, here);
  }

  private readonly _bar = new Bar();
  private readonly _probe: Poll;
  private _serverLost = false;
  private _roomsLost = false;
  private _sessionEnded = false;
  private _roomTimer: ReturnType<typeof setTimeout> | undefined;
}

class Bar extends Widget {
  constructor() {
    super();
    this.addClass('opw-Bar');
    this.node.setAttribute('role', 'status');
    this._text = document.createElement('span');
    this._link = document.createElement('a');
    this.node.append(this._text, this._link);
  }

  display(text: string, link?: { label: string; href: string; newTab: boolean }): void {
    if (!this.isAttached) {
      Widget.attach(this, document.body);
    }
    this.show();
    // Written only when it differs: a screen reader speaks each change of a status.
    if (this._text.textContent !== text) {
      this._text.textContent = text;
    }
    this._link.hidden = link === undefined;
    if (link !== undefined) {
      this._link.textContent = link.label;
      this._link.href = link.href;
      this._link.target = link.newTab ? '_blank' : '';
    }
  }

  private readonly _text: HTMLSpanElement;
  private readonly _link: HTMLAnchorElement;
}
