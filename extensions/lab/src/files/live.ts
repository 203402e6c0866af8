/** What others do is seen at once: the shown folder is read again, and who lost a right is told why. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IDefaultFileBrowser, type FileBrowser } from '@jupyterlab/filebrowser';
import type { IPushEvent } from '@openpaas/api';
import { IWorkspace } from '@openpaas/base';

import type { WorkspaceModel } from './browser.js';
import { aboutOf, idOf, type FileInfo, type SpaceInfo } from './entry.js';
import { Spaces, ISpaces } from './spaces.js';

const OF_FILES = /^(File|Folder|Space|Grant|Object|Group|Upload)/;
/** Told to all, but a list of names does not change by it. */
const NOT_OF_LISTS = new Set(['FileEdited', 'FilePurged', 'UploadBegun', 'UploadCancelled']);
const SOON_MS = 150;
/** Of the time that the last look took: a large folder is not looked at all the time. */
const SHARE = 4;

export const live: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:files-live',
  description: 'Shows at once what others do to files, and why something has vanished.',
  autoStart: true,
  requires: [IWorkspace, IDefaultFileBrowser, ISpaces],
  activate: (_, workspace: IWorkspace, browser: FileBrowser, spaces: Spaces) => {
    const again = new Again(browser);
    const known = new Known(browser, spaces);
    workspace.push.listen({
      event: event => {
        if (concerns(event, browser)) {
          again.soon();
        }
        if (event.type === 'GrantWithdrawn') {
          void tellLoss(workspace, browser, known, event);
        }
      },
      topic: () => again.soon(),
      reset: () => again.soon()
    });
  }
};

/** Whether the shown folder looks different now: what is shown lies in it, or came into it. */
function concerns(event: IPushEvent, browser: FileBrowser): boolean {
  if (!OF_FILES.test(event.type) || NOT_OF_LISTS.has(event.type)) {
    return false;
  }
  if (event.type === 'FileCreated' || event.type === 'FolderCreated' || event.type === 'FileTrashed' || event.type === 'FileRenamed') {
    const shown = (browser.model as WorkspaceModel).about?.ref;
    return shown === undefined || event.data['parent'] === idOf(shown);
  }
  return true;
}

/** Reads the folder again soon, and never more than a quarter of the time. */
class Again {
  constructor(private readonly _browser: FileBrowser) {}

  soon(): void {
    if (this._timer === null) {
      const rest = Math.max(SOON_MS, this._took * SHARE - (performance.now() - this._ended));
      this._timer = setTimeout(() => void this._look(), rest);
    }
  }

  private async _look(): Promise<void> {
    const began = performance.now();
    try {
      await this._browser.model.refresh();
    } finally {
      this._ended = performance.now();
      this._took = this._ended - began;
      this._timer = null;
    }
  }

  private _timer: ReturnType<typeof setTimeout> | null = null;
  private _took = 0;
  private _ended = 0;
}

/** Names of what this page has shown, for when the server does not tell them any more. */
class Known {
  constructor(browser: FileBrowser, spaces: Spaces) {
    browser.model.refreshed.connect(() => {
      for (const item of browser.model.items()) {
        const ref = aboutOf(item)?.ref;
        if (ref !== undefined) {
          this._names.set(ref, item.name);
        }
      }
    });
    const learn = (): void => {
      spaces.all.forEach((space: SpaceInfo) => this._names.set(space.ref, space.name));
      spaces.shared.forEach(({ file }: { file: FileInfo }) => this._names.set(file.ref, file.name));
    };
    spaces.changed.connect(learn);
    learn();
  }

  name(ref: string): string | undefined {
    return this._names.get(ref);
  }

  private readonly _names = new Map<string, string>();
}

async function tellLoss(workspace: IWorkspace, browser: FileBrowser, known: Known, event: IPushEvent): Promise<void> {
  const me = await workspace.directory.me();
  if (event.data['subject'] !== `member:${me.id}` || event.actor === me.id) {
    return;
  }
  const { words, directory } = workspace;
  await directory.ready();
  const name = known.name(event.ref) ?? words.__('a file');
  const by = directory.get(event.actor)?.display_name;
  if (event.data['expired'] === true) {
    Notification.warning(words.__('Your access to “%1” ended on its date.', name), { autoClose: false });
  } else if (by === undefined) {
    Notification.warning(words.__('Your access to “%1” was withdrawn.', name), { autoClose: false });
  } else {
    Notification.warning(words.__('%1 withdrew your access to “%2”.', by, name), { autoClose: false });
  }
  const [head] = browser.model.path.split('/');
  if (event.ref.startsWith('space:') && known.name(event.ref) === head) {
    await browser.model.cd('/~');
  }
}
