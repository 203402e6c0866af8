/** A small labelled state in a toolbar: an icon, a word, a sentence on hover. */
import type { LabIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

export interface IChip {
  label: string;
  caption: string;
  icon?: LabIcon;
  tone?: 'plain' | 'warn';
}

export class Chip extends Widget {
  constructor(name: string) {
    super();
    this.addClass('opw-Chip');
    this.addClass(`opw-Chip-${name}`);
    this.node.setAttribute('role', 'status');
    this._icon = document.createElement('span');
    this._icon.className = 'opw-Chip-icon';
    this._icon.setAttribute('aria-hidden', 'true');
    this._label = document.createElement('span');
    this._label.className = 'opw-Chip-label';
    this.node.append(this._icon, this._label);
    this.hide();
  }

  /** Show this state, or nothing. */
  display(chip: IChip | null): void {
    this.setHidden(chip === null);
    if (chip === null) {
      return;
    }
    // Written only when it differs: a screen reader speaks each change of a status.
    if (this._label.textContent !== chip.label) {
      this._label.textContent = chip.label;
    }
    this.node.title = chip.caption;
    this.node.dataset['tone'] = chip.tone ?? 'plain';
    this._icon.replaceChildren();
    chip.icon?.element({ container: this._icon, width: '14px', height: '14px' });
  }

  private readonly _icon: HTMLSpanElement;
  private readonly _label: HTMLSpanElement;
}
