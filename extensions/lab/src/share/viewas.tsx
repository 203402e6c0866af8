/** “What would Claire see here?”: the heading of the list, and for managers the answer of the server for one member. */
import { ask, Button, Picker, useAnswer, useWorkspace, type IChoice } from '@openpaas/base';
import * as React from 'react';

import { aboutAccess, type IAccess, type IAccessEntry, type IMemberAccess } from './wire.js';
import { inheritance, roleName, roleSentence, spokenName, subjectName } from './words.js';

export function ViewAs({ access }: { access: IAccess }): JSX.Element {
  const { words } = useWorkspace();
  const [open, setOpen] = React.useState(false);
  return (
    <>
      <div className="opw-Share-line opw-Share-heading">
        <h2 className="opw-Row-text">{words.__('Who has access')}</h2>
        {access.may_share && (
          <button type="button" className="opw-Share-jump opw-small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {words.__('View as…')}
          </button>
        )}
      </div>
      {open && <Question access={access} close={() => setOpen(false)} />}
    </>
  );
}

function Question({ access, close }: { access: IAccess; close: () => void }): JSX.Element {
  const { words, directory } = useWorkspace();
  const [typed, setTyped] = React.useState('');
  const [chosen, setChosen] = React.useState<IChoice | null>(null);
  const put = (text: string, choice: IChoice | null): void => {
    setTyped(text);
    setChosen(choice);
  };
  const choices = directory
    .all()
    .filter(member => !member.disabled)
    .map(member => ({
      subject: `member:${member.id}`,
      name: member.display_name,
      texts: [member.display_name, member.username]
    }));
  return (
    <div className="opw-Share-viewas">
      <div className="opw-Share-line">
        <Picker
          autoFocus
          label={words.__('What does this person see here?')}
          placeholder={words.__('Name of a person…')}
          choices={choices}
          value={typed}
          chosen={chosen}
          onType={text => put(text, null)}
          onChoose={choice => put(choice.name, choice)}
          onEnter={() => undefined}
        />
        <Button tone="quiet" onClick={close}>
          {words.__('Close')}
        </Button>
      </div>
      {chosen !== null && <Seen access={access} of={chosen} />}
    </div>
  );
}

function Seen({ access, of }: { access: IAccess; of: IChoice }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const member = of.subject.slice('member:'.length);
  const path = `objects/${encodeURIComponent(access.ref)}/access/${member}`;
  const { data, fault } = useAnswer(path, signal => ask<IMemberAccess>(workspace, path, { signal }), aboutAccess);
  const why = (entry: IAccessEntry): string => {
    const name = entry.subject.startsWith('member:') ? words.__('given by name') : subjectName(words, entry);
    const from = entry.inherited_from === null ? '' : `, ${inheritance(words, entry, spokenName(workspace, entry.inherited_name))}`;
    return `${roleName(words, entry.level)} (${name}${from})`;
  };
  if (data === undefined) {
    return <p role="status">{fault ?? words.__('Loading…')}</p>;
  }
  return (
    <div role="status">
      {data.level === 'none' ? (
        <p>{words.__('%1 does not see this: nor its name, nor that it exists.', of.name)}</p>
      ) : (
        <>
          <p>
            <b>{of.name}</b> · {words.__('%1: %2', roleName(words, data.level), roleSentence(words, data.level))}{' '}
            {data.may_execute ? words.__('Runs code here.') : words.__('Runs no code here.')}
          </p>
          <p className="opw-muted opw-small">{data.entries.map(why).join(' · ')}</p>
        </>
      )}
    </div>
  );
}
