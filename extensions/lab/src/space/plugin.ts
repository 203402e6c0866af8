/** The page of a space. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IWorkspace, usersIcon, WorkspaceView } from '@openpaas/base';

const SPACE = 'openpaas:space';

export const space: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:space',
  description: 'Shows a space: its members, what happens in it, its settings.',
  autoStart: true,
  requires: [IWorkspace],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, restorer: ILayoutRestorer | null) => {
    const { words } = workspace;
    const tracker = new WidgetTracker<MainAreaWidget<WorkspaceView>>({ namespace: 'openpaas-space' });
    app.commands.addCommand(SPACE, {
      label: words.__('Page of the space'),
      caption: words.__('Members, activity and settings of a space'),
      icon: usersIcon,
      describedBy: {
        args: { type: 'object', properties: { id: { type: 'string', description: 'The id of the space' } }, required: ['id'] }
      },
      isEnabled: args => typeof args['id'] === 'string',
      execute: async args => {
        const id = typeof args['id'] === 'string' ? args['id'] : '';
        let widget = tracker.find(one => one.id === widgetId(id));
        if (widget === undefined) {
          widget = await make(app, workspace, id);
          await tracker.add(widget);
          app.shell.add(widget, 'main');
        }
        app.shell.activateById(widget.id);
      }
    });
    void restorer?.restore(tracker, {
      command: SPACE,
      args: widget => ({ id: widget.id.slice(widgetId('').length) }),
      name: widget => widget.id
    });
  }
};

function widgetId(id: string): string {
  return `opw-space-${id}`;
}

async function make(app: JupyterFrontEnd, workspace: IWorkspace, id: string): Promise<MainAreaWidget<WorkspaceView>> {
  const { drawSpace } = await import('./view.js');
  const content = new WorkspaceView(workspace, () =>
    drawSpace({
      id,
      named: name => {
        widget.title.label = name;
      },
      run: (command, args) => void app.commands.execute(command, args)
    })
  );
  content.addClass('opw-Space');
  const widget = new MainAreaWidget({ content });
  widget.id = widgetId(id);
  widget.toolbar.hide();
  widget.title.label = workspace.words.__('Space');
  widget.title.icon = usersIcon;
  widget.title.closable = true;
  return widget;
}
