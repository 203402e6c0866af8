/** What a row of the file browser knows of its file beyond Jupyter's model. */
import type { Contents } from '@jupyterlab/services';
import type { components } from '@openpaas/api';

export type SpaceInfo = components['schemas']['SpaceInfo'];
export type FileInfo = components['schemas']['FileInfo'];
export type TrashedFile = components['schemas']['TrashedFile'];
export type SharedFile = components['schemas']['SharedFile'];
export type Level = FileInfo['level'];

export interface IAbout {
  /** `file:<id>`, `folder:<id>` or `space:<id>`. */
  ref: string;
  level?: Level;
  created_by?: string;
  modified_by?: string;
}

/** Undefined for what the server did not describe. */
export function aboutOf(model: Contents.IModel): IAbout | undefined {
  return (model as Contents.IModel & { openpaas?: IAbout }).openpaas;
}

export function idOf(ref: string): string {
  return ref.slice(ref.indexOf(':') + 1);
}

/** The folder of a path, and the last name. */
export function parted(path: string): [string, string] {
  const cut = path.lastIndexOf('/');
  return cut === -1 ? ['', path] : [path.slice(0, cut), path.slice(cut + 1)];
}
