/** A menu of JupyterLab behind an icon; the focus comes back to it. */
import { IconButton } from '@openpaas/base';
import type { LabIcon } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Menu as StockMenu } from '@lumino/widgets';
import * as React from 'react';

export interface IMenuItem {
  label: string;
  icon?: LabIcon;
  run: () => void;
}

export function Menu({ icon, label, items }: { icon: LabIcon; label: string; items: IMenuItem[] }): JSX.Element {
  const button = React.useRef<HTMLButtonElement>(null);
  const [shown, setShown] = React.useState(false);
  const open = (): void => {
    const box = button.current?.getBoundingClientRect();
    if (box !== undefined) {
      const menu = made(items, () => {
        setShown(false);
        button.current?.focus();
      });
      setShown(true);
      menu.open(box.left, box.bottom, { horizontalAlignment: 'right' });
      menu.activeIndex = 0;
    }
  };
  return <IconButton ref={button} icon={icon} label={label} aria-haspopup="menu" aria-expanded={shown} onClick={open} />;
}

function made(items: IMenuItem[], closed: () => void): StockMenu {
  const commands = new CommandRegistry();
  const menu = new StockMenu({ commands });
  items.forEach((item, index) => {
    const command = `item-${index}`;
    commands.addCommand(command, { label: item.label, icon: item.icon?.bindprops({ stylesheet: 'menuItem' }), execute: item.run });
    menu.addItem({ command });
  });
  menu.aboutToClose.connect(() => {
    closed();
    // The item that was chosen runs after the menu has closed.
    setTimeout(() => menu.dispose(), 0);
  });
  return menu;
}
