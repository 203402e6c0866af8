/** Opens the one push socket of this window. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PushClient, pushUrl } from '@openpaas/api';
import { IPush } from '@openpaas/base';
import { UUID } from '@lumino/coreutils';

export const push: JupyterFrontEndPlugin<IPush> = {
  id: '@openpaas/lab:push',
  description: 'Hears what happens in the workspace.',
  autoStart: true,
  provides: IPush,
  activate: app => {
    const settings = app.serviceManager.serverSettings;
    const client = new PushClient({
      client: UUID.uuid4(),
      connect: () => new settings.WebSocket(pushUrl(settings))
    });
    void app.started.then(() => client.start());
    return client;
  }
};
