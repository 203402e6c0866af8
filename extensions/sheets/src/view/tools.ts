/** The tools of a sheet, in the toolbar of its document; on a narrow screen JupyterLab folds them away. */
import type { LabIcon } from '@jupyterlab/ui-components';
import { downloadIcon } from '@openpaas/base';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import { boldIcon, euroIcon, filterIcon, italicIcon, lessIcon, moreIcon, percentIcon, redoIcon, undoIcon } from '../icons.js';
import type { ISheetContext } from './context.js';
import { isOn } from './conditions.js';
import type { Deeds } from './deeds.js';

export const EURO = '#,##0.00\\ "€"';
export const PERCENT = '0.0%';

export interface IToolActs {
  filter: (anchor: HTMLElement) => void;
  export: (anchor: HTMLElement) => void;
  /** The cells are looked at again when this is called. */
  changed: (again: () => void) => void;
}

export interface IToolOptions {
  label: string;
  icon: LabIcon;
  /** Shown beside the icon. */
  text?: string;
  keys?: string;
  run: (node: HTMLElement) => void;
  pressed?: () => boolean;
  /** Also for who may only read. */
  always?: boolean;
}

export class Tool extends Widget {
  constructor(private readonly _options: IToolOptions) {
    super();
    const { label, icon, text, keys, run } = _options;
    this.addClass('opw-SheetTool');
    this._button = document.createElement('button');
    this._button.type = 'button';
    this._button.className = 'opw-Button';
    this._button.title = keys === undefined ? label : `${label} (${CommandRegistry.formatKeystroke(keys)})`;
    this._button.setAttribute('aria-label', label);
    const picture = document.createElement('span');
    picture.className = 'opw-Button-icon';
    icon.element({ container: picture, width: '16px', height: '16px' });
    this._button.append(picture, ...(text === undefined ? [] : [text]));
    // The cell at hand keeps the focus.
    this._button.addEventListener('mousedown', event => event.preventDefault());
    this._button.addEventListener('click', () => run(this._button));
    this.node.append(this._button);
  }

  update_(canWrite: boolean): void {
    this._button.disabled = !canWrite && this._options.always !== true;
    if (this._options.pressed !== undefined) {
      this._button.setAttribute('aria-pressed', String(this._options.pressed()));
    }
  }

  private readonly _button: HTMLButtonElement;
}

export function addTools(add: (name: string, tool: Widget) => void, on: ISheetContext, deeds: Deeds, acts: IToolActs): void {
  const { words } = on.workspace;
  const style = (): ReturnType<() => Deeds['style']> => deeds.style;
  const tools: Record<string, IToolOptions> = {
    undo: { label: words.__('Undo'), icon: undoIcon, keys: 'Accel Z', run: () => on.model.undo('undo') },
    redo: { label: words.__('Redo'), icon: redoIcon, keys: 'Accel Y', run: () => on.model.undo('redo') },
    euro: { label: words.__('Amount in euros'), icon: euroIcon, run: () => void deeds.number(EURO), pressed: () => style().number === EURO },
    percent: { label: words.__('Per cent'), icon: percentIcon, run: () => void deeds.number(PERCENT), pressed: () => style().number === PERCENT },
    less: { label: words.__('One decimal less'), icon: lessIcon, run: () => void deeds.decimals(-1) },
    more: { label: words.__('One decimal more'), icon: moreIcon, run: () => void deeds.decimals(1) },
    bold: { label: words.__('Bold'), icon: boldIcon, keys: 'Accel B', run: () => void deeds.toggle('bold'), pressed: () => style().bold === true },
    italic: { label: words.__('Italic'), icon: italicIcon, keys: 'Accel I', run: () => void deeds.toggle('italic'), pressed: () => style().italic === true },
    filter: { label: words.__('Filter'), text: words.__('Filter'), icon: filterIcon, run: acts.filter, pressed: () => isOn(on.model.viewIn(on.tab)), always: true },
    export: { label: words.__('Export'), text: words.__('Export'), icon: downloadIcon, run: acts.export, always: true }
  };
  const widgets = Object.entries(tools).map(([name, options]) => {
    const tool = new Tool(options);
    add(`opw-sheet-${name}`, tool);
    return tool;
  });
  const again = (): void => widgets.forEach(tool => tool.update_(on.model.canWrite));
  acts.changed(again);
  again();
}
