/** What is said to who does not see: where they are, what stands there, who changes the sheet meanwhile. */
import { sizeOf } from '../a1.js';
import type { IHeard } from '../model/told.js';
import { nameOfMember, type ISheetContext } from './context.js';
import { cellName, nameOfChosen } from './rows.js';

const SETTLE_MS = 120;
/** Others' changes are gathered: somebody who types is told of once. */
const GATHERED_MS = 10_000;

export class Speech {
  constructor(private readonly _on: ISheetContext) {
    this.node = document.createElement('div');
    this.node.className = 'opw-visuallyHidden opw-Sheet-speech';
    this.node.setAttribute('aria-live', 'polite');
    _on.model.heard.connect((_, heard) => this._hear(heard));
  }

  readonly node: HTMLElement;

  say(text: string): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => (this.node.textContent = text), SETTLE_MS);
  }

  /** The cell at hand is another one. */
  moved(): void {
    this._said = '';
  }

  /** What the cell at hand holds is known; said again only when it has changed. */
  cell(content: string): void {
    const { grid, source, workspace } = this._on;
    const { words } = workspace;
    const { active, selection } = grid;
    const { text, closed, states, title = '' } = source.look(active);
    const about = [
      content.startsWith('=') ? words.__('formula') : '',
      states.split(' ').includes('error') ? title.split('\n')[0] : '',
      closed === true ? words.__('protected') : ''
    ].filter(one => one !== '');
    const place = sizeOf(selection) > 1 ? `${nameOfChosen(this._on, selection, active)}, ${cellName(this._on, active)}` : cellName(this._on, active);
    const said = `${place} ${text}${about.length === 0 ? '' : ` (${about.join(', ')})`}`.trim();
    if (said !== this._said) {
      this._said = said;
      this.say(said);
    }
  }

  dispose(): void {
    clearTimeout(this._timer);
    clearTimeout(this._gathering);
  }

  private _hear({ applied, mine }: IHeard): void {
    if (mine !== undefined || applied.author === this._on.model.me) {
      return;
    }
    this._authors.add(applied.author);
    this._gathering ??= setTimeout(() => {
      const { locale, words } = this._on.workspace;
      const names = [...this._authors].map(author => nameOfMember(this._on, author));
      this._authors.clear();
      this._gathering = undefined;
      this.say(words.__('Changed by %1.', new Intl.ListFormat(locale, { type: 'conjunction' }).format(names)));
    }, GATHERED_MS);
  }

  private readonly _authors = new Set<string>();
  private _said = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _gathering: ReturnType<typeof setTimeout> | undefined;
}
