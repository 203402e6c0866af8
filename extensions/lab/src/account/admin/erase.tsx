/** Erasing a member: what goes, what stays, and a clear choice for the own files. */
import { ask, Button, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import { Said, useAction } from '../parts.js';
import type { MemberRecord } from './people.js';

type Fate = 'transfer' | 'trash';

export function Erase({ record, cancel, done }: { record: MemberRecord; cancel: () => void; done: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [files, setFiles] = React.useState<Fate>('transfer');
  const [heir, setHeir] = React.useState('');
  const [typed, setTyped] = React.useState('');
  const erase = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const body = { files, heir: files === 'transfer' ? heir : '' };
    const path = `administration/members/${record.id}/erase`;
    if (await action.run(() => ask(workspace, path, { method: 'POST', body }))) {
      done();
    }
  };
  const ready = typed === record.username && (files === 'trash' || heir !== '');
  return (
    <form className="opw-Card opw-Form opw-mod-danger" onSubmit={event => void erase(event)} aria-label={words.__('Erase %1', record.display_name)}>
      <h4>{words.__('Erase %1', record.display_name)}</h4>
      <p>
        {words.__(
          'Name, username, address, photo, unit, settings and access go for good. The event log and shared files keep an id that names nobody. This cannot be undone.'
        )}
      </p>
      <Estate record={record} files={files} setFiles={setFiles} heir={heir} setHeir={setHeir} />
      <label className="opw-Field">
        <span>{words.__('To be sure, type the username: %1', record.username)}</span>
        <input autoComplete="off" value={typed} onChange={event => setTyped(event.target.value)} />
      </label>
      <div className="opw-Form-end">
        <Button tone="danger" type="submit" busy={action.busy} disabled={!ready}>
          {words.__('Erase for good')}
        </Button>
        <Button tone="quiet" onClick={cancel}>
          {words.__('Cancel')}
        </Button>
        <Said action={action} />
      </div>
    </form>
  );
}

interface IEstateProps {
  record: MemberRecord;
  files: Fate;
  setFiles: (files: Fate) => void;
  heir: string;
  setHeir: (heir: string) => void;
}

/** What becomes of the own files. */
function Estate({ record, files, setFiles, heir, setHeir }: IEstateProps): JSX.Element {
  const { words, directory } = useWorkspace();
  const others = directory.all().filter(member => !member.disabled && member.id !== record.id);
  return (
    <fieldset className="opw-Scopes">
      <legend>{words.__('The own files of this member')}</legend>
      <label className="opw-Check">
        <input type="radio" name="opw-erase" checked={files === 'transfer'} onChange={() => setFiles('transfer')} />
        {words.__('become a space that another member manages')}
      </label>
      {files === 'transfer' && (
        <select className="opw-Input" aria-label={words.__('Who takes the files over')} value={heir} onChange={event => setHeir(event.target.value)}>
          <option value="">{words.__('Choose a member…')}</option>
          {others.map(member => (
            <option key={member.id} value={member.id}>
              {member.display_name}
            </option>
          ))}
        </select>
      )}
      <label className="opw-Check">
        <input type="radio" name="opw-erase" checked={files === 'trash'} onChange={() => setFiles('trash')} />
        {words.__('go to the trash, which is emptied after its delay')}
      </label>
    </fieldset>
  );
}
