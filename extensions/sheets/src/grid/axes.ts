/** Where rows and columns are: sizes, offsets, and a scroll bar for more pixels than a browser has. */

export const ROW_HEIGHT = 25;
export const HEAD_HEIGHT = 25;
/** Higher elements are cut by some browsers. */
const HIGHEST = 15_000_000;

/** Columns of one width, but for a few. */
export class Widths {
  constructor(private readonly _standard: number) {}

  /** True when it is another than before. */
  set(column: number, width: number): boolean {
    const before = this.of(column);
    if (width === this._standard) {
      this._own.delete(column);
    } else {
      this._own.set(column, width);
    }
    return before !== width;
  }

  of(column: number): number {
    return this._own.get(column) ?? this._standard;
  }

  offset(column: number): number {
    let sum = column * this._standard;
    this._own.forEach((width, at) => (sum += at < column ? width - this._standard : 0));
    return sum;
  }

  /** The column at a distance from the first. */
  at(x: number): number {
    let [low, high] = [0, Math.max(1, Math.ceil(x / 20))];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offset(middle) <= x) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  clear(): void {
    this._own.clear();
  }

  private readonly _own = new Map<number, number>();
}

/** A scroll position of an element that is lower than what it stands for. */
export class Scroll {
  /** `total` pixels of content are seen through `seen`. */
  size(total: number, seen: number): number {
    this._total = total;
    this._seen = seen;
    return Math.min(total, HIGHEST);
  }

  /** What is at the top when the bar stands there. */
  offset(scrolled: number): number {
    // The bar knows whole pixels only: a place that was chosen is kept exactly.
    if (this._chosen !== null && Math.abs(scrolled - this._chosen.scrolled) < 1) {
      return this._chosen.offset;
    }
    this._chosen = null;
    return Math.max(0, Math.min(scrolled * this._ratio, this._most));
  }

  /** Where the bar must stand. */
  position(offset: number): number {
    const bounded = Math.max(0, Math.min(offset, this._most));
    const scrolled = Math.round(bounded / this._ratio);
    this._chosen = { scrolled, offset: bounded };
    return scrolled;
  }

  private get _most(): number {
    return Math.max(0, this._total - this._seen);
  }

  private get _ratio(): number {
    const bar = Math.min(this._total, HIGHEST) - this._seen;
    return bar > 0 ? this._most / bar : 1;
  }

  private _total = 0;
  private _seen = 0;
  private _chosen: { scrolled: number; offset: number } | null = null;
}
