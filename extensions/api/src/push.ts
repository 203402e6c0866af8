/**
 * The push client: one socket per window that tells what happened, in order and without gaps.
 * Durable events carry a global `seq`; after a cut the client resumes from the last one it has seen.
 */

export interface IPushEvent {
  seq: number;
  type: string;
  /** The object it happened to, `kind:id`. */
  ref: string;
  actor: string;
  actor_kind: string;
  behalf: string;
  at: number;
  members: string[];
  data: Record<string, unknown>;
}

export type PushFrame =
  | { type: 'welcome'; conn: string; epoch: string; seq: number; resumed: boolean; reset?: string[] }
  | { type: 'ev'; seq: number; e: IPushEvent[] }
  | { type: 'eph'; topic: string; values: Record<string, unknown>; all?: boolean }
  | { type: 'hb'; seq: number; n: number }
  | { type: 'bye'; retry_after: number }
  | { type: 'topic+'; topic: string; values?: Record<string, unknown> }
  | { type: 'topic-'; topic: string }
  | { type: 'error'; code: string; detail: string; topic?: string };

export type PushState = 'connecting' | 'live' | 'waiting' | 'ended';

export interface IPushListener {
  /** A durable event; each is delivered once and in order. */
  event?(event: IPushEvent): void;
  /** The newest ephemeral values of a followed object, by key; null where one has ended. */
  ephemeral?(topic: string, values: Record<string, unknown>, all: boolean): void;
  /** These areas (all of them when empty) must be read again: the log could not be resumed. */
  reset?(areas: string[]): void;
  /** The member may see this object now, or no longer. */
  topic?(topic: string, gained: boolean): void;
  state?(state: PushState): unknown;
}

/** The part of a WebSocket the client needs; tests give their own. */
export interface IPushSocket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface IPushOptions {
  client: string;
  connect: () => IPushSocket;
  caps?: string[];
  random?: () => number;
  setTimer?: (callback: () => void, ms: number) => unknown;
  clearTimer?: (timer: unknown) => void;
}

/** Silence after which the socket is taken for dead. */
export const WATCHDOG_MS = 60_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 30_000;
const CODE_SESSION_ENDED = 4401;

/** Full jitter: anything between nothing and the doubled bound, at most 30 s. */
export function backoff(attempt: number, random: () => number): number {
  return random() * Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** attempt);
}

export class PushClient {
  constructor(options: IPushOptions) {
    this._options = options;
    this._random = options.random ?? Math.random;
    this._setTimer = options.setTimer ?? ((callback, ms) => setTimeout(callback, ms));
    this._clearTimer =
      options.clearTimer ?? (timer => clearTimeout(timer as ReturnType<typeof setTimeout>));
  }

  get state(): PushState {
    return this._state;
  }

  /** The last durable event seen: what a resume starts from. */
  get position(): { epoch: string; seq: number } | null {
    return this._epoch === null ? null : { epoch: this._epoch, seq: this._seq };
  }

  /** Listen; the answer stops listening. */
  listen(listener: IPushListener): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  start(): void {
    if (this._socket === null) {
      this._open();
    }
  }

  /** Close for good. */
  stop(): void {
    this._drop();
    this._cancel('_retry');
    this._setState('ended');
  }

  /** Follow the ephemeral values of these objects (`kind:id`), also after a cut; as often as they are unfollowed. */
  follow(topics: string[]): void {
    for (const topic of topics) {
      this._followed.set(topic, (this._followed.get(topic) ?? 0) + 1);
    }
    // One that is followed already is answered with its values all the same.
    this._send({ type: 'sub', topics });
  }

  unfollow(topics: string[]): void {
    const ended = topics.filter(topic => {
      const count = this._followed.get(topic) ?? 0;
      if (count > 1) {
        this._followed.set(topic, count - 1);
      } else {
        this._followed.delete(topic);
      }
      return count === 1;
    });
    if (ended.length > 0) {
      this._send({ type: 'unsub', topics: ended });
    }
  }

  /** Whether somebody sits in front of this window, and the object it shows; said again after a cut. */
  here(state: 'active' | 'away', at: string): void {
    if (this._here?.state !== state || this._here.at !== at) {
      this._here = { state, at };
      this._send({ type: 'here', ...this._here });
    }
  }

  /** Tell this window's own ephemeral value of a kind in a followed object; null clears it. */
  whisper(topic: string, kind: string, value: unknown): void {
    this._send({ type: 'eph', topic, kind, value });
  }

  /** Before the welcome there is nobody to hear it; what must last is sent again then. */
  private _send(frame: object): void {
    if (this._state === 'live') {
      this._socket?.send(JSON.stringify(frame));
    }
  }

  private _ephemeral(topic: string, values: Record<string, unknown>, all: boolean): void {
    this._tell(listener => listener.ephemeral?.(topic, values, all));
  }

  private _open(): void {
    this._cancel('_retry');
    this._setState('connecting');
    const socket = this._options.connect();
    this._socket = socket;
    this._received = 0;
    this._watch();
    socket.onopen = () => {
      const resume = this.position;
      socket.send(
        JSON.stringify({
          type: 'hello',
          client: this._options.client,
          caps: this._options.caps ?? [],
          ...(resume === null ? {} : { resume })
        })
      );
    };
    socket.onmessage = event => {
      if (this._socket === socket && typeof event.data === 'string') {
        this._watch();
        this._receive(event.data);
      }
    };
    socket.onclose = event => {
      if (this._socket === socket) {
        this._lost(event.code);
      }
    };
  }

  private _lost(code: number): void {
    this._drop();
    if (code === CODE_SESSION_ENDED) {
      this._setState('ended');
    } else {
      this._reopenIn(backoff(this._attempt++, this._random));
    }
  }

  private _reopenIn(ms: number): void {
    this._setState('waiting');
    this._cancel('_retry');
    this._retry = this._setTimer(() => this._open(), ms);
  }

  private _drop(): void {
    const socket = this._socket;
    this._socket = null;
    this._cancel('_dog');
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private _watch(): void {
    this._cancel('_dog');
    this._dog = this._setTimer(() => this._lost(0), WATCHDOG_MS);
  }

  private _cancel(timer: '_dog' | '_retry'): void {
    if (this[timer] !== null) {
      this._clearTimer(this[timer]);
      this[timer] = null;
    }
  }

  private _receive(data: string): void {
    let frame: PushFrame;
    try {
      frame = JSON.parse(data) as PushFrame;
    } catch {
      return;
    }
    const handle = this._handlers[frame.type] as ((frame: PushFrame) => void) | undefined;
    handle?.(frame);
  }

  private readonly _handlers: { [T in PushFrame['type']]: (frame: PushFrame & { type: T }) => void } = {
    welcome: frame => this._welcome(frame),
    ev: frame => this._events(frame),
    eph: frame => this._ephemeral(frame.topic, frame.values, frame.all === true),
    hb: frame => this._heartbeat(frame),
    bye: frame => this._bye(frame.retry_after),
    'topic+': frame => {
      if (this._withdrawn.delete(frame.topic) && this._followed.has(frame.topic)) {
        this._send({ type: 'sub', topics: [frame.topic] });
      }
      this._tell(listener => listener.topic?.(frame.topic, true));
      this._ephemeral(frame.topic, frame.values ?? {}, true);
    },
    'topic-': frame => {
      this._withdrawn.add(frame.topic);
      this._tell(listener => listener.topic?.(frame.topic, false));
    },
    error: frame => {
      if (frame.topic !== undefined) {
        this._withdrawn.add(frame.topic);
      }
      console.warn(`The push socket refused: ${frame.detail}`);
    }
  };

  private _welcome(frame: PushFrame & { type: 'welcome' }): void {
    const known = this._epoch !== null;
    this._attempt = 0;
    this._epoch = frame.epoch;
    if (!frame.resumed) {
      this._seq = frame.seq;
    }
    this._setState('live');
    if (this._followed.size > 0) {
      this._send({ type: 'sub', topics: [...this._followed.keys()] });
    }
    if (this._here !== null) {
      this._send({ type: 'here', ...this._here });
    }
    const areas = frame.reset ?? [];
    if (areas.length > 0 || (known && !frame.resumed)) {
      this._tell(listener => listener.reset?.(areas));
    }
  }

  private _events(frame: PushFrame & { type: 'ev' }): void {
    this._received += 1;
    if (frame.seq <= this._seq) {
      return;
    }
    this._seq = frame.seq;
    for (const event of frame.e) {
      this._tell(listener => listener.event?.(event));
    }
  }

  /** `n` counts the durable frames of this connection: a difference is a loss, so resume. */
  private _heartbeat(frame: PushFrame & { type: 'hb' }): void {
    if (frame.n !== this._received) {
      this._lost(0);
    } else {
      this._seq = Math.max(this._seq, frame.seq);
      this._send({ type: 'hb' });
    }
  }

  /** A planned restart: come back spread over time, not all at once. */
  private _bye(retryAfter: number): void {
    this._drop();
    this._reopenIn(retryAfter * 1000 * (1 + this._random()));
  }

  private _tell(call: (listener: IPushListener) => void): void {
    for (const listener of [...this._listeners]) {
      try {
        call(listener);
      } catch (error) {
        console.error('A listener of the push socket failed', error);
      }
    }
  }

  private _setState(state: PushState): void {
    if (state !== this._state) {
      this._state = state;
      this._tell(listener => listener.state?.(state));
    }
  }

  private readonly _options: IPushOptions;
  private readonly _random: () => number;
  private readonly _setTimer: (callback: () => void, ms: number) => unknown;
  private readonly _clearTimer: (timer: unknown) => void;
  private readonly _listeners = new Set<IPushListener>();
  private _socket: IPushSocket | null = null;
  private _state: PushState = 'waiting';
  private readonly _followed = new Map<string, number>();
  private readonly _withdrawn = new Set<string>();
  private _here: { state: 'active' | 'away'; at: string } | null = null;
  private _epoch: string | null = null;
  private _seq = 0;
  private _received = 0;
  private _attempt = 0;
  private _dog: unknown = null;
  private _retry: unknown = null;
}
