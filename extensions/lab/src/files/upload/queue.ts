/** What is sent to the server: a few at once, each to its end, taken up again after a cut, asked where a name is taken. */
import { Signal, type ISignal } from '@lumino/signaling';

export type Decision = 'replace' | 'keep' | 'skip';
export type State = 'waiting' | 'sending' | 'asking' | 'done' | 'failed' | 'skipped' | 'cancelled';

export interface IItem {
  readonly key: number;
  readonly file: File;
  /** Path of the folder it goes to. */
  readonly folder: string;
  readonly batch: number;
  state: State;
  /** Bytes that have come. */
  sent: number;
  fault: string;
  conflict: 'refuse' | 'replace' | 'keep';
  stop: AbortController | null;
}

/** Why a file did not go: in words, and what follows from it. */
export class Refusal extends Error {
  constructor(
    sentence: string,
    readonly kind: 'taken' | 'full' | 'other' | 'cut'
  ) {
    super(sentence);
  }
}

export interface ITransport {
  /** Make a folder unless it is there. */
  folder(path: string): Promise<void>;
  /** Send a file; rejects with a Refusal. Where it was cut it goes on by itself. */
  send(item: IItem, progress: (bytes: number) => void): Promise<void>;
  /** Resolves when it is worth to try again after the n-th cut in a row. */
  pause(tries: number, signal: AbortSignal): Promise<void>;
}

export interface ISummary {
  total: number;
  done: number;
  failed: number;
  asking: number;
  /** Waiting or being sent. */
  open: number;
  bytes: number;
  sent: number;
  /** The server is out of reach; it goes on by itself. */
  cut: boolean;
}

const AT_ONCE = 4;
const TELL_MS = 200;

export class UploadQueue {
  constructor(private readonly _transport: ITransport) {}

  /** The numbers or rows are others now; told at most five times a second. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A file is there. */
  get arrived(): ISignal<this, IItem> {
    return this._arrived;
  }

  /** What of a drop or a choice belongs together: one answer to “the name is taken” holds for all of it. */
  batch(): number {
    return ++this._batches;
  }

  add(files: { file: File; folder: string }[], batch: number): IItem[] {
    const added = files.map(({ file, folder }): IItem => {
      const decided = this._decided.get(batch);
      return {
        key: ++this._keys,
        file,
        folder,
        batch,
        state: 'waiting',
        sent: 0,
        fault: '',
        conflict: decided === undefined || decided === 'skip' ? 'refuse' : decided,
        stop: null
      };
    });
    for (const item of added) {
      this._items.push(item);
      this._waiting.push(item);
    }
    this._run();
    this._tell();
    return added;
  }

  /** Make a folder that holds no file. */
  folder(path: string): Promise<void> {
    return this._folder(path);
  }

  /** Rows that a person must see: problems first, then what is going on. At most so many. */
  shown(most: number): IItem[] {
    const rank: Record<State, number> = { failed: 0, asking: 1, sending: 2, waiting: 3, skipped: 4, done: 5, cancelled: 6 };
    const rows: IItem[] = [];
    for (const state of ['failed', 'asking', 'sending', 'waiting', 'done'] as State[]) {
      for (const item of this._items) {
        if (rows.length >= most) {
          return rows;
        }
        if (item.state === state) {
          rows.push(item);
        }
      }
    }
    return rows.sort((a, b) => rank[a.state] - rank[b.state]);
  }

  summary(): ISummary {
    const found: ISummary = { total: 0, done: 0, failed: 0, asking: 0, open: 0, bytes: 0, sent: 0, cut: this._cut };
    for (const item of this._items) {
      if (item.state === 'cancelled') {
        continue;
      }
      found.total += 1;
      found.bytes += item.file.size;
      found.sent += item.state === 'done' || item.state === 'skipped' ? item.file.size : item.sent;
      found.done += Number(item.state === 'done' || item.state === 'skipped');
      found.failed += Number(item.state === 'failed');
      found.asking += Number(item.state === 'asking');
      found.open += Number(item.state === 'waiting' || item.state === 'sending');
    }
    return found;
  }

  /** The answer to “there is a file of this name already”, for all that ask and those still to come of the batch. */
  decide(decision: Decision): void {
    for (const item of this._items) {
      if (item.state === 'asking') {
        this._decided.set(item.batch, decision);
      }
    }
    for (const item of this._items) {
      if (item.state === 'asking') {
        this._answer(item, decision);
      }
    }
    this._run();
    this._tell();
  }

  cancel(item: IItem): void {
    item.stop?.abort();
    if (item.state !== 'done') {
      item.state = 'cancelled';
    }
    this._tell();
  }

  cancelAll(): void {
    this._waiting.length = 0;
    this._items.filter(item => item.state !== 'done').forEach(item => this.cancel(item));
  }

  retry(items: IItem[] = this._items.filter(item => item.state === 'failed')): void {
    for (const item of items) {
      item.state = 'waiting';
      item.fault = '';
      this._waiting.push(item);
    }
    this._run();
    this._tell();
  }

  /** Forget all of it. */
  dismiss(): void {
    this.cancelAll();
    this._items = [];
    this._tell();
  }

  private _run(): void {
    while (this._running < AT_ONCE && this._next < this._waiting.length) {
      const item = this._waiting[this._next++];
      if (item.state === 'waiting') {
        this._running += 1;
        void this._send(item).finally(() => {
          this._running -= 1;
          this._tell();
          this._run();
        });
      }
    }
    if (this._next === this._waiting.length) {
      this._waiting.length = this._next = 0;
    }
  }

  private async _send(item: IItem): Promise<void> {
    item.state = 'sending';
    item.stop = new AbortController();
    for (let tries = 0; ; tries++) {
      try {
        await this._folder(item.folder);
        await this._transport.send(item, bytes => {
          tries = 0;
          this._cut = false;
          item.sent = bytes;
          this._tell();
        });
        item.state = 'done';
        this._cut = false;
        this._arrived.emit(item);
        return;
      } catch (error) {
        if (item.stop.signal.aborted) {
          item.state = 'cancelled';
          return;
        }
        const refusal = error instanceof Refusal ? error : new Refusal(String(error), 'other');
        if (refusal.kind !== 'cut') {
          this._refused(item, refusal);
          return;
        }
        this._cut = true;
        this._tell();
        await this._transport.pause(tries, item.stop.signal);
      }
    }
  }

  private _refused(item: IItem, refusal: Refusal): void {
    const decided = this._decided.get(item.batch);
    if (refusal.kind === 'taken') {
      item.state = 'asking';
      if (decided !== undefined && item.conflict === 'refuse') {
        this._answer(item, decided);
      }
      return;
    }
    this._fail(item, refusal.message);
    if (refusal.kind === 'full') {
      this._items
        .filter(other => other.batch === item.batch && other.state === 'waiting')
        .forEach(other => this._fail(other, refusal.message));
    }
  }

  private _fail(item: IItem, fault: string): void {
    item.state = 'failed';
    item.fault = fault;
  }

  private _answer(item: IItem, decision: Decision): void {
    if (decision === 'skip') {
      item.state = 'skipped';
      return;
    }
    item.conflict = decision;
    item.state = 'waiting';
    this._waiting.push(item);
  }

  /** Each folder is made once; those above it first. */
  private _folder(path: string): Promise<void> {
    let made = this._folders.get(path);
    if (made === undefined) {
      const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      made = above === '' || this._roots.has(path) ? Promise.resolve() : this._folder(above).then(() => this._transport.folder(path));
      this._folders.set(path, made);
      made.catch(() => this._folders.delete(path));
    }
    return made;
  }

  /** This folder is there: files are put into it. */
  known(path: string): void {
    this._roots.add(path);
    this._folders.clear();
  }

  private _tell(): void {
    this._timer ??= setTimeout(() => {
      this._timer = null;
      this._changed.emit();
    }, TELL_MS);
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _arrived = new Signal<this, IItem>(this);
  private readonly _decided = new Map<number, Decision>();
  private readonly _folders = new Map<string, Promise<void>>();
  private readonly _roots = new Set<string>();
  private readonly _waiting: IItem[] = [];
  private _items: IItem[] = [];
  private _next = 0;
  private _running = 0;
  private _keys = 0;
  private _batches = 0;
  private _cut = false;
  private _timer: ReturnType<typeof setTimeout> | null = null;
}
