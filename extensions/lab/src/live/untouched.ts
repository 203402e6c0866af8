/**
 * To look at a notebook is not to edit it.
 *
 * JupyterLab writes what it learns of the kernel into each notebook that it opens, which would change
 * the file, and name as its author whoever looked. Here that is written when a cell is first run.
 */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { NotebookModel, NotebookPanel, StaticNotebook, type INotebookModel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { JSONExt, type PartialJSONValue } from '@lumino/coreutils';

export const untouched: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:untouched',
  description: 'Keeps notebooks that are only looked at as they are.',
  autoStart: true,
  activate: () => {
    addNothing();
    holdLanguage();
    keepKernelspec();
    colourByHeldLanguage();
  }
};

const LANGUAGE = 'language_info';
/** What is known of the language of a notebook, and not written into it yet. */
const held = new WeakMap<INotebookModel, PartialJSONValue>();
/** Those that were run here: the language of a kernel that is slow to tell it is written when it does. */
const run = new WeakSet<INotebookModel>();

/** Write what was held back, now or once it is known: a cell of this notebook is run. */
export function writeLanguage(model: INotebookModel): void {
  run.add(model);
  const language = held.get(model);
  held.delete(model);
  if (language !== undefined && !JSONExt.deepEqual(language, languageOf(model) ?? null)) {
    model.setMetadata(LANGUAGE, language);
  }
}

function languageOf(model: INotebookModel): PartialJSONValue | undefined {
  return model.getMetadata(LANGUAGE) as PartialJSONValue | undefined;
}

/** The parts of the stock classes, of the pinned release, that have no public name. */
interface IStockPanel {
  readonly model: INotebookModel | null;
  readonly content: unknown;
  _updateLanguage(language: PartialJSONValue): void;
  _updateSpec(kernel: Kernel.IKernelConnection): Promise<void>;
}

interface IStockNotebook {
  _notebookModel: Pick<INotebookModel, 'getMetadata'> | null;
  _updateMimetype(): void;
}

/** Saving would add empty metadata where there is none. */
function addNothing(): void {
  const stock = NotebookModel.prototype as unknown as { _ensureMetadata(): void };
  stock._ensureMetadata = () => undefined;
}

function holdLanguage(): void {
  const stock = NotebookPanel.prototype as unknown as IStockPanel;
  stock._updateLanguage = function (language) {
    if (this.model !== null) {
      held.set(this.model, language);
      (this.content as IStockNotebook)._updateMimetype();
      if (run.has(this.model)) {
        writeLanguage(this.model);
      }
    }
  };
}

/** Another kernel than the notebook names is somebody's choice, and written at once. */
function keepKernelspec(): void {
  const stock = NotebookPanel.prototype as unknown as IStockPanel;
  const updateSpec = stock._updateSpec;
  stock._updateSpec = async function (kernel) {
    const spec = this.model?.getMetadata('kernelspec') as { name?: string } | undefined;
    if (spec?.name !== kernel.name) {
      await updateSpec.call(this, kernel);
    }
  };
}

/** Code has its colours before its language is written. */
function colourByHeldLanguage(): void {
  const stock = StaticNotebook.prototype as unknown as IStockNotebook;
  const updateMimetype = stock._updateMimetype;
  stock._updateMimetype = function () {
    const model = this._notebookModel as INotebookModel | null;
    const language = model !== null && languageOf(model) === undefined ? held.get(model) : undefined;
    if (language !== undefined) {
      this._notebookModel = { getMetadata: () => language };
    }
    try {
      updateMimetype.call(this);
    } finally {
      this._notebookModel = model;
    }
  };
}
