/** What crosses the wire about sharing, as the page reads it. */
import type { IPushEvent } from '@openpaas/api';

export type Level = 'reader' | 'commenter' | 'editor' | 'manager';

export interface IAccessEntry {
  subject: string;
  name: string;
  level: Level;
  execute: boolean;
  expires_at: number | null;
  inherited_from: string | null;
  inherited_name: string;
  people: number;
  active: boolean;
  granted_by: string;
}

export interface IAccess {
  ref: string;
  name: string;
  mine: Level;
  may_execute: boolean;
  may_share: boolean;
  personal: boolean;
  execute_counts: boolean;
  entries: IAccessEntry[];
}

export interface IMemberAccess {
  member_id: string;
  level: Level | 'none';
  may_execute: boolean;
  entries: IAccessEntry[];
}

export interface IAccessRequest {
  id: string;
  ref: string;
  name: string;
  member_id: string;
  level: Level;
  message: string;
  created_at: number;
}

export interface IGroup {
  id: string;
  name: string;
}

export const EVERYONE = 'everyone';

const ABOUT_ACCESS = new Set(['GrantChanged', 'GrantWithdrawn', 'ObjectMoved', 'AccessRequested', 'AccessAnswered']);
const ABOUT_PEOPLE = /^(Member|Group|Profile)/;

/** Whether an event may change who has access to anything. */
export function aboutAccess(event: IPushEvent): boolean {
  return ABOUT_ACCESS.has(event.type) || ABOUT_PEOPLE.test(event.type);
}

/** Whether an event changes what waits for an answer. */
export function aboutRequests(event: IPushEvent): boolean {
  return event.type.startsWith('Access') || event.type === 'GrantChanged';
}
