/** The guide of the workspace, in the menu Help; its pages are loaded when it is opened. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { guideIcon, IWorkspace, WorkspaceView } from '@openpaas/base';

import { Place } from '../account/place.js';

const GUIDE = 'openpaas:guide';
const ID = 'openpaas-guide';
const FIRST = 'start';

export const guide: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:guide',
  description: 'Shows the guide of the workspace.',
  autoStart: true,
  requires: [IWorkspace, IRenderMimeRegistry],
  optional: [ILayoutRestorer, IMainMenu, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    menu: IMainMenu | null,
    palette: ICommandPalette | null
  ) => {
    const { words } = workspace;
    const place = new Place(FIRST);
    const tracker = new WidgetTracker<MainAreaWidget>({ namespace: ID });
    place.changed.connect(() => tracker.forEach(widget => void tracker.save(widget)));
    const make = async (): Promise<MainAreaWidget> => {
      const { drawGuide } = await import('./view.js');
      const content = new WorkspaceView(workspace, () => drawGuide({ place, rendermime }));
      content.addClass('opw-Account');
      content.addClass('opw-Guide');
      const widget = new MainAreaWidget({ content });
      widget.id = ID;
      widget.title.label = words.__('Guide');
      widget.title.icon = guideIcon;
      widget.title.closable = true;
      widget.toolbar.hide();
      return widget;
    };
    app.commands.addCommand(GUIDE, {
      label: words.__('Guide to the workspace'),
      icon: guideIcon,
      describedBy: { args: { type: 'object', properties: { page: { type: 'string' } } } },
      execute: async args => {
        if (typeof args['page'] === 'string') {
          place.go(args['page']);
        }
        if (tracker.currentWidget === null) {
          const widget = await make();
          app.shell.add(widget, 'main');
          await tracker.add(widget);
        }
        app.shell.activateById(ID);
      }
    });
    menu?.helpMenu.addGroup([{ command: GUIDE }], 0);
    palette?.addItem({ command: GUIDE, category: words.__('Workspace') });
    void restorer?.restore(tracker, { command: GUIDE, args: () => ({ page: place.section }), name: () => ID });
  }
};
