/** The account, the administration, and who somebody is: opened by command, loaded when they are. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { administrationIcon, IWorkspace, userIcon, WorkspaceView } from '@openpaas/base';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';

import { takeBack } from './back.js';
import { Place } from './place.js';

const ACCOUNT = 'openpaas:account';
const ADMINISTRATION = 'openpaas:administration';

interface IView {
  id: string;
  label: string;
  icon: LabIcon;
  first: string;
  /** What draws it, loaded when it is first wanted. */
  load: (place: Place, commands: CommandRegistry) => Promise<() => JSX.Element>;
}

/** One view in the main area, at most once; where it stands is kept in the layout. */
class Door {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspace: IWorkspace,
    private readonly _view: IView,
    restorer: ILayoutRestorer | null
  ) {
    this._tracker = new WidgetTracker<MainAreaWidget>({ namespace: _view.id });
    void restorer?.restore(this._tracker, {
      command: _view.id,
      args: () => ({ section: this._place.section }),
      name: () => 'one'
    });
    this._place.changed.connect(() => this._widget !== null && void this._tracker.save(this._widget));
  }

  async open(section: string, member = ''): Promise<MainAreaWidget> {
    if (section !== '' || member !== '') {
      this._place.go(section || this._view.first, member);
    }
    const draw = await this._view.load(this._place, this._app.commands);
    if (this._widget === null || this._widget.isDisposed) {
      const content = new WorkspaceView(this._workspace, draw);
      content.addClass('opw-Account');
      this._widget = new MainAreaWidget({ content });
      this._widget.id = this._view.id.replace(':', '-');
      this._widget.title.label = this._view.label;
      this._widget.title.icon = this._view.icon;
      this._widget.title.closable = true;
      this._widget.toolbar.hide();
      this._app.shell.add(this._widget, 'main');
      void this._tracker.add(this._widget);
    }
    this._app.shell.activateById(this._widget.id);
    return this._widget;
  }

  close(): void {
    this._widget?.dispose();
  }

  private readonly _tracker: WidgetTracker<MainAreaWidget>;
  private readonly _place = new Place('');
  private _widget: MainAreaWidget | null = null;
}

export const account: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:account',
  description: 'The account of the member, and the administration for administrators.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, restorer: ILayoutRestorer | null) => {
    const { words } = workspace;
    const door = new Door(
      app,
      workspace,
      {
        id: ACCOUNT,
        label: words.__('My account'),
        icon: userIcon,
        first: 'profile',
        load: async (place, commands) => (await import('./views.js')).account(place, commands)
      },
      restorer
    );
    app.commands.addCommand(ACCOUNT, {
      label: words.__('My account'),
      icon: userIcon,
      describedBy: { args: { type: 'object', properties: { section: { type: 'string' } } } },
      execute: args => door.open(textOf(args['section']))
    });
    const section = takeBack();
    if (section !== null) {
      void app.restored.then(() => door.open(section));
    }
    workspace.openers.add('member', async id => (await import('./views.js')).showCard(workspace, app.commands, id));
    new Administration(app, workspace, restorer).follow();
  }
};

/** An argument of a command, which may be anything. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** For who is not an administrator it does not exist, and it goes as soon as somebody is none any more. */
class Administration {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _workspace: IWorkspace,
    private readonly _restorer: ILayoutRestorer | null
  ) {}

  follow(): void {
    this._workspace.directory.changed.connect(() => void this._look());
    this._workspace.push.listen({
      event: event => event.type === 'MemberUpdated' && void this._look(),
      reset: () => void this._look()
    });
    void this._look();
  }

  private async _look(): Promise<void> {
    const me = await this._workspace.directory.me().catch(() => undefined);
    if (me?.administrator === true) {
      this._offer();
    } else if (me !== undefined) {
      this._command?.dispose();
      this._command = undefined;
      this._door?.close();
    }
  }

  private _offer(): void {
    if (this._command !== undefined) {
      return;
    }
    const { words } = this._workspace;
    const view: IView = {
      id: ADMINISTRATION,
      label: words.__('Administration'),
      icon: administrationIcon,
      first: 'members',
      load: async place => (await import('./views.js')).administration(place)
    };
    this._command = this._app.commands.addCommand(ADMINISTRATION, {
      label: words.__('Administration'),
      icon: administrationIcon,
      describedBy: { args: { type: 'object', properties: { section: { type: 'string' }, member: { type: 'string' } } } },
      execute: args => this._door?.open(textOf(args['section']), textOf(args['member']))
    });
    this._door ??= new Door(this._app, this._workspace, view, this._restorer);
  }

  private _command: IDisposable | undefined;
  private _door: Door | undefined;
}
