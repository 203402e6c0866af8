/** The socket of one sheet: opened again after a cut, later each time. */
import { CLOSED, type Incoming } from '../wire.js';

/** What is used of a WebSocket. */
export interface ISocket {
  onopen: ((event: Event) => unknown) | null;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onclose: ((event: CloseEvent) => unknown) | null;
  send(data: string): void;
  close(): void;
  readonly readyState: number;
}

export type Ending = 'withdrawn' | 'gone' | 'session' | 'broken';

export interface ILinkOptions {
  connect: () => ISocket;
  opened: () => void;
  received: (message: Incoming) => void;
  closed: () => void;
  ended: (ending: Ending) => void;
  /** For tests. */
  wait?: (work: () => void, ms: number) => unknown;
}

const OPEN = 1;
const FIRST_MS = 300;
/** Every answer comes sooner; a large workbook opens sooner too. */
const SILENCE_MS = 30_000;
const LONGEST_MS = 10_000;
/** So many refusals of what the page sends, one after the other, are no accident. */
const MOST_REFUSALS = 3;

export class Link {
  constructor(private readonly _options: ILinkOptions) {}

  start(): void {
    if (this._socket !== null || this._over) {
      return;
    }
    const socket = this._options.connect();
    this._socket = socket;
    socket.onopen = () => this._options.opened();
    socket.onmessage = event => {
      this._tries = 0;
      this._heard();
      this._options.received(JSON.parse(String(event.data)) as Incoming);
    };
    socket.onclose = event => this._closed(socket, event.code);
  }

  /** Sent at once, or not at all. What asks for an answer and hears nothing shows that the line is dead. */
  send(message: object, answered = true): void {
    const socket = this._socket;
    if (socket?.readyState !== OPEN) {
      return;
    }
    socket.send(JSON.stringify(message));
    if (answered && this._silence === undefined) {
      this._silence = setTimeout(() => this.lose(), SILENCE_MS);
      (this._silence as { unref?: () => void }).unref?.();
    }
  }

  /** The line is dead, though nobody has hung up. */
  lose(): void {
    const socket = this._socket;
    if (socket !== null) {
      this._closed(socket, 1006);
      socket.onmessage = socket.onclose = socket.onopen = null;
      socket.close();
    }
  }

  stop(): void {
    this._over = true;
    const socket = this._socket;
    this._socket = null;
    this._heard();
    socket?.close();
  }

  /** Try now: the network is said to be back. */
  hurry(): void {
    if (this._socket === null && this._lost) {
      this._tries = 0;
      this.start();
    }
  }

  private _closed(socket: ISocket, code: number): void {
    if (this._socket !== socket) {
      return;
    }
    this._socket = null;
    this._lost = true;
    this._heard();
    const ending = this._ending(code);
    this._options.closed();
    if (ending !== undefined) {
      this._over = ending !== 'session';
      this._options.ended(ending);
    }
    if (!this._over) {
      const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this._tries++);
      (this._options.wait ?? setTimeout)(() => this.start(), wait);
    }
  }

  private _heard(): void {
    clearTimeout(this._silence);
    this._silence = undefined;
  }

  private _ending(code: number): Ending | undefined {
    this._refusals = code === CLOSED.rubbish ? this._refusals + 1 : 0;
    if (this._refusals >= MOST_REFUSALS) {
      return 'broken';
    }
    return ({ [CLOSED.session]: 'session', [CLOSED.withdrawn]: 'withdrawn', [CLOSED.gone]: 'gone' } as Record<number, Ending>)[code];
  }

  private _socket: ISocket | null = null;
  private _silence: ReturnType<typeof setTimeout> | undefined;
  private _over = false;
  private _lost = false;
  private _tries = 0;
  private _refusals = 0;
}
