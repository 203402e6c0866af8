/** Who is here, where they are, and the way out. */
import { IUserMenu } from '@jupyter/collaboration';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { logOut, loginUrl } from '@openpaas/api';
import { DOMAIN, forgetUnsent } from '@openpaas/base';

const ME = 'openpaas:me';
const LOG_OUT = 'openpaas:log-out';
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

export const session: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:session',
  description: 'Names the page and its member, and lets the member log out.',
  autoStart: true,
  requires: [ITranslator],
  optional: [IUserMenu],
  activate: (app: JupyterFrontEnd, translator: ITranslator, menu: IUserMenu | null) => {
    const words = translator.load(DOMAIN);
    const { user, serverSettings } = app.serviceManager;
    nameThePage(words.__('Workspace'));
    app.commands.addCommand(ME, {
      label: () => user.identity?.display_name || user.identity?.name || '',
      isEnabled: () => false,
      describedBy: NO_ARGUMENTS,
      execute: () => undefined
    });
    app.commands.addCommand(LOG_OUT, {
      label: words.__('Log out'),
      caption: words.__('End this session on this computer'),
      describedBy: NO_ARGUMENTS,
      execute: async () => {
        try {
          await logOut(serverSettings);
        } finally {
          forgetUnsent();
          window.location.assign(loginUrl(serverSettings));
        }
      }
    });
    void user.ready.then(() => app.commands.notifyCommandChanged(ME));
    menu?.addItem({ command: ME });
    menu?.addItem({ command: 'openpaas:account' });
    menu?.addItem({ command: 'openpaas:administration' });
    menu?.addItem({ type: 'separator' });
    menu?.addItem({ command: LOG_OUT });
  }
};

/** The shell writes its own name into the title each time that the layout changes. */
function nameThePage(name: string): void {
  const rename = (): void => {
    const title = document.title.replace(/^JupyterLab|JupyterLab$/, name);
    if (title !== document.title) {
      document.title = title;
    }
  };
  const title = document.querySelector('title');
  if (title !== null) {
    new MutationObserver(rename).observe(title, { childList: true });
  }
  rename();
}
