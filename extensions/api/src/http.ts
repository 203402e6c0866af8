/** One typed fetch for the REST interface of the workspace, and the addresses the page needs. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** Where the REST interface lives, below the base URL. */
export const API_ROOT = 'api/workspace/v1';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface IRequest {
  method?: Method;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  settings?: ServerConnection.ISettings;
}

/** What the server answers when it refuses (RFC 9457). */
export interface IProblem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
}

/** A refusal of the server; `message` is its sentence, fit to be shown. */
export class WorkspaceError extends Error {
  constructor(
    readonly status: number,
    readonly problem: IProblem
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'WorkspaceError';
  }
}

/** The server could not be reached at all. */
export class UnreachableError extends Error {
  override name = 'UnreachableError';
}

/**
 * Call `path` below the REST root and return the decoded answer.
 * Rejects with `WorkspaceError` when refused, `UnreachableError` without a connection.
 */
export async function call<T>(path: string, request: IRequest = {}): Promise<T> {
  const settings = request.settings ?? ServerConnection.makeSettings();
  const url = URLExt.join(settings.baseUrl, API_ROOT, path) + queryString(request.query);
  // Not the stock `no-store`, which adds the time to the query: unknown parameters are refused.
  const init: RequestInit = { method: request.method ?? 'GET', signal: request.signal ?? null, cache: 'no-cache' };
  if (request.body !== undefined) {
    init.body = JSON.stringify(request.body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  return answered<T>(url, init, settings);
}

async function answered<T>(url: string, init: RequestInit, settings: ServerConnection.ISettings): Promise<T> {
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    throw new UnreachableError(String(error));
  }
  const text = await response.text();
  if (!response.ok) {
    throw new WorkspaceError(response.status, parseProblem(text, response.status));
  }
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export interface IPiece {
  query?: IRequest['query'];
  /** `bytes first-last/size` when it is a part of something. */
  range?: string;
  signal?: AbortSignal;
  settings?: ServerConnection.ISettings;
}

/** Send bytes to `path` below the REST root; rejects as `call` does, with the signal's reason when aborted. */
export async function sendPiece<T>(path: string, bytes: Blob, piece: IPiece): Promise<T> {
  const settings = piece.settings ?? ServerConnection.makeSettings();
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' };
  if (piece.range !== undefined) {
    headers['Content-Range'] = piece.range;
  }
  const init: RequestInit = { method: 'PUT', body: bytes, headers, signal: piece.signal ?? null, cache: 'no-cache' };
  return answered<T>(URLExt.join(settings.baseUrl, API_ROOT, path) + queryString(piece.query), init, settings);
}

/** The address of an archive of these objects, by id. */
export function zipUrl(settings: ServerConnection.ISettings, ids: string[]): string {
  return URLExt.join(settings.baseUrl, API_ROOT, 'zip') + queryString({ of: ids.join(',') });
}

/** The address of the bytes of a file, by id. */
export function contentUrl(settings: ServerConnection.ISettings, id: string): string {
  return URLExt.join(settings.baseUrl, API_ROOT, 'files', id, 'content');
}

function queryString(query: IRequest['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : '?' + new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
}

function parseProblem(text: string, status: number): IProblem {
  try {
    const problem: unknown = JSON.parse(text);
    return typeof problem === 'object' && problem !== null ? problem : { status };
  } catch {
    return { status };
  }
}

/** Who the server says we are: `member`, `nobody` (session ended) or `unreachable`. */
export async function whoAmI(
  settings: ServerConnection.ISettings
): Promise<'member' | 'nobody' | 'unreachable'> {
  try {
    const response = await ServerConnection.makeRequest(
      URLExt.join(settings.baseUrl, 'api/me'),
      {},
      settings
    );
    if (response.ok) {
      return 'member';
    }
    return response.status === 401 || response.status === 403 ? 'nobody' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** The login page; comes back to `next` (a path of this server) afterwards. */
export function loginUrl(settings: ServerConnection.ISettings, next?: string): string {
  const url = URLExt.join(settings.baseUrl, 'login');
  return next === undefined ? url : `${url}?next=${encodeURIComponent(next)}`;
}

/** End this session on the server. Resolves also when the session had ended already. */
export async function logOut(settings: ServerConnection.ISettings): Promise<void> {
  await ServerConnection.makeRequest(
    URLExt.join(settings.baseUrl, 'logout'),
    { method: 'POST' },
    settings
  );
}

/** The address of the push socket. */
export function pushUrl(settings: ServerConnection.ISettings): string {
  return URLExt.join(settings.wsUrl, API_ROOT, 'push');
}

/** The address of an output that is stored apart from its notebook. */
export function outputUrl(settings: ServerConnection.ISettings, file: string, id: string, download = false): string {
  const query = download ? { download: 1 } : undefined;
  return URLExt.join(settings.baseUrl, API_ROOT, 'files', file, 'outputs', id) + queryString(query);
}

/**
 * Bytes at an address of ours, from `first` to `last` or all; what never changes comes from the browser's store.
 * Rejects as `call` does.
 */
export async function bytesOf(
  url: string,
  settings: ServerConnection.ISettings,
  { signal, range }: { signal?: AbortSignal; range?: [number, number] } = {}
): Promise<ArrayBuffer> {
  const headers: Record<string, string> = range === undefined ? {} : { Range: `bytes=${range[0]}-${range[1]}` };
  const init: RequestInit = { headers, signal: signal ?? null, cache: 'default' };
  try {
    const response = await ServerConnection.makeRequest(url, init, settings);
    if (response.ok) {
      return await response.arrayBuffer();
    }
    throw new WorkspaceError(response.status, parseProblem(await response.text(), response.status));
  } catch (error) {
    throw error instanceof WorkspaceError ? error : new UnreachableError(String(error));
  }
}
