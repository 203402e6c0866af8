/** The one primary button: everything that can be created, in a menu. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MenuSvg } from '@jupyterlab/ui-components';
import { Button, plusIcon, WorkspaceView, type ICreation, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

export class NewButton extends WorkspaceView {
  constructor(app: JupyterFrontEnd, workspace: IWorkspace, command: string) {
    super(workspace, () => React.createElement(TheButton, { app, workspace, command }));
    this.id = 'opw-new';
    this.addClass('opw-TopItem');
  }
}

interface IProps {
  app: JupyterFrontEnd;
  workspace: IWorkspace;
  command: string;
}

function TheButton({ app, workspace, command }: IProps): JSX.Element {
  const { words, creations } = workspace;
  const [open, setOpen] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const show = (): void => {
    const menu = menuOf(app, creations.all(), command);
    const box = button.current?.getBoundingClientRect();
    menu.aboutToClose.connect(() => {
      setOpen(false);
      button.current?.focus();
    });
    setOpen(true);
    menu.open(box?.right ?? 0, (box?.bottom ?? 0) + 2, { horizontalAlignment: 'right' });
  };
  return (
    <Button
      ref={button}
      tone="primary"
      icon={plusIcon}
      className="opw-NewButton"
      aria-haspopup="menu"
      aria-expanded={open}
      aria-label={words.__('New')}
      onClick={show}
    >
      <span className="opw-NewButton-label">{words.__('New')}</span>
    </Button>
  );
}

function menuOf(app: JupyterFrontEnd, all: ICreation[], command: string): MenuSvg {
  const menu = new MenuSvg({ commands: app.commands });
  menu.addClass('opw-NewMenu');
  let group = all[0]?.group;
  for (const creation of all) {
    if (creation.group !== group) {
      menu.addItem({ type: 'separator' });
      group = creation.group;
    }
    menu.addItem({ command, args: { kind: creation.kind } });
  }
  return menu;
}
