/** What a mouse or a finger does on the grid. */
import type { ICell } from '../a1.js';

/** What is under the pointer. */
export type Hit =
  | { on: 'cell'; cell: ICell }
  | { on: 'row'; row: number }
  | { on: 'column'; column: number }
  | { on: 'edge'; column: number }
  | { on: 'corner' };

export interface IPointed {
  hit(x: number, y: number): Hit | null;
  /** True when the focus must stay where it is. */
  press(hit: Hit, extend: boolean): boolean;
  /** The pointer was drawn over this, with the button down. */
  draw(hit: Hit): void;
  /** Let go. */
  done(): void;
  resize(column: number, width: number, done: boolean): void;
  widthOf(column: number): number;
  twice(hit: Hit): void;
  menu(hit: Hit | null, event: MouseEvent): void;
}

const SCROLL_STEP = 25;
const NEAR = 16;

export class Pointer {
  constructor(
    private readonly _node: HTMLElement,
    private readonly _on: IPointed
  ) {
    _node.addEventListener('pointerdown', event => this._down(event));
    _node.addEventListener('mousedown', event => this._keep && event.preventDefault());
    _node.addEventListener('pointermove', event => this._move(event));
    _node.addEventListener('pointerup', event => this._up(event));
    _node.addEventListener('pointercancel', event => this._up(event));
    _node.addEventListener('click', event => this._click(event));
    _node.addEventListener('dblclick', event => this._double(event));
    _node.addEventListener('contextmenu', event => {
      event.preventDefault();
      event.stopPropagation();
      _on.menu(event.clientX === 0 && event.clientY === 0 ? null : this._hit(event), event);
    });
  }

  private _down(event: PointerEvent): void {
    const hit = event.button === 0 && event.isPrimary ? this._hit(event) : null;
    this._keep = false;
    // A finger scrolls; what it chooses comes with the click.
    if (hit === null || event.pointerType === 'touch') {
      return;
    }
    this._node.setPointerCapture(event.pointerId);
    if (hit.on === 'edge') {
      this._resizing = { column: hit.column, from: event.clientX, width: this._on.widthOf(hit.column) };
    } else {
      this._drawing = true;
      this._keep = this._on.press(hit, event.shiftKey);
    }
  }

  private _move(event: PointerEvent): void {
    if (this._resizing !== null) {
      this._on.resize(this._resizing.column, this._width(event), false);
      return;
    }
    const hit = this._hit(event);
    this._node.classList.toggle('opw-mod-edge', hit?.on === 'edge');
    if (this._drawing) {
      this._scrollAt(event);
      if (hit !== null) {
        this._on.draw(hit);
      }
    }
  }

  private _up(event: PointerEvent): void {
    if (this._resizing !== null) {
      const { column, width } = this._resizing;
      if (Math.abs(this._width(event) - width) > 1) {
        this._on.resize(column, this._width(event), true);
      }
      this._resizing = null;
    } else if (this._drawing) {
      this._drawing = false;
      this._on.done();
    }
  }

  private _click(event: MouseEvent): void {
    const hit = this._hit(event);
    if (hit !== null && (event as PointerEvent).pointerType === 'touch' && hit.on !== 'edge') {
      this._on.press(hit, event.shiftKey);
      this._on.done();
    }
  }

  private _double(event: MouseEvent): void {
    const hit = this._hit(event);
    if (hit !== null) {
      this._on.twice(hit);
    }
  }

  private _hit(event: MouseEvent): Hit | null {
    const box = this._node.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    // Not on a scroll bar.
    return x >= 0 && y >= 0 && x < this._node.clientWidth && y < this._node.clientHeight ? this._on.hit(x, y) : null;
  }

  private _width(event: PointerEvent): number {
    const { from, width } = this._resizing ?? { from: 0, width: 0 };
    return Math.round(Math.max(24, Math.min(2000, width + event.clientX - from)));
  }

  /** Drawn to an edge, the grid goes on. */
  private _scrollAt(event: PointerEvent): void {
    const box = this._node.getBoundingClientRect();
    const by = (at: number, low: number, high: number): number => (at > high - NEAR ? SCROLL_STEP : at < low + NEAR ? -SCROLL_STEP : 0);
    this._node.scrollBy(by(event.clientX, box.left + 60, box.right), by(event.clientY, box.top + 30, box.bottom));
  }

  private _keep = false;
  private _drawing = false;
  private _resizing: { column: number; from: number; width: number } | null = null;
}
