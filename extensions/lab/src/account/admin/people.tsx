/** People in the tables of the administration. */
import type { components } from '@openpaas/api';
import { Face, photoOf, usePerson, useWorkspace, type IMember, type IWorkspace } from '@openpaas/base';

export type MemberRecord = components['schemas']['MemberRecord'];

export function nameOf({ words }: IWorkspace, record: MemberRecord): string {
  return record.erased_at === null ? record.display_name : words.__('Former member');
}

export function RecordFace({ record, size }: { record: MemberRecord; size?: 'small' | 'medium' | 'large' }): JSX.Element {
  const workspace = useWorkspace();
  const photo = photoOf(workspace.settings, record.id, record.photo);
  return <Face person={{ id: record.id, display_name: nameOf(workspace, record), color: record.color, photo }} size={size} label="" />;
}

/** A face with the name beside it; the id of who is nobody. */
export function Person({ id }: { id: string }): JSX.Element {
  const { words } = useWorkspace();
  const person = usePerson(id) as IMember | undefined;
  if (person === undefined) {
    return <span className="opw-muted">{id === 'system' ? words.__('The server') : id === '' ? words.__('Nobody') : id}</span>;
  }
  return (
    <span className="opw-Person">
      <Face person={person} size="small" label="" />
      <span className="opw-ellipsis">{person.display_name}</span>
    </span>
  );
}

/** What stands behind `member:…`, `group:…`. */
export function SubjectName({ subject, groups }: { subject: string; groups: ReadonlyMap<string, string> }): JSX.Element {
  const [kind, id] = subject.split(':', 2);
  return kind === 'member' ? <Person id={id} /> : <span>{groups.get(id) ?? subject}</span>;
}
