/** The menus of a sheet: at the cells, at a tab, of the formats to export to. */
import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';

export interface IEntry {
  label: string;
  run: () => unknown;
  keys?: string;
  enabled?: boolean;
}

/** Null is a line between entries. */
export function openMenu(entries: (IEntry | null)[], x: number, y: number, closed: () => void): void {
  const commands = new CommandRegistry();
  const menu = new MenuSvg({ commands });
  menu.addClass('opw-SheetMenu');
  entries.forEach((entry, index) => {
    if (entry === null) {
      menu.addItem({ type: 'separator' });
      return;
    }
    const command = `entry-${index}`;
    commands.addCommand(command, {
      label: entry.label,
      isEnabled: () => entry.enabled !== false,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => entry.run()
    });
    if (entry.keys !== undefined) {
      commands.addKeyBinding({ command, keys: [entry.keys], selector: 'body' });
    }
    menu.addItem({ command });
  });
  menu.aboutToClose.connect(() => {
    closed();
    setTimeout(() => menu.dispose(), 0);
  });
  menu.open(x, y);
}
