/** Joins what every view of the workspace is given. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { ITranslator } from '@jupyterlab/translation';
import { Creations, Directory, DOMAIN, IPush, IWorkspace, Openers, Presence, Sentences, When } from '@openpaas/base';

export const workspace: JupyterFrontEndPlugin<IWorkspace> = {
  id: '@openpaas/lab:workspace',
  description: 'What the views of the workspace need: calls, events, words, people, openers.',
  autoStart: true,
  requires: [ITranslator, IPush],
  provides: IWorkspace,
  activate: (app, translator: ITranslator, push: IPush): IWorkspace => {
    const settings = app.serviceManager.serverSettings;
    const words = translator.load(DOMAIN);
    const locale = translator.languageCode.replace('_', '-');
    return {
      settings,
      push,
      words,
      locale,
      sentences: new Sentences(words),
      directory: new Directory(settings, push, words.__('Former member')),
      openers: new Openers(),
      creations: new Creations(),
      presence: new Presence(push),
      when: new When(locale, Date.now, PageConfig.getOption('openpaasTimeZone'))
    };
  }
};
