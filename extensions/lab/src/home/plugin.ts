/** Home in the main area, “New” and the search box in the top bar. */
import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IDefaultFileBrowser, type FileBrowser } from '@jupyterlab/filebrowser';
import { homeIcon, IWorkspace, plusIcon, searchIcon, sentenceOf, type ICreation } from '@openpaas/base';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { Maker } from './create.js';
import { NewButton } from './new.js';
import { open } from './open.js';
import { SearchBox } from './search.js';
import { HOME, HomeWidget } from './widget.js';

const commands = {
  home: 'openpaas:home',
  create: 'openpaas:new',
  search: 'openpaas:search',
  /** What the “+” of tab bars and the file browser ask for in stock JupyterLab. */
  launcher: 'launcher:create'
} as const;
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;
const NEW_ARGUMENTS = {
  args: { type: 'object', properties: { kind: { type: 'string' }, folder: { type: 'string' } } }
} as const;

export const home: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:home',
  description: 'Home, the button “New”, and the search by names.',
  autoStart: true,
  requires: [IWorkspace, ILabShell],
  optional: [ILayoutRestorer, IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, shell: ILabShell, restorer: ILayoutRestorer | null, browser: FileBrowser | null) => {
    const tell = (sentence: string): void => void Notification.error(sentence, { autoClose: 8000 });
    const create = (creation: ICreation, folder?: string): void =>
      void creation.create(folder).catch((error: unknown) => tell(sentenceOf(workspace, error)));
    const widget = new HomeWidget(workspace, {
      open: ref => open(app, workspace, ref),
      create,
      allSpaces: () => void app.commands.execute('filebrowser:activate').then(() => browser?.model.cd('/')),
      tell
    });
    new Maker(app, workspace, browser).register();
    const box = new SearchBox(app, workspace, tell);
    shell.add(box, 'top', { rank: 500 });
    shell.add(new NewButton(app, workspace, commands.create), 'top', { rank: 990 });
    addCommands(app, workspace, { widget, box, create });
    staysOpen(app, shell, widget, restorer);
    nameThePlus(app, shell, workspace.words.__('Home: what can be created'));
  }
};

interface IParts {
  widget: HomeWidget;
  box: SearchBox;
  create: (creation: ICreation, folder?: string) => void;
}

function addCommands(app: JupyterFrontEnd, workspace: IWorkspace, { widget, box, create }: IParts): void {
  const { words, creations } = workspace;
  const show = (): void => {
    if (!widget.isAttached) {
      app.shell.add(widget, 'main');
    }
    app.shell.activateById(HOME);
  };
  for (const id of [commands.home, commands.launcher]) {
    const icon = id === commands.home ? homeIcon : plusIcon;
    app.commands.addCommand(id, { label: words.__('Home'), icon, describedBy: NO_ARGUMENTS, execute: show });
  }
  const of = ({ kind }: ReadonlyPartialJSONObject): ICreation | undefined => (typeof kind === 'string' ? creations.get(kind) : undefined);
  app.commands.addCommand(commands.create, {
    label: args => of(args)?.label ?? words.__('New'),
    icon: args => of(args)?.icon,
    isVisible: args => args['kind'] === undefined || of(args) !== undefined,
    describedBy: NEW_ARGUMENTS,
    execute: args => {
      const creation = of(args);
      if (creation === undefined) {
        return show();
      }
      create(creation, typeof args['folder'] === 'string' ? args['folder'] : undefined);
    }
  });
  app.commands.addCommand(commands.search, {
    label: words.__('Search'),
    icon: searchIcon,
    describedBy: NO_ARGUMENTS,
    execute: () => box.focus()
  });
  app.commands.addKeyBinding({ command: commands.search, keys: ['Accel K'], selector: 'body' });
  app.commands.addKeyBinding({ command: commands.home, keys: ['Accel Shift L'], selector: 'body' });
}

/** The “+” of each row of tabs says where it leads. */
function nameThePlus(app: JupyterFrontEnd, shell: ILabShell, name: string): void {
  const rename = (): void => {
    for (const button of shell.node.querySelectorAll<HTMLElement>('#jp-main-dock-panel .lm-TabBar-addButton')) {
      button.title = name;
      button.setAttribute('aria-label', name);
    }
  };
  shell.layoutModified.connect(rename);
  void app.restored.then(rename);
}

/** Where the layout has it, else the first tab; in front when nothing else is open. */
function staysOpen(app: JupyterFrontEnd, shell: ILabShell, widget: HomeWidget, restorer: ILayoutRestorer | null): void {
  restorer?.add(widget, HOME);
  shell.addButtonEnabled = true;
  shell.addRequested.connect(() => void app.commands.execute(commands.home));
  void app.restored.then(() => {
    if (!widget.isAttached) {
      const [first] = [...shell.widgets('main')];
      shell.add(widget, 'main', first === undefined ? {} : { mode: 'tab-before', ref: first.id, activate: false });
    }
    if (shell.currentWidget === null) {
      shell.activateById(HOME);
    }
  });
}
