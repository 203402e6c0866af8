/**
 * Whose script: output may act in this page only if this member ran its cell here, now.
 *
 * JupyterLab reads trust from the cell's metadata and writes it back, which in a shared notebook
 * lets one member trust on behalf of another. Here trust is given by running, kept in memory, and
 * lost as soon as an output arrives from elsewhere.
 */
import { YBaseCell } from '@jupyter/ydoc';
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CodeCell, CodeCellModel } from '@jupyterlab/cells';
import { StaticNotebook } from '@jupyterlab/notebook';
import type { IOutputAreaModel } from '@jupyterlab/outputarea';
import { IRenderMimeRegistry, RenderedSVG } from '@jupyterlab/rendermime';

export const trust: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:trust',
  description: 'Trusts the output of a cell only in the page whose member ran it.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app, rendermime: IRenderMimeRegistry) => {
    trustByRunning();
    keepTrustOutOfDocuments();
    neverTrustMarkdown();
    showPicturesSafely(rendermime);
  }
};

/** The parts of the stock model, of the pinned release, that have no public name. */
interface IStockModel {
  readonly stateChanged: CodeCellModel['stateChanged'];
  _trusted: boolean;
  _outputs: (IOutputAreaModel & { _trusted: boolean }) | undefined;
  _onSharedModelChanged(sender: unknown, change: IOutputsChange): void;
}

interface IOutputsChange {
  outputsChange?: { insert?: unknown[] }[];
}

/** Models whose cell is being started by this member in this very call. */
const starting = new Set<unknown>();

function trustByRunning(): void {
  const stockExecute = CodeCell.execute;
  (CodeCell as { execute: typeof CodeCell.execute }).execute = async (cell, ...rest) => {
    starting.add(cell.model);
    try {
      // The stock function clears the old outputs and asks for trust before its first await.
      return stockExecute(cell, ...rest);
    } finally {
      starting.delete(cell.model);
    }
  };

  Object.defineProperty(CodeCellModel.prototype, 'trusted', {
    configurable: true,
    get(this: IStockModel) {
      return this._trusted;
    },
    set(this: IStockModel, wanted: boolean) {
      const value = wanted && starting.has(this) && this._outputs?.length === 0;
      if (this._outputs !== undefined && value !== this._trusted && (value || !wanted)) {
        setTrust(this, value);
      }
    }
  });

  const stock = CodeCellModel.prototype as unknown as IStockModel;
  const stockChanged = stock._onSharedModelChanged;
  stock._onSharedModelChanged = function (this: IStockModel, sender, change) {
    if (this._trusted && change.outputsChange?.some(part => (part.insert?.length ?? 0) > 0)) {
      setTrust(this, false);
    }
    stockChanged.call(this, sender, change);
  };
}

/**
 * Outputs shown already keep the trust they came with; the setter of the stock output area would
 * build them again and write them into the shared document.
 */
function setTrust(model: IStockModel, value: boolean): void {
  model._trusted = value;
  if (model._outputs !== undefined) {
    model._outputs._trusted = value;
  }
  model.stateChanged.emit({ name: 'trusted', oldValue: !value, newValue: value });
}

/** New cells are born with `metadata.trusted`, and pass here on their way into the notebook. */
function keepTrustOutOfDocuments(): void {
  const stockSet = YBaseCell.prototype.setMetadata as (metadata: unknown, value?: unknown) => void;
  YBaseCell.prototype.setMetadata = function (this: unknown, metadata: unknown, value?: unknown) {
    if (metadata === 'trusted') {
      return;
    }
    stockSet.call(this, typeof metadata === 'object' ? withoutTrust(metadata) : metadata, value);
  };
}

function withoutTrust<T>(metadata: T): T {
  if (typeof metadata !== 'object' || metadata === null || !('trusted' in metadata)) {
    return metadata;
  }
  const { trusted: _, ...rest } = metadata;
  return rest as T;
}

/** Trusted Markdown may hold links that run commands, and anybody may have written it. */
function neverTrustMarkdown(): void {
  const stock = StaticNotebook.prototype as unknown as { _shouldTrustCell(): boolean };
  stock._shouldTrustCell = () => false;
}

/** The stock renderer draws SVG as an image, where no script runs: it needs no trust. */
class SafeSvg extends RenderedSVG {
  override async render(model: Parameters<RenderedSVG['render']>[0]): Promise<void> {
    await super.render(
      Object.create(model, { trusted: { value: true } }) as Parameters<RenderedSVG['render']>[0]
    );
  }
}

function showPicturesSafely(rendermime: IRenderMimeRegistry): void {
  const mimeType = 'image/svg+xml';
  const rank = rendermime.getFactory(mimeType)?.defaultRank;
  rendermime.removeMimeType(mimeType);
  rendermime.addFactory(
    { safe: true, mimeTypes: [mimeType], defaultRank: rank ?? 80, createRenderer: options => new SafeSvg(options) },
    rank
  );
}
