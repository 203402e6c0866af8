/** Where a thing lies, as a person would say. */
import type { IWorkspace } from '@openpaas/base';

interface IPlaced {
  space?: string;
  space_kind?: 'personal' | 'team' | 'organisation' | null;
  owner_id: string;
}

export function placeOf({ words, directory }: IWorkspace, placed: IPlaced, me: string | undefined): string {
  if (placed.space_kind !== 'personal') {
    return placed.space ?? '';
  }
  if (placed.owner_id === me) {
    return words.__('My files');
  }
  const owner = directory.get(placed.owner_id);
  return owner === undefined ? words.__('Shared with me') : words.__('Shared by %1', owner.display_name);
}
