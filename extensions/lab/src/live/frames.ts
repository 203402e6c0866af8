/**
 * The frames of a room that are ours: RAW JSON frames, and which of the stock frames carry edits.
 * RAW: byte 2, the length in bytes as a varuint, ASCII JSON.
 */

export type Role = 'reader' | 'commenter' | 'editor' | 'manager';

/** What this member may do in the document; sent at each connection and whenever it changes. */
export interface IRoleFrame {
  type: 'role';
  role: Role;
  execute: boolean;
  epoch: number;
  /** Why the member may only read, when it is not the role: a sentence of the server. */
  why?: string;
}

/** One of our update messages has been committed. */
export interface IAckFrame {
  type: 'ack';
  seq: number;
}

/** A sentence of the server for the person in front of the page. */
export interface INoticeFrame {
  type: 'notice';
  text: string;
}

export type RawFrame = IRoleFrame | IAckFrame | INoticeFrame | { type: string; [field: string]: unknown };

const MESSAGE_SYNC = 0;
const MESSAGE_RAW = 2;
const SYNC_STEP2 = 1;
const SYNC_UPDATE = 2;
/** A step 2 that holds nothing: type, kind, length 2, and an update of no structs and no deletions. */
const EMPTY_STEP2 = [MESSAGE_SYNC, SYNC_STEP2, 2, 0, 0];

/** What an outgoing frame means for the count of unsaved edits. */
export type Outgoing = 'update' | 'step2' | 'empty-step2' | 'other';

export function encodeRaw(frame: object): Uint8Array {
  const json = JSON.stringify(frame).replace(
    /[\u007f-\uffff]/g,
    char => '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0')
  );
  return Uint8Array.from([
    MESSAGE_RAW,
    ...varUint(json.length),
    ...Array.from(json, char => char.charCodeAt(0))
  ]);
}

/** The RAW frame in `data`, or null for any other frame and for rubbish. */
export function decodeRaw(data: Uint8Array): RawFrame | null {
  if (data[0] !== MESSAGE_RAW) {
    return null;
  }
  const [length, start] = readVarUint(data, 1);
  if (start + length > data.length) {
    return null;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(start, start + length));
    const frame: unknown = JSON.parse(text);
    return isFrame(frame) ? frame : null;
  } catch {
    return null;
  }
}

export function isRole(frame: RawFrame): frame is IRoleFrame {
  return (
    frame.type === 'role' &&
    'role' in frame &&
    ['reader', 'commenter', 'editor', 'manager'].includes(frame.role as string)
  );
}

export function isNotice(frame: RawFrame): frame is INoticeFrame {
  return frame.type === 'notice' && 'text' in frame && typeof frame.text === 'string';
}

export function outgoing(data: Uint8Array): Outgoing {
  if (data[0] !== MESSAGE_SYNC) {
    return 'other';
  }
  if (data[1] === SYNC_UPDATE) {
    return 'update';
  }
  if (data[1] !== SYNC_STEP2) {
    return 'other';
  }
  const empty =
    data.length === EMPTY_STEP2.length && EMPTY_STEP2.every((byte, at) => data[at] === byte);
  return empty ? 'empty-step2' : 'step2';
}

function isFrame(frame: unknown): frame is RawFrame {
  return (
    typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string'
  );
}

function varUint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

function readVarUint(data: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  let factor = 1;
  let next = at;
  for (;;) {
    const byte = data[next++];
    if (byte === undefined || factor > 2 ** 49) {
      return [Number.MAX_SAFE_INTEGER, next];
    }
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) {
      return [value, next];
    }
  }
}
