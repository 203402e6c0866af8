/** What the server refuses is told in the language of the page, a kernel without a dialog. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification, SessionContext } from '@jupyterlab/apputils';
import type { ServerConnection } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import { DOMAIN, Sentences } from '@openpaas/base';

export const refusals: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:refusals',
  description: 'Shows the sentences of the server in the language of the page.',
  autoStart: true,
  requires: [ITranslator],
  activate: (app, translator: ITranslator) => {
    const words = translator.load(DOMAIN);
    const sentences = new Sentences(words);
    const cut = words.__('The server cannot be reached. Nothing was changed; try again in a moment.');
    translateRefusals(app.serviceManager.serverSettings, sentences, cut);
    tellOfKernels(sentences, words.__('The kernel has stopped.'));
  }
};

/** One settings object serves every manager of the page: each refusal passes here. */
function translateRefusals(settings: ServerConnection.ISettings, sentences: Sentences, cut: string): void {
  const { fetch } = settings;
  (settings as { fetch: typeof fetch }).fetch = async (input, init) => {
    const response = await fetch(input, init).catch(error => {
      throw error instanceof TypeError ? new TypeError(cut, { cause: error }) : error;
    });
    return response.ok ? response : translated(response, sentences);
  };
}

async function translated(response: Response, sentences: Sentences): Promise<Response> {
  if (!/\bjson\b/.test(response.headers.get('Content-Type') ?? '')) {
    return response;
  }
  let problem: unknown;
  try {
    problem = await response.clone().json();
  } catch {
    return response;
  }
  const { status, statusText, headers } = response;
  return new Response(JSON.stringify(inWords(problem, sentences)), { status, statusText, headers });
}

/** Jupyter's handlers say `message`, ours `detail` (RFC 9457). */
function inWords(problem: unknown, sentences: Sentences): unknown {
  if (typeof problem !== 'object' || problem === null) {
    return problem;
  }
  const said = Object.entries(problem).map(([key, value]: [string, unknown]) =>
    (key === 'message' || key === 'detail') && typeof value === 'string'
      ? [key, sentences.translate(value)]
      : [key, value]
  );
  return Object.fromEntries(said) as unknown;
}

/** Sentences on the screen: the same one, of several documents or tries, is told once. */
const shown = new Map<string, string>();

interface IStockSession {
  initialize(): Promise<boolean>;
  startKernel(): Promise<boolean>;
  _displayKernelError(message: string, traceback: string): Promise<void>;
}

/** Why there is no kernel is one sentence; nothing has to be answered, and no other kernel chosen. */
function tellOfKernels(sentences: Sentences, otherwise: string): void {
  const stock = SessionContext.prototype as unknown as IStockSession;
  const refused = new WeakSet<IStockSession>();
  stock._displayKernelError = function (message) {
    refused.add(this);
    const sentence = sentences.translate(message || otherwise);
    Notification.dismiss(shown.get(sentence));
    shown.set(sentence, Notification.warning(sentence, { autoClose: false }));
    return Promise.resolve();
  };
  for (const name of ['initialize', 'startKernel'] as const) {
    const start = stock[name];
    stock[name] = async function () {
      refused.delete(this);
      const mustChoose = await start.call(this);
      return mustChoose && !refused.has(this);
    };
  }
}
