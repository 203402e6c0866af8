/** Sharing and links in the page: commands, the button of every document, menus, addresses that name an object. */
import { IRouter, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ask, IWorkspace, linkIcon, sentenceOf, shareIcon } from '@openpaas/base';

import { ILiveDocuments } from '../live/tokens.js';
import { addShareButton } from './button.js';
import { copyText, linkTo } from './link.js';

const SHARE = 'openpaas:share';
const COPY_LINK = 'openpaas:copy-link';
const LISTED = '.jp-DirListing-item';
const OPENED = /[?&]open=([a-z]{1,20}:[A-Za-z0-9_-]{1,64})(?:&|$)/;
const LINK = /\/open\/([a-z]{1,20}:[A-Za-z0-9_-]{1,64})$/;
const TOLD_MS = 4000;
const ARGUMENTS = {
  args: {
    type: 'object',
    properties: {
      ref: { type: 'string', description: 'The object, kind:id' },
      path: { type: 'string', description: 'Its path, when there is no reference' },
      selected: { type: 'boolean', description: 'What is selected in the file browser, not the document shown' }
    }
  }
} as const;

interface ITarget {
  ref?: string;
  path?: string;
  selected?: boolean;
}

export const share: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:share',
  description: 'Shares documents, folders and spaces, and copies and opens links to them.',
  autoStart: true,
  requires: [IWorkspace, ILiveDocuments],
  optional: [ICommandPalette, IFileBrowserFactory, IRouter],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    documents: ILiveDocuments,
    palette: ICommandPalette | null,
    browsers: IFileBrowserFactory | null,
    router: IRouter | null
  ) => {
    const { words } = workspace;
    addCommands(app, workspace, new Finder(app, workspace, documents, browsers));
    for (const command of [SHARE, COPY_LINK]) {
      palette?.addItem({ command, category: words.__('Workspace') });
      app.contextMenu.addItem({ command, args: { selected: true }, selector: LISTED, rank: command === SHARE ? 2.1 : 2.2 });
    }
    addShareButton(app, workspace, target => void app.commands.execute(SHARE, target));
    openNamed(app, workspace, router);
    openClicked(workspace);
  }
};

function addCommands(app: JupyterFrontEnd, workspace: IWorkspace, finder: Finder): void {
  const { words } = workspace;
  const told = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      Notification.error(sentenceOf(workspace, error), { autoClose: 8000 });
    }
  };
  app.commands.addCommand(SHARE, {
    label: words.__('Share…'),
    caption: words.__('See and change who has access'),
    icon: shareIcon,
    describedBy: ARGUMENTS,
    isEnabled: args => finder.knows(args),
    execute: args =>
      told(async () => {
        const [{ openShare }, ref] = await Promise.all([import('./dialog.js'), finder.ref(args)]);
        await openShare(workspace, ref);
      })
  });
  app.commands.addCommand(COPY_LINK, {
    label: words.__('Copy the internal link'),
    caption: words.__('A link for members who have access, whatever the name becomes'),
    icon: linkIcon,
    describedBy: ARGUMENTS,
    isEnabled: args => finder.knows(args),
    execute: args => told(async () => copyLink(workspace, await finder.ref(args)))
  });
}

async function copyLink(workspace: IWorkspace, ref: string): Promise<void> {
  const { words } = workspace;
  const link = linkTo(workspace, ref);
  try {
    await copyText(link);
    Notification.success(words.__('Link copied. It opens for members who have access.'), { autoClose: TOLD_MS });
  } catch {
    Notification.info(words.__('The browser does not let the page copy. The link: %1', link), { autoClose: false });
  }
}

/** Which object is meant: by reference, by path, the one that is selected or shown. */
class Finder {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspace: IWorkspace,
    private readonly _documents: ILiveDocuments,
    private readonly _browsers: IFileBrowserFactory | null
  ) {}

  knows(target: ITarget): boolean {
    return target.ref !== undefined || this._path(target) !== undefined;
  }

  async ref(target: ITarget): Promise<string> {
    if (target.ref !== undefined) {
      return target.ref;
    }
    const path = this._path(target) ?? '';
    return this._live(path) ?? this._byPath(path);
  }

  private _live(path: string): string | undefined {
    const found = [...this._documents].find(live => live.path === path && live.ref !== '');
    return found?.ref;
  }

  private _path(target: ITarget): string | undefined {
    if (target.path !== undefined) {
      return target.path;
    }
    const inBrowser = target.selected === true || document.activeElement?.closest('.jp-FileBrowser') != null;
    const shown = (this._app.shell.currentWidget as IDocumentWidget | null)?.context?.path;
    return (inBrowser ? this._selected() : undefined) ?? shown ?? this._selected();
  }

  private _selected(): string | undefined {
    const browser = this._browsers?.tracker.currentWidget;
    const item = browser?.selectedItems().next();
    return item?.done === false ? item.value.path : browser?.model.path;
  }

  private async _byPath(path: string): Promise<string> {
    const model = (await this._app.serviceManager.contents.get(path, { content: false })) as { openpaas?: { ref?: string } };
    if (model.openpaas?.ref !== undefined) {
      return model.openpaas.ref;
    }
    const found = await ask<{ file: { ref: string } | null }>(this._workspace, 'files', { query: { path } });
    if (found.file !== null) {
      return found.file.ref;
    }
    const spaces = await ask<{ ref: string; path: string }[]>(this._workspace, 'spaces');
    const space = spaces.find(one => one.path === path);
    if (space === undefined) {
      throw new Error(this._workspace.words.__('Choose a file, a folder or a space first.'));
    }
    return space.ref;
  }
}

/** `/lab?open=kind:id`, where a link of the workspace leads: the part of the page that knows the kind opens it. */
function openNamed(app: JupyterFrontEnd, workspace: IWorkspace, router: IRouter | null): void {
  const ref = OPENED.exec(router?.current.search ?? '')?.[1];
  if (router === null || ref === undefined) {
    return;
  }
  void app.restored.then(async () => {
    const { path = '', search = '', hash = '' } = router.current;
    const rest = search.replace(OPENED, '').replace(/^&/, '?');
    router.navigate(`${path}${rest}${hash}`, { skipRouting: true });
    if (ref.startsWith('space:')) {
      await app.commands.execute('openpaas:space', { id: ref.slice('space:'.length) });
    } else {
      await open(workspace, ref);
    }
  });
}

/** A link of the workspace in a document or a message opens here, not in one more window. */
function openClicked(workspace: IWorkspace): void {
  document.addEventListener('click', event => {
    const ref = isPlain(event) ? linked(workspace, event.target) : undefined;
    if (ref !== undefined && workspace.openers.knows(ref)) {
      event.preventDefault();
      void open(workspace, ref);
    }
  });
}

function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/** The object that a link leads to, if it is a link of this workspace. */
function linked(workspace: IWorkspace, target: EventTarget | null): string | undefined {
  const link = target instanceof Element ? target.closest('a') : null;
  const ref = link === null ? undefined : LINK.exec(link.pathname)?.[1];
  return ref !== undefined && linkTo(workspace, ref) === link?.href ? ref : undefined;
}

async function open(workspace: IWorkspace, ref: string): Promise<void> {
  try {
    await workspace.openers.open(ref);
  } catch (error) {
    Notification.warning(sentenceOf(workspace, error), { autoClose: 8000 });
  }
}

