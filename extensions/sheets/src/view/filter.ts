/** Which rows are to be seen: one condition on the column at hand, besides those on others; for me alone or for all. */
import { letters } from '../a1.js';
import type { IView } from '../wire.js';
import type { ISheetContext } from './context.js';
import { isOn, orderOf, valueOf, withConditions, withOrder, type Order, type Test } from './conditions.js';
import { columnIds } from './ids.js';
import { clearView } from './strip.js';

/** What the server takes of a view that nobody keeps. */
const MOST_CONDITIONS = 10;
const MOST_LETTERS = 4000;

interface IChoice {
  test: Test;
  text: string;
  order: Order;
}

export class Filter {
  constructor(private readonly _on: ISheetContext) {}

  open(anchor: HTMLElement): void {
    this.close();
    const { words } = this._on.workspace;
    const { column } = this._on.grid.active;
    const card = document.createElement('form');
    card.className = 'opw-SheetFilter';
    card.setAttribute('role', 'dialog');
    card.setAttribute('aria-label', words.__('Filter'));
    const title = document.createElement('strong');
    title.textContent = words.__('Rows where column %1…', this._name(column));
    const test = this._select();
    const value = document.createElement('input');
    value.className = 'opw-Input';
    value.setAttribute('aria-label', words.__('Value'));
    value.placeholder = words.__('Value');
    value.maxLength = 300;
    test.addEventListener('change', () => (value.hidden = ['empty', 'filled'].includes(test.value)));
    const order = this._orders(column);
    const all = this._forAll();
    const buttons = document.createElement('div');
    buttons.className = 'opw-SheetFilter-buttons';
    buttons.append(
      ...(isOn(this._on.model.viewIn(this._on.tab)) ? [this._button(words.__('Show all rows'), '', () => this._clear())] : []),
      this._button(words.__('Filter'), ' opw-tone-primary', () => card.requestSubmit())
    );
    card.append(title, test, value, order.label, all.label, all.hint, buttons);
    card.addEventListener('submit', event => {
      event.preventDefault();
      void this._choose(column, { test: test.value as Test, text: value.value, order: order.select.value as Order }, all.input.checked);
    });
    card.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Escape') {
        this.close();
        this._on.grid.focus();
      }
    });
    document.body.append(card);
    const box = anchor.getBoundingClientRect();
    card.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - card.offsetWidth - 8))}px`;
    card.style.top = `${box.bottom + 4}px`;
    this._card = card;
    document.addEventListener('pointerdown', this._outside, { capture: true });
    test.focus();
  }

  close(): void {
    document.removeEventListener('pointerdown', this._outside, { capture: true });
    this._card?.remove();
    this._card = null;
  }

  private _name(column: number): string {
    const { model, source, tab } = this._on;
    const name = model.tab(tab)?.header === true ? source.text({ row: 0, column }) : '';
    return name === '' ? letters(column) : `${letters(column)} · ${name}`;
  }

  private _select(): HTMLSelectElement {
    const { words } = this._on.workspace;
    const select = document.createElement('select');
    select.className = 'opw-Input';
    select.setAttribute('aria-label', words.__('Condition'));
    const tests: [Test, string][] = [
      ['contains', words.__('contains')],
      ['begins', words.__('begins with')],
      ['=', words.__('is equal to')],
      ['<>', words.__('is not')],
      ['>', words.__('is more than')],
      ['>=', words.__('is at least')],
      ['<', words.__('is less than')],
      ['<=', words.__('is at most')],
      ['filled', words.__('is filled')],
      ['empty', words.__('is empty')]
    ];
    for (const [value, label] of tests) {
      select.append(new Option(label, value));
    }
    return select;
  }

  private _orders(column: number): { label: HTMLLabelElement; select: HTMLSelectElement } {
    const { model, tab, workspace } = this._on;
    const { words } = workspace;
    const label = document.createElement('label');
    label.className = 'opw-SheetFilter-order';
    const select = document.createElement('select');
    select.className = 'opw-Input';
    select.append(new Option(words.__('as they stand'), ''), new Option(words.__('from A to Z'), 'up'), new Option(words.__('from Z to A'), 'down'));
    const id = model.columnId(tab, column);
    select.value = id === undefined ? '' : orderOf(model.viewIn(tab), id);
    const text = document.createElement('span');
    text.textContent = words.__('Order');
    label.append(text, select);
    return { label, select };
  }

  private _button(label: string, tone: string, run: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `opw-Button${tone}`;
    button.textContent = label;
    button.addEventListener('click', run);
    return button;
  }

  private async _choose(column: number, { test, text, order }: IChoice, all: boolean): Promise<void> {
    const { model, tab, workspace } = this._on;
    const [id] = await columnIds(this._on, column, column);
    const alone = ['empty', 'filled'].includes(test);
    const values = alone ? [] : [valueOf(text, test, workspace.locale)];
    // Nothing to look for: all rows.
    const conditions = alone || text !== '' ? [{ column: id, test, values }] : [];
    const view = withOrder(withConditions(model.viewIn(tab), id, conditions), id, order);
    if (!isOn(view)) {
      this._clear();
    } else if (model.canWrite) {
      this._keep(view, all);
    } else {
      this._show(view);
    }
  }

  private _keep(view: IView, all: boolean): void {
    const { model, tab } = this._on;
    const mine = model.viewOf(tab) === 'mine';
    model.show(tab, undefined);
    if (all && mine) {
      model.do('set_view', { tab, mine: true });
    }
    model.do('set_view', { tab, mine: !all, view });
    this._done();
  }

  /** For who may only read. */
  private _show(view: IView): void {
    const { model, notices, tab, workspace } = this._on;
    if ((view.filter ?? []).length > MOST_CONDITIONS || JSON.stringify(view).length > MOST_LETTERS) {
      notices.tell({ text: workspace.words.__('This is too much for one filter: clear it first.'), tone: 'warn', about: 'filtered' });
      return;
    }
    model.show(tab, view);
    this._done();
  }

  private _done(): void {
    this.close();
    this._on.grid.reset();
    this._on.grid.focus();
  }

  private _clear(): void {
    this.close();
    clearView(this._on);
  }

  private _forAll(): { label: HTMLLabelElement; input: HTMLInputElement; hint: HTMLElement } {
    const { model, tab, workspace } = this._on;
    const { words } = workspace;
    const hint = document.createElement('span');
    hint.className = 'opw-muted';
    const label = document.createElement('label');
    label.className = 'opw-SheetFilter-all';
    const input = document.createElement('input');
    input.type = 'checkbox';
    label.hidden = !model.canWrite;
    input.checked = model.canWrite && model.viewOf(tab) === 'shared';
    label.append(input, words.__('For everybody'));
    const say = (): void => {
      hint.textContent = input.checked
        ? words.__('Everybody sees only the rows that are left. Nothing is changed.')
        : words.__('Only you see the rows that are left. Nothing is changed.');
    };
    input.addEventListener('change', say);
    say();
    return { label, input, hint };
  }

  private readonly _outside = (event: Event): void => {
    if (this._card !== null && event.target instanceof Node && !this._card.contains(event.target)) {
      this.close();
    }
  };

  private _card: HTMLElement | null = null;
}
