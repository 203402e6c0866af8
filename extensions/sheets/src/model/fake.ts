/** A small server of one sheet, for tests: a grid of texts, its log, and a wire that can be cut. */
import type { Incoming, IView, IWindow, Value } from '../wire.js';
import type { ISocket } from './link.js';

interface ISaid {
  type: string;
  n?: number;
  id?: number;
  [field: string]: unknown;
}

export class FakeServer {
  seq = 0;
  level: 'reader' | 'editor' = 'editor';
  /** All that was said, of all sockets. */
  readonly said: ISaid[] = [];
  readonly cells = new Map<string, Value>();
  /** Work that waits: `run` does it. */
  readonly later: (() => void)[] = [];
  views: Record<string, IView> = {};
  /** Answers are held back until it is false. */
  deaf = false;
  readonly done = new Map<string, Incoming>();
  sockets: FakeSocket[] = [];

  connect(): FakeSocket {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    queueMicrotask(() => socket.onopen?.({} as Event));
    return socket;
  }

  cut(code = 1006): void {
    const all = this.sockets;
    this.sockets = [];
    all.forEach(socket => socket.onclose?.({ code } as CloseEvent));
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      await Promise.resolve();
    }
  }

  async wake(): Promise<void> {
    this.later.splice(0).forEach(work => work());
    await this.settle();
  }

  hear(socket: FakeSocket, said: ISaid): void {
    this.said.push(said);
    if (said.type === 'hello') {
      socket.client = String(said['client']);
      socket.say({
        type: 'welcome', seq: this.seq, level: this.level, me: 'm1', cursors: [], views: this.views,
        sheet: { id: 'f', path: 'S/a.sheet', seq: this.seq, level: this.level, names: {}, protections: [], tabs: [this.tab] }
      });
    } else if (said.type === 'submit') {
      this._submit(socket, said);
    } else if (said.type === 'places') {
      const [top, bottom] = [said['top'] as number, said['bottom'] as number];
      const at = (this.shown ?? []).flatMap((row, place) => (row >= top && row <= bottom ? [place] : []));
      socket.say({ type: 'places', id: said.id ?? 0, first: Math.min(...at), last: Math.max(...at), shown: at.length });
    } else if (said.type === 'window' && !this.deaf) {
      socket.say({ type: 'window', id: said.id ?? 0, window: this.window(said) });
    }
  }

  readonly tab = { id: 't', name: 'One', header: false, height: 1000, width: 30, frozen: [0, 0] as [number, number] };

  /** The rows that a view of mine shows, in its order. */
  shown: number[] | null = null;

  window(asked: ISaid): IWindow {
    return asked['view'] === 'mine' && this.shown !== null ? this._viewed(asked, this.shown) : this._plain(asked);
  }

  private _viewed(asked: ISaid, shown: number[]): IWindow {
    const all = this._plain({ ...asked, top: 0, bottom: this.tab.height });
    const rows = shown.slice(asked['top'] as number, asked['bottom'] as number);
    const columns = all.columns.map(column => ({ ...column, values: rows.map(row => column.values[row]) }));
    return { ...all, top: asked['top'] as number, height: shown.length, total: this.tab.height, rows, numbers: rows, columns };
  }

  private _plain(asked: ISaid): IWindow {
    const [top, left] = [asked['top'] as number, asked['left'] as number];
    const rows = span(top, Math.min(asked['bottom'] as number, this.tab.height));
    const columns = span(left, Math.min(asked['right'] as number, this.tab.width));
    return {
      seq: this.seq, tab: 't', top, left, height: this.tab.height, width: this.tab.width,
      next_row: this.tab.height, next_column: this.tab.width, rows,
      columns: columns.map(id => ({
        id, name: '', dtype: '', width: 0, values: rows.map(row => this.cells.get(`${row},${id}`) ?? null)
      }))
    };
  }

  /** Somebody else writes. */
  write(row: number, column: number, text: string, client = 'other', n = 0): Incoming {
    this.seq++;
    this.cells.set(`${row},${column}`, text);
    const applied: Incoming = {
      type: 'applied', seq: this.seq, author: client === 'other' ? 'm2' : 'm1', client, n, kind: 'set_cells',
      changed: [{ tab: 't', cells: [[column, row, row + 1]] }]
    };
    this.sockets.forEach(socket => socket.say(applied));
    return applied;
  }

  private _submit(socket: FakeSocket, said: ISaid): void {
    const key = `${socket.client}:${said.n}`;
    const known = this.done.get(key);
    if (known !== undefined) {
      socket.say(known);
      return;
    }
    const typed = said['typed'] as { cells: [number, number, string][] } | undefined;
    for (const [row, column, text] of typed?.cells ?? []) {
      this.done.set(key, this.write(row, column, text, socket.client, said.n));
    }
  }
}

class FakeSocket implements ISocket {
  constructor(private readonly _server: FakeServer) {}

  onopen: ISocket['onopen'] = null;
  onmessage: ISocket['onmessage'] = null;
  onclose: ISocket['onclose'] = null;
  client = '';
  readonly readyState = 1;

  send(data: string): void {
    queueMicrotask(() => this._server.sockets.includes(this) && this._server.hear(this, JSON.parse(data) as ISaid));
  }

  say(message: Incoming): void {
    queueMicrotask(() => this._server.sockets.includes(this) && this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent));
  }

  close(): void {
    this._server.sockets = this._server.sockets.filter(one => one !== this);
  }
}

function span(first: number, after: number): number[] {
  return Array.from({ length: Math.max(0, after - first) }, (_, index) => first + index);
}
