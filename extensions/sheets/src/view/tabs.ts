/** The tabs of a workbook, below the cells. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { lockIcon } from '@openpaas/base';
import { UUID } from '@lumino/coreutils';

import type { ITab } from '../wire.js';
import type { ISheetContext } from './context.js';
import type { Deeds } from './deeds.js';
import { openMenu } from './menus.js';
import { UNDOABLE } from './notices.js';
import { openProtect } from './protect.js';

export class Tabs {
  constructor(
    private readonly _on: ISheetContext,
    private readonly _deeds: Deeds,
    private readonly _show: (tab: string) => void
  ) {
    const { words } = _on.workspace;
    this.node = document.createElement('div');
    this.node.className = 'opw-SheetTabs';
    this._list = document.createElement('div');
    this._list.className = 'opw-SheetTabs-list';
    this._list.setAttribute('role', 'tablist');
    this._list.setAttribute('aria-label', words.__('Tabs of this sheet'));
    this._add = document.createElement('button');
    this._add.type = 'button';
    this._add.className = 'opw-Button opw-tone-quiet opw-mod-icon';
    this._add.textContent = '+';
    this._add.title = words.__('Add a tab');
    this._add.setAttribute('aria-label', this._add.title);
    this._add.addEventListener('click', () => this._new());
    this.node.append(this._add, this._list);
    this._list.addEventListener('keydown', event => this._key(event));
  }

  readonly node: HTMLElement;

  update(): void {
    const { model, tab, guards } = this._on;
    this._add.hidden = !model.canWrite;
    if (this._list.querySelector('input') !== null) {
      return;
    }
    const tabs = model.info?.tabs ?? [];
    const state = JSON.stringify([tabs.map(({ id, name }) => [id, name, guards.tab(id)]), tab, model.canWrite]);
    if (state === this._state) {
      return;
    }
    this._state = state;
    const focused = this._list.contains(document.activeElement);
    this._list.replaceChildren(...tabs.map((one, index) => this._tab(one, index, one.id === tab)));
    const shown = this._list.querySelector<HTMLElement>('[aria-selected=true]');
    shown?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (focused) {
      shown?.focus();
    }
  }

  private _tab(tab: ITab, index: number, shown: boolean): HTMLElement {
    const node = document.createElement('button');
    node.type = 'button';
    node.className = 'opw-SheetTabs-tab';
    node.textContent = tab.name;
    node.setAttribute('role', 'tab');
    node.setAttribute('aria-selected', String(shown));
    node.tabIndex = shown ? 0 : -1;
    this._lock(node, this._on.guards.tab(tab.id));
    node.addEventListener('click', () => this._show(tab.id));
    node.addEventListener('dblclick', () => this._rename(node, tab));
    node.addEventListener('contextmenu', event => {
      event.preventDefault();
      event.stopPropagation();
      this._menu(node, tab, index);
    });
    if (this._on.model.canWrite) {
      this._drag(node, tab, index);
    }
    return node;
  }

  private _lock(node: HTMLElement, why: string): void {
    if (why !== '') {
      node.title = why;
      const sign = document.createElement('span');
      sign.className = 'opw-SheetTabs-lock';
      lockIcon.element({ container: sign, width: '12px', height: '12px' });
      const said = document.createElement('span');
      said.className = 'opw-visuallyHidden';
      said.textContent = ` (${this._on.workspace.words.__('protected')})`;
      node.append(sign, said);
    }
  }

  private _drag(node: HTMLElement, tab: ITab, index: number): void {
    node.draggable = true;
    node.addEventListener('dragstart', event => {
      this._dragged = tab.id;
      event.dataTransfer?.setData('text/plain', tab.name);
    });
    node.addEventListener('dragover', event => this._dragged !== null && event.preventDefault());
    node.addEventListener('drop', event => {
      event.preventDefault();
      if (this._dragged !== null && this._dragged !== tab.id) {
        this._on.model.do('move_tab', { tab: this._dragged, position: index });
      }
      this._dragged = null;
    });
    node.addEventListener('dragend', () => (this._dragged = null));
  }

  private _new(): void {
    if (this._deeds.allowed()) {
      const { words } = this._on.workspace;
      const taken = new Set(this._on.model.info?.tabs.map(tab => tab.name));
      let number = taken.size + 1;
      while (taken.has(words.__('Sheet %1', number))) {
        number++;
      }
      const id = UUID.uuid4().replaceAll('-', '').slice(0, 16);
      this._on.model.do('add_tab', { id, name: words.__('Sheet %1', number) });
      this._show(id);
    }
  }

  private _rename(node: HTMLElement, tab: ITab): void {
    if (!this._deeds.allowed()) {
      return;
    }
    const input = document.createElement('input');
    input.className = 'opw-SheetTabs-name';
    input.value = tab.name;
    input.maxLength = 100;
    input.setAttribute('aria-label', this._on.workspace.words.__('Name of the tab'));
    let open = true;
    const end = (keep: boolean): void => {
      if (open) {
        open = false;
        const name = input.value.trim();
        this._state = '';
        input.replaceWith(node);
        if (keep && name !== '' && name !== tab.name) {
          this._on.model.do('rename_tab', { tab: tab.id, name });
        }
        this.update();
      }
    };
    input.addEventListener('blur', () => end(true));
    input.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Enter' || event.key === 'Escape') {
        end(event.key === 'Enter');
      }
    });
    node.replaceWith(input);
    input.select();
    input.focus();
  }

  private _menu(node: HTMLElement, tab: ITab, index: number): void {
    const { model, workspace } = this._on;
    const { words } = workspace;
    const enabled = model.canWrite;
    const count = model.info?.tabs.length ?? 1;
    const move = (position: number): unknown => model.do('move_tab', { tab: tab.id, position });
    const box = node.getBoundingClientRect();
    openMenu(
      [
        { label: words.__('Rename'), enabled, run: () => this._rename(node, tab) },
        { label: words.__('Move to the left'), enabled: enabled && index > 0, run: () => move(index - 1) },
        { label: words.__('Move to the right'), enabled: enabled && index < count - 1, run: () => move(index + 1) },
        null,
        { label: words.__('Protect…'), enabled, run: () => (this._show(tab.id), openProtect(this._on, 'tab')) },
        { label: words.__('Delete the tab'), enabled: enabled && count > 1, run: () => this._remove(tab) }
      ],
      box.left,
      box.top,
      () => node.focus()
    );
  }

  private async _remove(tab: ITab): Promise<void> {
    const { model, notices, workspace } = this._on;
    const { words } = workspace;
    const answer = await showDialog({
      title: words.__('Delete the tab “%1”?', tab.name),
      body: words.__('It goes for everybody, with all that is in it. You can undo this.'),
      buttons: [Dialog.cancelButton({ label: words.__('Cancel') }), Dialog.warnButton({ label: words.__('Delete the tab') })]
    });
    if (answer.button.accept) {
      model.do('remove_tab', { tab: tab.id });
      const action = { label: words.__('Undo'), run: () => model.undo('undo') };
      notices.tell({ text: words.__('The tab “%1” was deleted.', tab.name), about: UNDOABLE, action });
    }
  }

  private _key(event: KeyboardEvent): void {
    const tabs = this._on.model.info?.tabs ?? [];
    const at = tabs.findIndex(tab => tab.id === this._on.tab);
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by === undefined ? undefined : tabs[(at + by + tabs.length) % tabs.length];
    const node = this._list.querySelector<HTMLElement>('[aria-selected=true]');
    if (next !== undefined) {
      event.preventDefault();
      this._show(next.id);
    } else if (event.key === 'F2' && node !== null && at >= 0) {
      event.preventDefault();
      this._rename(node, tabs[at]);
    }
  }

  private readonly _list: HTMLElement;
  private readonly _add: HTMLButtonElement;
  private _state = '';
  private _dragged: string | null = null;
}
