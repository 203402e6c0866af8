/** The name of the cell at hand; a name typed here leads there. */

export class NameBox {
  constructor(
    label: string,
    private readonly _go: (text: string) => boolean
  ) {
    this.node = document.createElement('input');
    this.node.className = 'opw-Sheet-name';
    this.node.setAttribute('aria-label', label);
    this.node.title = label;
    this.node.spellcheck = false;
    this.node.addEventListener('focus', () => this.node.select());
    this.node.addEventListener('blur', () => (this.node.value = this._shown));
    this.node.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Enter' && !this._go(this.node.value.trim())) {
        this.node.value = this._shown;
        this.node.select();
      } else if (event.key === 'Escape') {
        this.node.value = this._shown;
        this._go(this._cell);
      }
    });
  }

  readonly node: HTMLInputElement;

  show(area: string, cell: string): void {
    this._shown = area;
    this._cell = cell;
    if (document.activeElement !== this.node) {
      this.node.value = area;
    }
  }

  private _shown = '';
  private _cell = '';
}
