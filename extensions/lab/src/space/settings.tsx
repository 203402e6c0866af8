/** The settings of a space, for its managers. */
import { ask, Button, MenuButton, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import { EVERYONE, type IAccess, type Level } from '../share/wire.js';
import { roleName, roleSentence } from '../share/words.js';
import { Told, useChange, type IChange } from './change.js';
import type { ISpace } from './wire.js';

interface ISettingsProps {
  space: ISpace;
  access: IAccess;
  again: () => void;
}

export function Settings(props: ISettingsProps): JSX.Element {
  const { words } = useWorkspace();
  const change = useChange(props.again);
  const personal = props.space.kind === 'personal';
  return (
    <section className="opw-Card opw-Space-section" aria-label={words.__('Settings')}>
      <h2>{words.__('Settings')}</h2>
      {!personal && <Rename key={props.space.name} {...props} change={change} />}
      <Describe key={`about ${props.space.description}`} {...props} change={change} />
      {!personal && <Everyone {...props} change={change} />}
      {props.space.kind === 'team' && <Archive {...props} change={change} />}
      <Told change={change} />
    </section>
  );
}

type Part = ISettingsProps & { change: IChange };

function useField(first: string): [string, (event: { target: { value: string } }) => void] {
  const [value, setValue] = React.useState(first);
  return [value, event => setValue(event.target.value)];
}

function Rename({ space, change }: Part): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [name, onChange] = useField(space.name);
  const id = React.useId();
  const save = (): Promise<boolean> =>
    change.run(words.__('The space has its new name.'), () =>
      ask(workspace, `spaces/${space.id}`, { method: 'PATCH', body: { name } })
    );
  return (
    <form
      className="opw-Field"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor={id}>{words.__('Name')}</label>
      <div className="opw-Share-line">
        <input id={id} className="opw-Row-text" required maxLength={255} value={name} onChange={onChange} aria-describedby={`${id} note`} />
        <Button type="submit" busy={change.busy} disabled={name.trim() === '' || name === space.name}>
          {words.__('Rename')}
        </Button>
      </div>
      <p id={`${id} note`} className="opw-muted opw-small" hidden={name === space.name}>
        {words._n(
          'The old name leads here for %1 more day; internal links go on for ever.',
          'The old name leads here for %1 more days; internal links go on for ever.',
          space.alias_days
        )}
      </p>
    </form>
  );
}

function Describe({ space, change }: Part): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [description, onChange] = useField(space.description);
  const id = React.useId();
  const save = (): Promise<boolean> =>
    change.run(words.__('The description is saved.'), () =>
      ask(workspace, `spaces/${space.id}`, { method: 'PATCH', body: { description } })
    );
  return (
    <form
      className="opw-Field"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor={id}>{words.__('Description')}</label>
      <textarea id={id} rows={3} maxLength={10_000} value={description} onChange={onChange} />
      {description !== space.description && (
        <div className="opw-Share-line">
          <Button type="submit" busy={change.busy}>
            {words.__('Save')}
          </Button>
        </div>
      )}
    </form>
  );
}

const OPEN_LEVELS: readonly Level[] = ['reader', 'commenter', 'editor'];

/** What every member of the organisation may do here without being invited. */
function Everyone({ access, change }: Part): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const held = access.entries.find(entry => entry.subject === EVERYONE)?.level;
  const none = words.__('No access');
  const path = `objects/${encodeURIComponent(access.ref)}/grants`;
  const give = (level: Level): Promise<boolean> =>
    change.run(words.__('The whole organisation: %1.', roleName(words, level).toLocaleLowerCase()), () =>
      ask(workspace, path, { method: 'PUT', body: { subject: EVERYONE, level } })
    );
  const take = (): Promise<boolean> =>
    change.run(words.__('Only those who are invited have access now.'), () =>
      ask(workspace, `${path}/${EVERYONE}`, { method: 'DELETE' })
    );
  const shown = held === undefined ? none : roleName(words, held);
  return (
    <div className="opw-Share-line">
      <span className="opw-Row-text">{words.__('Every member of the organisation')}</span>
      <MenuButton
        label={shown}
        name={words.__('Every member of the organisation: %1', shown)}
        busy={change.busy}
        items={[
          {
            id: 'none',
            label: none,
            hint: words.__('only those who are invited see this space.'),
            checked: held === undefined,
            onSelect: () => void (held !== undefined && take())
          },
          ...OPEN_LEVELS.map(level => ({
            id: level,
            label: roleName(words, level),
            hint: roleSentence(words, level),
            checked: level === held,
            onSelect: () => void (level !== held && give(level))
          }))
        ]}
      />
    </div>
  );
}

function Archive({ space, change }: Part): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const archived = space.archived_at !== null;
  const set = (to: boolean): Promise<boolean> =>
    change.run(to ? words.__('The space is archived. It can be brought back at any time.') : words.__('The space is back.'), () =>
      ask(workspace, `spaces/${space.id}`, { method: 'PATCH', body: { archived: to } })
    );
  return (
    <div className="opw-Space-archive">
      <p className="opw-muted opw-small">
        {archived
          ? words.__('This space is archived: its members read everything, nobody changes anything.')
          : words.__('Archived, a space can still be read by its members, but nothing changes in it any more. It can be brought back.')}
      </p>
      <Button busy={change.busy} tone={archived ? 'plain' : 'danger'} onClick={() => void set(!archived)}>
        {archived ? words.__('Bring the space back') : words.__('Archive “%1”', space.name)}
      </Button>
    </div>
  );
}
