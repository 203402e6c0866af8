/** In the status bar: how much the shown space holds, and may hold. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDefaultFileBrowser, type FileBrowser } from '@jupyterlab/filebrowser';
import { IStatusBar } from '@jupyterlab/statusbar';
import type { components } from '@openpaas/api';
import { ask, IWorkspace } from '@openpaas/base';
import { Debouncer } from '@lumino/polling';
import { Widget } from '@lumino/widgets';

import { ISpaces, type Spaces } from './spaces.js';

type SpaceUsage = components['schemas']['SpaceUsage'];

const CHANGES = /^(File(Created|Purged|Restored|Replaced|Moved)|SpaceChanged)$/;
const SETTLE_MS = 1500;
const NEARLY = 0.9;

export const usage: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:space-usage',
  description: 'Shows how full the space is.',
  autoStart: true,
  requires: [IWorkspace, IDefaultFileBrowser, ISpaces, IStatusBar],
  activate: (_, workspace: IWorkspace, browser: FileBrowser, spaces: Spaces, bar: IStatusBar) => {
    const item = new Widget();
    item.addClass('opw-Usage');
    bar.registerStatusItem('openpaas:usage', { item, align: 'left', rank: 1 });
    const look = new Debouncer(() => show(workspace, item, spaces, browser.model.path), SETTLE_MS);
    const soon = (): void => void look.invoke();
    browser.model.pathChanged.connect(soon);
    spaces.changed.connect(soon);
    workspace.push.listen({ event: event => void (CHANGES.test(event.type) && soon()) });
  }
};

async function show(workspace: IWorkspace, item: Widget, spaces: Spaces, path: string): Promise<void> {
  const space = spaces.of(path);
  if (space === undefined || (space.level as string) === 'none') {
    item.node.textContent = '';
    return;
  }
  const found = await ask<SpaceUsage>(workspace, `spaces/${space.id}/usage`).catch(() => undefined);
  if (found === undefined) {
    return;
  }
  const { words, when } = workspace;
  const name = space.path === '~' ? words.__('My files') : space.name;
  const used = when.size(found.bytes);
  item.node.textContent =
    found.quota_bytes > 0
      ? words.__('%1: %2 of %3', name, used, when.size(found.quota_bytes))
      : words.__('%1: %2', name, used);
  item.node.dataset['tone'] = found.quota_bytes > 0 && found.bytes > NEARLY * found.quota_bytes ? 'warn' : 'plain';
}
