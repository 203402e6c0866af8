/** Keeps the page from asking for what this server does not serve. */
import { PageConfig } from '@jupyterlab/coreutils';
import {
  Event,
  IEventManager,
  INbConvertManager,
  NbConvert,
  ServerConnection,
  type ServiceManagerPlugin
} from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';

/**
 * Jupyter's event bus tells every member what all members do; the push socket tells each only what
 * concerns them. Activated before the application, so that it is in time for the build check too.
 */
export const noEvents: ServiceManagerPlugin<Event.IManager> = {
  id: '@openpaas/lab:no-events',
  description: 'An event bus on which nothing happens.',
  autoStart: true,
  provides: IEventManager,
  activate: () => {
    PageConfig.setOption('buildCheck', 'false');
    return new NoEvents();
  }
};

class NoEvents implements Event.IManager {
  readonly serverSettings = ServerConnection.makeSettings();
  readonly stream = new Stream<this, Event.Emission>(this);
  isDisposed = false;

  dispose(): void {
    this.isDisposed = true;
    this.stream.stop();
  }

  emit(): Promise<void> {
    return Promise.resolve();
  }
}

/** Conversion runs other people's templates in the server: it is off. */
export const noConversion: ServiceManagerPlugin<NbConvert.IManager> = {
  id: '@openpaas/lab:no-conversion',
  description: 'A converter of notebooks that offers no format.',
  autoStart: true,
  provides: INbConvertManager,
  activate: () => ({
    serverSettings: ServerConnection.makeSettings(),
    getExportFormats: () => Promise.resolve({})
  })
};
