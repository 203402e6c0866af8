/** Live documents: the provider factory that JupyterLab's collaborative content provider uses. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentProviderFactory } from '@jupyter/docprovider';
import { ServerConnection } from '@jupyterlab/services';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { DOMAIN } from '@openpaas/base';

import { LiveDocument } from './document.js';
import { LiveProvider } from './provider.js';
import { observedSocket } from './socket.js';
import { ILiveDocuments, LiveDocuments } from './tokens.js';

export const liveDocuments: JupyterFrontEndPlugin<ILiveDocuments> = {
  id: '@openpaas/lab:live-documents',
  description: 'Knows the live documents of this page.',
  provides: ILiveDocuments,
  activate: () => new LiveDocuments()
};

export const liveProvider: JupyterFrontEndPlugin<IDocumentProviderFactory> = {
  id: '@openpaas/lab:live-provider',
  description: 'Connects documents to the rooms of the workspace.',
  requires: [ILiveDocuments, ITranslator],
  provides: IDocumentProviderFactory,
  activate: (_app, documents: ILiveDocuments, translator: ITranslator) => ({
    create: options => connect(options, documents as LiveDocuments, translator.load(DOMAIN))
  })
};

function connect(
  options: IDocumentProviderFactory.IOptions,
  documents: LiveDocuments,
  words: TranslationBundle
): LiveProvider {
  const live = new LiveDocument(options.model, options.path);
  const settings = options.serverSettings ?? ServerConnection.makeSettings();
  // Called without its settings: the browser's own `fetch` accepts no other `this`.
  const { fetch } = settings;
  const provider: LiveProvider = new LiveProvider({
    ...options,
    translator: words,
    words,
    live,
    serverSettings: {
      ...settings,
      WebSocket: observedSocket(settings.WebSocket, live),
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (!response.ok) {
          provider.refuse(await refusal(response, words));
        }
        return response;
      }
    }
  });
  documents.add(live);
  return provider;
}

/** The server's sentence, or ours for the common cases. */
async function refusal(response: Response, words: TranslationBundle): Promise<string> {
  try {
    const problem = (await response.clone().json()) as { detail?: unknown };
    if (typeof problem.detail === 'string' && problem.detail !== '') {
      return problem.detail;
    }
  } catch {
    // Not a problem document: our own words below.
  }
  switch (response.status) {
    case 401:
    case 403:
      return words.__('You do not have access to this document. Ask a manager of its space.');
    case 404:
      return words.__('This document does not exist, or it is not shared with you.');
    default:
      return words.__('The server could not open this document. Try again in a moment.');
  }
}
