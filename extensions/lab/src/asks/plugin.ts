/** Requests for access: managers answer with one click, who asked is told, a path that leads nowhere offers to ask. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import type { IPushEvent } from '@openpaas/api';
import { ask, IWorkspace, sentenceOf } from '@openpaas/base';

import type { IAccess, IAccessRequest, Level } from '../share/wire.js';
import { nowMay, roleName, spokenName } from '../share/words.js';

const OPEN_PATH = 'filebrowser:open-path';
const SHARE = 'openpaas:share';
const SHOWN_MS = 20_000;

export const asks: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:asks',
  description: 'Tells of requests for access and of their answers, and offers to ask.',
  autoStart: true,
  requires: [IWorkspace],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace) => {
    const teller = new Teller(app, workspace);
    workspace.push.listen({ event: event => void teller.hear(event) });
    offerToAsk(app, workspace);
  }
};

interface IAsked {
  ref: string;
  member: string;
  granted?: boolean;
  level?: Level;
}

class Teller {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspace: IWorkspace
  ) {}

  async hear(event: IPushEvent): Promise<void> {
    if (event.type !== 'AccessRequested' && event.type !== 'AccessAnswered') {
      return;
    }
    const asked: IAsked = { ref: event.ref, ...(event.data as Omit<IAsked, 'ref'>) };
    const { id: me } = await this._workspace.directory.me();
    if (event.type === 'AccessRequested') {
      await this._tellManager(asked);
      return;
    }
    Notification.dismiss(this._shown.get(keyOf(asked)));
    this._shown.delete(keyOf(asked));
    if (asked.member === me) {
      await this._tellAsker(asked);
    }
  }

  private async _tellManager(asked: IAsked): Promise<void> {
    const { words, directory } = this._workspace;
    const [waiting] = await Promise.all([ask<IAccessRequest[]>(this._workspace, 'access-requests'), directory.ready()]);
    const request = waiting.find(one => one.ref === asked.ref && one.member_id === asked.member);
    const person = directory.get(asked.member)?.display_name;
    if (request === undefined || person === undefined) {
      return;
    }
    const what = spokenName(this._workspace, request.name);
    const id = Notification.info(words.__('%1 asks for access to “%2”.', person, what), {
      autoClose: SHOWN_MS,
      actions: [
        {
          label: words.__('Give access (%1)', roleName(words, request.level).toLocaleLowerCase()),
          displayType: 'accent',
          callback: () => void this._give(request, person)
        },
        {
          label: words.__('Another answer…'),
          callback: () => void this._app.commands.execute(SHARE, { ref: request.ref })
        }
      ]
    });
    this._shown.set(keyOf(asked), id);
  }

  private async _give(request: IAccessRequest, person: string): Promise<void> {
    const { words } = this._workspace;
    try {
      await ask(this._workspace, `access-requests/${request.id}/answer`, { method: 'POST', body: { grant: true } });
      Notification.success(nowMay(words, person, request.level), { autoClose: 5000 });
    } catch (error) {
      Notification.error(sentenceOf(this._workspace, error), { autoClose: 8000 });
    }
  }

  private async _tellAsker(asked: IAsked): Promise<void> {
    const { words } = this._workspace;
    if (asked.granted !== true) {
      Notification.info(words.__('Your request for access was declined.'), { autoClose: SHOWN_MS });
      return;
    }
    const path = `objects/${encodeURIComponent(asked.ref)}/access`;
    const { name, mine } = await ask<IAccess>(this._workspace, path);
    Notification.success(
      words.__('You have access to “%1” now: %2.', spokenName(this._workspace, name), roleName(words, mine).toLocaleLowerCase()),
      {
        autoClose: false,
        actions: [{ label: words.__('Open'), displayType: 'accent', callback: () => openRef(this._workspace, asked.ref) }]
      }
    );
  }

  private readonly _shown = new Map<string, string>();
}

function keyOf(asked: IAsked): string {
  return `${asked.ref} ${asked.member}`;
}

/** Open an object here, or by its address when no part of the page knows its kind. */
export function openRef(workspace: IWorkspace, ref: string): void {
  if (workspace.openers.knows(ref)) {
    void workspace.openers.open(ref);
  } else {
    window.location.assign(`${workspace.settings.baseUrl}open/${ref}`);
  }
}

/** A path of the address bar, a bookmark or a link that one may not see: a view that offers to ask, not an error. */
function offerToAsk(app: JupyterFrontEnd, workspace: IWorkspace): void {
  const { commands, serviceManager } = app;
  const stock = commands.execute.bind(commands);
  const there = async (path: string): Promise<boolean> => {
    try {
      await serviceManager.contents.get(path, { content: false });
      return true;
    } catch (error) {
      // Whatever else is wrong is told by whoever asked.
      return !(error instanceof ServerConnection.ResponseError && error.response.status === 404);
    }
  };
  commands.execute = async (id, args): Promise<unknown> => {
    const path = id === OPEN_PATH && typeof args?.['path'] === 'string' ? args['path'].replace(/^\/+|\/+$/g, '') : '';
    if (path === '' || (await there(path))) {
      return stock(id, args);
    }
    const { showAsking } = await import('./view.js');
    return showAsking(app, workspace, path, there);
  };
}
