/** A strip above the page that stays: kernels run without a sandbox on this server. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { ITranslator } from '@jupyterlab/translation';
import { DOMAIN } from '@openpaas/base';
import { Widget } from '@lumino/widgets';

export const notice: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:notice',
  description: 'Tells permanently that kernels run without a sandbox.',
  autoStart: true,
  requires: [ITranslator],
  activate: (app, translator: ITranslator) => {
    if (PageConfig.getOption('openpaasSingleMember') !== 'true') {
      return;
    }
    const strip = new Widget();
    strip.id = 'opw-notice';
    strip.addClass('opw-Notice');
    strip.node.setAttribute('role', 'note');
    strip.node.textContent = translator
      .load(DOMAIN)
      .__('Without a sandbox: code that you run here can do all that you can do on this machine. One account only.');
    app.shell.add(strip, 'header');
  }
};
