/** The window of protections: protect a tab, columns or a range, and lift what is protected in this sheet. */
import { UUID } from '@lumino/coreutils';
import { Button, closeIcon, IconButton, lockIcon, openModal, Picker, SubjectFace, useWorkspace, type IChoice } from '@openpaas/base';
import * as React from 'react';

import { areaName, MOST_COLUMNS, MOST_ROWS, type IArea } from '../a1.js';
import type { IProtection } from '../wire.js';
import { nameOfMember, type ISheetContext } from './context.js';
import { columnIds, rangeOf } from './ids.js';
import { realArea } from './rows.js';

const HEADING = 'opw-protect-heading';

export type What = 'tab' | 'columns' | 'range';

/** Open it for what is chosen; resolves when it is closed. */
export async function openProtect(on: ISheetContext, what: What): Promise<void> {
  const { tab } = on;
  const area = on.grid.selection;
  const whole = area.top === 0 && area.bottom >= MOST_ROWS - 1;
  const first = what === 'range' && whole ? (area.right >= MOST_COLUMNS - 1 ? 'tab' : 'columns') : what;
  await openModal(on.workspace, { labelledBy: HEADING, className: 'opw-Protect' }, close => (
    <ProtectWindow on={on} tab={tab} area={area} first={first} close={close} />
  ));
  on.grid.focus();
}

interface IWindowProps {
  on: ISheetContext;
  tab: string;
  area: IArea;
  first: What;
  close: () => void;
}

function ProtectWindow({ on, tab, area, first, close }: IWindowProps): JSX.Element {
  const { words } = useWorkspace();
  useChanges(on);
  return (
    <div className="opw-Share-body">
      <header className="opw-Share-line">
        <h1 id={HEADING} className="opw-Row-text">
          {words.__('Protect')}
        </h1>
        <IconButton icon={closeIcon} label={words.__('Close')} onClick={close} />
      </header>
      {on.model.canWrite && <NewProtection on={on} tab={tab} area={area} first={first} />}
      <Known on={on} />
      <footer className="opw-Share-line">
        <span className="opw-Row-text" />
        <Button onClick={close}>{words.__('Done')}</Button>
      </footer>
    </div>
  );
}

/** Drawn again when the sheet says something new, or names become known. */
function useChanges({ model, workspace }: ISheetContext): void {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const draw = (): void => again();
    model.changed.connect(draw);
    workspace.directory.changed.connect(draw);
    return () => {
      model.changed.disconnect(draw);
      workspace.directory.changed.disconnect(draw);
    };
  }, [model, workspace]);
}

function NewProtection({ on, tab, area, first }: Omit<IWindowProps, 'close'>): JSX.Element {
  const { words } = useWorkspace();
  const place = placesOf(on, tab, area);
  const [what, setWhat] = React.useState(place.labels[first] === '' ? 'columns' : first);
  const [chosen, setMembers] = React.useState<string[] | null>(null);
  const [said, setSaid] = React.useState('');
  const real = realArea({ model: on.model, tab }, place.area) ?? place.area;
  const known = on.guards.same(tab, [what === 'columns' ? { ...real, top: 0, bottom: MOST_ROWS - 1 } : real], what === 'tab');
  const members = chosen ?? known?.members ?? [on.model.me];
  const protect = async (): Promise<void> => {
    const where = await whereOf({ model: on.model, tab }, what, place.area);
    on.model.do('protect', { id: known?.id ?? UUID.uuid4().replaceAll('-', '').slice(0, 16), tab, members, ...where });
    setMembers(null);
    setSaid(words.__('The protection is in place.'));
  };
  return (
    <form
      className="opw-Protect-new"
      onSubmit={event => {
        event.preventDefault();
        void protect();
      }}
    >
      <fieldset className="opw-Protect-what">
        <legend>{words.__('What is protected')}</legend>
        {(['range', 'columns', 'tab'] as const).filter(one => place.labels[one] !== '').map(one => (
          <label key={one}>
            <input type="radio" name="what" checked={what === one} autoFocus={first === one} onChange={() => (setWhat(one), setMembers(null))} />
            {place.labels[one]}
          </label>
        ))}
      </fieldset>
      <Writers on={on} members={members} onChange={setMembers} />
      <div className="opw-Share-line">
        <span className="opw-Row-text opw-muted opw-small" role="status">
          {said}
        </span>
        <Button type="submit" tone="primary">
          {known === undefined ? words.__('Protect') : words.__('Save')}
        </Button>
      </div>
    </form>
  );
}

/** Who may still write there, and a field to find more. */
function Writers({ on, members, onChange }: { on: ISheetContext; members: string[]; onChange: (members: string[]) => void }): JSX.Element {
  const { words, directory } = useWorkspace();
  const [typed, setTyped] = React.useState('');
  const hint = React.useId();
  const choices = directory
    .all()
    .filter(one => !one.disabled && !one.erased && !members.includes(one.id))
    .map((one): IChoice => ({ subject: `member:${one.id}`, name: one.display_name, texts: [one.display_name, one.username] }));
  const add = ({ subject }: IChoice): void => {
    onChange([...members, subject.replace('member:', '')]);
    setTyped('');
  };
  return (
    <fieldset className="opw-Protect-who">
      <legend>{words.__('Who may still write')}</legend>
      <ul className="opw-Protect-people" aria-label={words.__('Who may still write')}>
        {members.map(id => (
          <Writer key={id} on={on} id={id} onRemove={() => onChange(members.filter(one => one !== id))} />
        ))}
      </ul>
      <Picker
        label={words.__('Add a person')}
        placeholder={words.__('Name of a person…')}
        choices={choices}
        value={typed}
        chosen={null}
        describedBy={hint}
        onType={setTyped}
        onChoose={add}
        onEnter={() => undefined}
      />
      <p id={hint} className="opw-muted opw-small">
        {words.__('Managers of this sheet may always write, and lift the protection.')}
      </p>
    </fieldset>
  );
}

function Writer({ on, id, onRemove }: { on: ISheetContext; id: string; onRemove: () => void }): JSX.Element {
  const { words } = useWorkspace();
  const name = nameOfMember(on, id);
  return (
    <li className="opw-Protect-person">
      <SubjectFace subject={`member:${id}`} name={name} />
      <span className="opw-ellipsis">
        {name}
        {id === on.model.me && <span className="opw-muted"> {words.__('(you)')}</span>}
      </span>
      <IconButton icon={closeIcon} label={words.__('Take %1 off the list', name)} onClick={onRemove} />
    </li>
  );
}

/** All protections of the sheet. */
function Known({ on }: { on: ISheetContext }): JSX.Element {
  const { words } = useWorkspace();
  const all = on.guards.all();
  return (
    <section className="opw-Protect-known" aria-labelledby="opw-protect-known">
      <h2 id="opw-protect-known">{words.__('Protected in this sheet')}</h2>
      {all.length === 0 && <p className="opw-muted">{words.__('Nothing yet: editors of this sheet may write everywhere.')}</p>}
      <ul className="opw-Share-list">
        {all.map(one => (
          <Row key={one.id} on={on} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Row({ on, one }: { on: ISheetContext; one: IProtection }): JSX.Element {
  const { words } = useWorkspace();
  const place = on.guards.place(one);
  const by = one.by === '' ? '' : words.__('protected by %1', nameOfMember(on, one.by));
  const who = one.members.length === 0 ? words.__('only managers may write') : words._n('%2 may write', '%2 may write', one.members.length, on.guards.names(one));
  return (
    <li className="opw-Share-row">
      <div className="opw-Share-line">
        <lockIcon.react tag="span" className="opw-Protect-lock" width="16px" height="16px" aria-hidden />
        <span className="opw-Row-text">
          <span className="opw-Share-name">{capital(place)}</span>
          <span className="opw-muted opw-small opw-Share-beneath">{[who, by].filter(text => text !== '').join(' · ')}</span>
        </span>
        {on.guards.mayLift(one) && (
          <Button aria-label={words.__('Lift the protection: %1', place)} onClick={() => lift(on, one)}>
            {words.__('Lift')}
          </Button>
        )}
      </div>
    </li>
  );
}

function lift({ model }: ISheetContext, { id, tab }: IProtection): void {
  model.do('protect', { id, tab, members: null });
}

interface IPlaces {
  area: IArea;
  labels: Record<What, string>;
}

/** What is chosen, without rows and columns that are not there, and how each choice is called. */
function placesOf({ model, workspace }: ISheetContext, tab: string, { top, left, bottom, right }: IArea): IPlaces {
  const { words } = workspace;
  const known = model.size(tab);
  const area = {
    top,
    left,
    bottom: bottom >= MOST_ROWS - 1 ? Math.max(top, known.rows - 1) : bottom,
    right: right >= MOST_COLUMNS - 1 ? Math.max(left, known.columns - 1) : right
  };
  const columns = areaName({ ...area, top: 0, bottom: MOST_ROWS - 1 });
  const real = realArea({ model, tab }, area);
  const range = real === undefined ? '' : areaName(real);
  const several = area.left !== area.right;
  return {
    area,
    labels: {
      tab: words.__('The whole tab “%1”', model.tab(tab)?.name ?? ''),
      columns: several ? words.__('The columns %1', columns) : words.__('The column %1', columns.split(':')[0]),
      // In an order of their own rows may not follow each other in the sheet: they are no range then.
      range: range === '' ? '' : range.includes(':') ? words.__('The cells %1', range) : words.__('The cell %1', range)
    }
  };
}

async function whereOf(on: Pick<ISheetContext, 'model' | 'tab'>, what: What, area: IArea): Promise<Record<string, unknown>> {
  if (what === 'tab') {
    return {};
  }
  return what === 'columns' ? { columns: await columnIds(on, area.left, area.right) } : { range: await rangeOf(on, area) };
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
