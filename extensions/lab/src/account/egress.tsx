/** What the notebooks of the member's own files may reach. */
import type { components } from '@openpaas/api';
import { ask, Failure, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';

import { EgressList } from '../space/egress.js';

type Space = components['schemas']['SpaceInfo'];

export function MyEgress(): JSX.Element {
  const workspace = useWorkspace();
  const { data, fault, again } = useAnswer(
    'own space',
    signal => ask<Space[]>(workspace, 'spaces', { signal }),
    event => event.type === 'SpaceCreated'
  );
  const mine = data?.find(space => space.path === '~');
  if (mine === undefined) {
    return fault === undefined ? <Skeleton rows={4} /> : <Failure sentence={fault} retry={again} />;
  }
  return <EgressList id={mine.id} personal />;
}
