/** Shortcuts are shown with the names that their keys bear in the language of the page. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IWorkspace, keysIn } from '@openpaas/base';
import { CommandRegistry } from '@lumino/commands';

export const keys: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:keys',
  description: 'Names keys in the language of the page.',
  autoStart: true,
  requires: [IWorkspace],
  activate: (_app: JupyterFrontEnd, { locale }: IWorkspace) => {
    // Menus, palette and tools all ask this one function, which knows English only.
    const format = CommandRegistry.formatKeystroke;
    const named = (stroke: string | readonly string[]): string => keysIn(locale, format(stroke));
    Object.assign(CommandRegistry, { formatKeystroke: named });
  }
};
