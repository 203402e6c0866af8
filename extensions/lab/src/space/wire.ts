/** What crosses the wire about a space, as its page reads it. */
import type { IPushEvent } from '@openpaas/api';

import type { Level } from '../share/wire.js';

export interface ISpace {
  id: string;
  ref: string;
  kind: 'personal' | 'team' | 'organisation';
  name: string;
  description: string;
  path: string;
  level: Level;
  archived_at: number | null;
  created_at: number;
  created_by: string;
  files: number;
  folders: number;
  size: number;
  trash_size: number;
  alias_days: number;
}

export interface IHappened {
  seq: number;
  at: number;
  type: string;
  ref: string;
  name: string;
  actor: string;
  fields: string[];
  subject: string;
  subject_name: string;
  level: string;
}

export interface IActivity {
  entries: IHappened[];
  next: number | null;
}

/** Whether an event may show on the page of a space. Edits come often, so that each is read a moment later only. */
export function aboutContent(event: IPushEvent): boolean {
  return /^(File|Folder|Space|Version|Grant)/.test(event.type);
}
