/** Sentences over the grid, with one thing to do; they go by themselves or with their cross. */
import { closeIcon, type IWorkspace } from '@openpaas/base';

export interface INotice {
  text: string;
  /** The same subject is told once. */
  about?: string;
  action?: { label: string; run: () => void };
  tone?: 'plain' | 'warn';
  /** Until it is answered. */
  stays?: boolean;
  /** Its cross was pressed. */
  closed?: () => void;
}

/** The subject of what can be undone from here, until one does something else. */
export const UNDOABLE = 'undoable';
const SHOWN_MS = 12_000;
const MOST = 3;

export class Notices {
  /** `back`: who pressed a button here goes on writing. */
  constructor(
    { words }: IWorkspace,
    private readonly _back: () => void
  ) {
    this.node = document.createElement('div');
    this.node.className = 'opw-Notices';
    this.node.setAttribute('role', 'log');
    this.node.setAttribute('aria-live', 'polite');
    this.node.setAttribute('aria-label', words.__('Messages'));
    this._close = words.__('Close');
  }

  readonly node: HTMLElement;

  tell(notice: INotice): void {
    this._known.get(notice.about ?? notice.text)?.();
    while (this.node.childElementCount >= MOST) {
      this.node.firstElementChild?.remove();
    }
    const card = document.createElement('div');
    card.className = 'opw-Notices-card';
    card.dataset['tone'] = notice.tone ?? 'plain';
    const text = document.createElement('span');
    text.textContent = notice.text;
    card.append(text);
    const about = notice.about ?? notice.text;
    const away = (): void => {
      card.remove();
      if (this._known.get(about) === away) {
        this._known.delete(about);
      }
    };
    if (notice.action !== undefined) {
      const { label, run } = notice.action;
      card.append(this._button(label, 'opw-Button', () => (away(), run())));
    }
    card.append(this._cross(() => (away(), notice.closed?.())));
    this.node.append(card);
    this._known.set(about, away);
    if (notice.stays !== true) {
      this._later(card, away);
    }
  }

  /** What was told of a subject holds no more. */
  take(about: string): void {
    this._known.get(about)?.();
  }

  /** Not while somebody is about to press its button. */
  private _later(card: HTMLElement, away: () => void): void {
    setTimeout(() => (card.matches(':hover, :focus-within') ? this._later(card, away) : away()), SHOWN_MS);
  }

  private _button(label: string, name: string, run: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = name;
    button.textContent = label;
    button.addEventListener('click', () => {
      run();
      this._back();
    });
    return button;
  }

  private _cross(away: () => void): HTMLElement {
    const cross = this._button('', 'opw-Button opw-tone-quiet opw-mod-icon', away);
    cross.setAttribute('aria-label', this._close);
    cross.title = this._close;
    closeIcon.element({ container: cross, width: '16px', height: '16px' });
    return cross;
  }

  private readonly _close: string;
  private readonly _known = new Map<string, () => void>();
}
