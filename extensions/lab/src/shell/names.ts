/** The file browser speaks of people and of “My files”; the paths below stay what they are. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Time } from '@jupyterlab/coreutils';
import { BreadCrumbs, DirListing, IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { call } from '@openpaas/api';
import { DOMAIN } from '@openpaas/base';

/** Where each member's own files are; `~name` is what another member shared of theirs. */
export const MY_FILES = '~';

export const names: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:names',
  description: 'Names “My files” and what others share, and puts what is new in the right place.',
  autoStart: true,
  requires: [ITranslator],
  optional: [IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, translator: ITranslator, browser: IDefaultFileBrowser | null) => {
    const words = translator.load(DOMAIN);
    const people = new People(app, () => void browser?.model.refresh());
    const shown = (name: string): string => shownName(name, people, words);
    nameEntries(shown);
    nameCrumbs(shown, words.__('Spaces'));
    newInMyFiles(app);
  }
};

function shownName(name: string, people: People, words: TranslationBundle): string {
  if (name === MY_FILES) {
    return words.__('My files');
  }
  const owner = name.startsWith(MY_FILES) ? people.named(name.slice(1)) : undefined;
  return owner === undefined ? name : words.__('%1 — shared', owner);
}

interface IMember {
  username: string;
  display_name: string;
}

/** Asked for once, and only when somebody shares something. */
class People {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _known: () => void
  ) {}

  named(username: string): string | undefined {
    if (this._names === null) {
      this._names = new Map();
      void this._ask();
    }
    return this._names.get(username);
  }

  private async _ask(): Promise<void> {
    const settings = this._app.serviceManager.serverSettings;
    const members = await call<IMember[]>('members', { settings }).catch(() => []);
    this._names = new Map(members.map(member => [member.username, member.display_name]));
    this._known();
  }

  private _names: Map<string, string> | null = null;
}

function nameEntries(shown: (name: string) => string): void {
  const stock = DirListing.Renderer.prototype;
  const { updateItemNode, updateItemSize } = stock;
  stock.updateItemNode = function (node, model, ...rest) {
    const name = isTop(model) ? shown(model.name) : model.name;
    updateItemNode.call(this, node, name === model.name ? model : renamed(model, name), ...rest);
  };
  stock.updateItemSize = function (node, model, style, ...rest) {
    // The narrowest style is, in French, a negative number.
    updateItemSize.call(this, node, model, (style === 'narrow' ? 'short' : style) as Time.HumanStyle, ...rest);
  };
}

function isTop(model: Contents.IModel): boolean {
  return model.type === 'directory' && model.path === model.name;
}

/** Without the marks of a search, which count letters of the real name. */
function renamed(model: Contents.IModel, name: string): Contents.IModel {
  return { ...model, name, indices: null } as Contents.IModel;
}

function nameCrumbs(shown: (name: string) => string, root: string): void {
  const stock = BreadCrumbs.prototype as unknown as { onUpdateRequest(message: unknown): void; node: HTMLElement };
  const { onUpdateRequest } = stock;
  stock.onUpdateRequest = function (message) {
    onUpdateRequest.call(this, message);
    this.node.querySelector<HTMLElement>('.jp-BreadCrumbs-home')?.setAttribute('title', root);
    for (const crumb of this.node.querySelectorAll<HTMLElement>('.jp-BreadCrumbs-item[data-path]')) {
      const path = (crumb.dataset['path'] ?? '').replace(/^\/|\/$/g, '');
      if (path.startsWith(MY_FILES) && !path.includes('/')) {
        crumb.textContent = crumb.title = shown(path);
      }
    }
  };
}

/** The first page shows the list of spaces, which holds no files: what is made there goes to My files. */
function newInMyFiles(app: JupyterFrontEnd): void {
  const { contents } = app.serviceManager;
  const stock = contents.newUntitled.bind(contents);
  contents.newUntitled = options => {
    const inRoot = (options?.path ?? '') === '' && options?.type !== 'directory';
    return stock(inRoot ? { ...options, path: MY_FILES } : options);
  };
}
