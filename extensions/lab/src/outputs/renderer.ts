/** One large output: a place of about its height, and the output itself once it is near what is seen. */
import { MimeModel, type IRenderMime, type IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import { bytesOf, outputUrl, WorkspaceError } from '@openpaas/api';
import { sentenceOf, type IWorkspace } from '@openpaas/base';
import type { PartialJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { LargeText } from './text.js';
import { PLACEHOLDER, readPlaceholder, type IPlaceholder } from './placeholder.js';

/** The file that holds the output, and how its notebook draws. */
export interface IPlace {
  readonly file: string;
  readonly rendermime: IRenderMimeRegistry;
}

/** What scrolls in a notebook. */
const SCROLLED = '.jp-WindowedPanel-outer';
/** One screen before and after what is seen. */
const NEAR = '100% 0px';
const SMALLEST = 80;
const TALLEST = 1200;
const USUAL = 300;

export class LargeOutput extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _placeOf: () => IPlace | null
  ) {
    super();
    this.layout = new PanelLayout();
    this.addClass('opw-LargeOutput');
    this.node.setAttribute('role', 'group');
    this.node.tabIndex = -1;
  }

  /** Take what the notebook holds; what it stands for is fetched later. */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const about = readPlaceholder(model.data[PLACEHOLDER]);
    if (about !== null && about.id === this._about?.id && model.trusted === this._trusted) {
      return Promise.resolve();
    }
    this._about = about;
    this._trusted = model.trusted;
    this._forget();
    if (about === null) {
      this._say(this._workspace.words.__('This output cannot be shown: what the notebook says of it is damaged. Run the cell again.'));
      return Promise.resolve();
    }
    this._wait(about);
    if (this.isAttached) {
      this._watch();
    }
    return Promise.resolve();
  }

  override dispose(): void {
    this._forget();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this._waits) {
      this._watch();
    }
  }

  protected override onBeforeDetach(message: Message): void {
    this._seen?.disconnect();
    super.onBeforeDetach(message);
  }

  /** The place of the output, and what it will be. */
  private _wait(about: IPlaceholder): void {
    const { words, when } = this._workspace;
    const label = words.__('Large output (%1)', when.size(about.size));
    const place = document.createElement('div');
    place.className = 'opw-LargeOutput-place';
    const height = about.height || (about.stream === null ? USUAL : SMALLEST);
    place.style.height = `${Math.min(Math.max(height, SMALLEST), TALLEST)}px`;
    place.textContent = label;
    this.node.setAttribute('aria-label', label);
    this.node.setAttribute('aria-busy', 'true');
    this.node.replaceChildren(place);
    this._waits = true;
  }

  private _watch(): void {
    this._seen?.disconnect();
    const seen = (entries: IntersectionObserverEntry[]): void => {
      if (entries.some(entry => entry.isIntersecting)) {
        this._seen?.disconnect();
        void this._fetch();
      }
    };
    this._seen = new IntersectionObserver(seen, { root: this.node.closest(SCROLLED), rootMargin: NEAR });
    this._seen.observe(this.node);
  }

  private async _fetch(): Promise<void> {
    const about = this._about;
    if (about === null || !this._waits) {
      return;
    }
    const request = (this._request = new AbortController());
    this._waits = false;
    const { words } = this._workspace;
    try {
      const place = this._placeOf();
      if (place === null) {
        throw new Error(words.__('This output is beside its notebook: open the notebook to see it.'));
      }
      await this._show(about, place, request.signal);
    } catch (error) {
      if (!request.signal.aborted) {
        this._fail(error);
      }
    }
    if (!request.signal.aborted) {
      this.node.removeAttribute('aria-busy');
    }
  }

  private async _show(about: IPlaceholder, place: IPlace, signal: AbortSignal): Promise<void> {
    const { settings } = this._workspace;
    if (about.stream !== null) {
      const text = new LargeText(this._workspace, place, about, about.stream);
      await text.first(signal);
      this._become(text);
      return;
    }
    const bytes = await bytesOf(outputUrl(settings, place.file, about.id), settings, { signal });
    const { data, metadata } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, PartialJSONObject>;
    const { [PLACEHOLDER]: _, ...rest } = data ?? {};
    await this._draw(place.rendermime, rest, metadata ?? {}, signal);
  }

  /** As an output area would: what is not trusted only by renderers that are safe, and they sanitise it. */
  private async _draw(
    rendermime: IRenderMimeRegistry,
    data: ReadonlyPartialJSONObject,
    metadata: ReadonlyPartialJSONObject,
    signal: AbortSignal
  ): Promise<void> {
    const kind = rendermime.preferredMimeType(data, this._trusted ? 'any' : 'ensure');
    if (kind === undefined) {
      throw new Error(this._workspace.words.__('Nothing here can show this output; download the notebook to see it elsewhere.'));
    }
    const inner = rendermime.createRenderer(kind);
    const model = new MimeModel({ data, metadata, trusted: this._trusted });
    await inner.renderModel(model);
    if (signal.aborted) {
      inner.dispose();
    } else {
      this._become(inner);
    }
  }

  private _become(inner: Widget): void {
    this.node.replaceChildren();
    (this.layout as PanelLayout).addWidget(inner);
  }

  private _fail(error: unknown): void {
    const { words } = this._workspace;
    const missing = error instanceof WorkspaceError && error.status === 404;
    const sentence = missing
      ? words.__('This output is not on the server any more. Run the cell again.')
      : sentenceOf(this._workspace, error);
    const retry = document.createElement('button');
    retry.type = 'button';
    retry.className = 'opw-Button';
    retry.textContent = words.__('Try again');
    retry.addEventListener('click', () => {
      if (this._about !== null) {
        this._wait(this._about);
        this.node.focus();
        void this._fetch();
      }
    });
    this._say(sentence, retry);
  }

  private _say(sentence: string, ...more: HTMLElement[]): void {
    const box = document.createElement('div');
    box.className = 'opw-LargeOutput-failure';
    box.setAttribute('role', 'alert');
    const text = document.createElement('p');
    text.textContent = sentence;
    box.append(text, ...more);
    this.node.replaceChildren(box);
    this.node.removeAttribute('aria-busy');
  }

  private _forget(): void {
    this._waits = false;
    this._seen?.disconnect();
    this._request?.abort();
    const layout = this.layout as PanelLayout | null;
    [...(layout?.widgets ?? [])].forEach(widget => widget.dispose());
  }

  private _about: IPlaceholder | null = null;
  private _trusted = false;
  private _waits = false;
  private _seen: IntersectionObserver | null = null;
  private _request: AbortController | null = null;
}
