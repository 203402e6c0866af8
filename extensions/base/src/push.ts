/** Who wants to hear what happens in the workspace asks for this. */
import type { PushClient } from '@openpaas/api';
import { Token } from '@lumino/coreutils';

export type IPush = PushClient;

export const IPush = new Token<IPush>(
  '@openpaas/base:IPush',
  'The push client of this window: durable events in order, and presence'
);
