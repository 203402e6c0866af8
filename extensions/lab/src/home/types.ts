/** What the server answers, by its own names. */
import type { components } from '@openpaas/api';

export type IHome = components['schemas']['Home'];
export type IHomeFile = components['schemas']['HomeFile'];
export type IHomeSpace = components['schemas']['HomeSpace'];
export type IHomeChange = components['schemas']['HomeChange'];
export type IAccessRequest = components['schemas']['AccessRequest'];
export type ISearchHit = components['schemas']['SearchHit'];
export type ISearchReply = components['schemas']['SearchReply'];
