/** Home as a tab of the main area: it can be moved, but not closed. */
import { homeIcon, WorkspaceView, type ICreation, type IWorkspace } from '@openpaas/base';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { HomeView } from './view.js';

export const HOME = 'opw-home';

export interface IHomeActions {
  open: (ref: string) => Promise<void>;
  create: (creation: ICreation) => void;
  allSpaces: () => void;
  tell: (sentence: string) => void;
}

export class HomeWidget extends WorkspaceView {
  constructor(workspace: IWorkspace, actions: IHomeActions) {
    const listeners = new Set<() => void>();
    const shown = (again: () => void): (() => void) => {
      listeners.add(again);
      return () => listeners.delete(again);
    };
    super(workspace, () => React.createElement(HomeView, { ...actions, shown, visible: () => this._seen() }));
    this._listeners = listeners;
    this.id = HOME;
    this.addClass('opw-HomeView');
    this.node.setAttribute('role', 'region');
    this.node.tabIndex = -1;
    const name = workspace.words.__('Home');
    this.node.setAttribute('aria-label', name);
    // As the shell does it for what is added to it: a restored layout does not.
    const icon = homeIcon.bindprops({ stylesheet: 'mainAreaTab' });
    Object.assign(this.title, { label: name, caption: name, icon, closable: false });
    document.addEventListener('visibilitychange', () => this._seen() && this._again());
  }

  /** It cannot be lost: neither a shortcut nor “Close all” ends it. */
  protected override onCloseRequest(_: Message): void {
    return;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._again();
  }

  protected override onActivateRequest(_: Message): void {
    this.node.focus({ preventScroll: true });
  }

  private _seen(): boolean {
    return this.isVisible && document.visibilityState === 'visible';
  }

  private _again(): void {
    this._listeners.forEach(again => again());
  }

  private readonly _listeners: Set<() => void>;
}
