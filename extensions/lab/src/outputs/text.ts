/** The rest of a long text: its first part, the remainder on demand, all of it as a file. */
import { MimeModel, type IRenderMime } from '@jupyterlab/rendermime';
import { PanelLayout, Widget } from '@lumino/widgets';
import { bytesOf, outputUrl } from '@openpaas/api';
import { sentenceOf, type IWorkspace } from '@openpaas/base';

import type { IPlaceholder } from './placeholder.js';
import type { IPlace } from './renderer.js';

const FIRST = 16 * 1024;
/** More at once would stop the page. */
const MORE = 2 * 1024 * 1024;

export class LargeText extends Widget {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _place: IPlace,
    private readonly _about: IPlaceholder,
    stream: 'stdout' | 'stderr'
  ) {
    super();
    this.layout = new PanelLayout();
    this.addClass('opw-LargeText');
    this._kind = `application/vnd.jupyter.${stream}`;
    this._shown = _place.rendermime.createRenderer(this._kind);
    (this.layout as PanelLayout).addWidget(this._shown);
    this.node.append(this._bar());
  }

  /** Fetch and show the first part; rejects when it cannot be had. */
  first(signal: AbortSignal): Promise<void> {
    return this._add(FIRST, signal);
  }

  private async _add(many: number, signal?: AbortSignal): Promise<void> {
    const { settings } = this._workspace;
    const from = this._bytes.length;
    const to = Math.min(from + many, this._about.size) - 1;
    if (to >= from) {
      const url = outputUrl(settings, this._place.file, this._about.id);
      const options = signal === undefined ? {} : { signal };
      const part = new Uint8Array(await bytesOf(url, settings, { ...options, range: [from, to] }));
      const all = new Uint8Array(from + part.length);
      all.set(this._bytes);
      all.set(part, from);
      this._bytes = all;
    }
    // A sign that is cut in two comes whole with the next part.
    const text = new TextDecoder().decode(this._bytes, { stream: true });
    await this._shown.renderModel(new MimeModel({ data: { [this._kind]: text }, trusted: false }));
    this._label();
  }

  private _bar(): HTMLElement {
    const { words, settings } = this._workspace;
    const bar = document.createElement('div');
    bar.className = 'opw-LargeText-bar';
    this._more.type = 'button';
    this._more.className = 'opw-Button';
    this._more.addEventListener('click', () => void this._onMore());
    const download = document.createElement('a');
    download.className = 'opw-Button';
    download.href = outputUrl(settings, this._place.file, this._about.id, true);
    download.download = '';
    download.textContent = words.__('Download');
    this._said.setAttribute('role', 'status');
    bar.append(this._more, download, this._said);
    return bar;
  }

  private async _onMore(): Promise<void> {
    if (this._busy) {
      return;
    }
    this._busy = true;
    this._more.setAttribute('aria-busy', 'true');
    try {
      await this._add(MORE);
    } catch (error) {
      this._said.textContent = sentenceOf(this._workspace, error);
    }
    this._busy = false;
    this._more.removeAttribute('aria-busy');
  }

  private _label(): void {
    const { words, when } = this._workspace;
    const left = this._about.size - this._bytes.length;
    this._more.hidden = left <= 0;
    this._more.textContent = left <= MORE ? words.__('Show all') : words.__('Show more');
    this._said.textContent = words.__('%1 of %2 shown', when.size(this._bytes.length), when.size(this._about.size));
  }

  private readonly _kind: string;
  private readonly _shown: IRenderMime.IRenderer;
  private readonly _more = document.createElement('button');
  private readonly _said = document.createElement('span');
  private _bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  private _busy = false;
}
