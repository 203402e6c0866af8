/** Outlines over the cells: the cell at hand, the selection, colleagues, references. */
import type { IArea } from '../a1.js';

export interface IBox {
  area: IArea;
  /** A class: `active`, `selection`, `other`, `reference`, `copied`. */
  kind: string;
  color?: string;
  label?: string;
}

export interface IRect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class Boxes {
  constructor(private readonly _layer: HTMLElement) {}

  /** `pieces`: an area in each pane where it is in sight. */
  draw(boxes: IBox[], pieces: (area: IArea) => IRect[]): void {
    let used = 0;
    for (const box of boxes) {
      pieces(box.area).forEach((rect, index) => this._draw(this._node(used++), box, rect, index === 0));
    }
    this._nodes.slice(used).forEach(node => (node.hidden = true));
  }

  private _node(index: number): HTMLElement {
    const known = this._nodes[index] as HTMLElement | undefined;
    if (known !== undefined) {
      return known;
    }
    const node = document.createElement('div');
    node.append(document.createElement('span'));
    this._layer.append(node);
    this._nodes.push(node);
    return node;
  }

  private _draw(node: HTMLElement, { kind, color, label }: IBox, rect: IRect, first: boolean): void {
    node.hidden = false;
    node.className = `opw-Grid-box opw-kind-${kind}`;
    node.style.left = `${rect.left - 1}px`;
    node.style.top = `${rect.top - 1}px`;
    node.style.width = `${rect.right - rect.left + 1}px`;
    node.style.height = `${rect.bottom - rect.top + 1}px`;
    node.style.setProperty('--opw-box', color ?? 'var(--jp-brand-color1)');
    const tag = node.firstElementChild as HTMLElement;
    tag.hidden = label === undefined || !first;
    tag.textContent = label ?? '';
    node.classList.toggle('opw-mod-below', rect.top < 44);
  }

  private readonly _nodes: HTMLElement[] = [];
}
