/** A field in which one finds a person or a group by name: a combobox with a list. */
import * as React from 'react';

import { find, type IFindable } from '../find.js';
import { usersIcon } from '../icons.js';
import { usePerson, useWorkspace } from './context.js';
import { Face } from './face.js';
import { Mark } from './mark.js';

export interface IChoice extends IFindable {
  /** `member:<id>`, `group:<id>` or `everyone`. */
  subject: string;
  name: string;
  /** Said beside the name: what stands in the way, or what it is. */
  note?: string;
}

export interface IPickerProps {
  label: string;
  placeholder: string;
  choices: IChoice[];
  value: string;
  chosen: IChoice | null;
  onType: (text: string) => void;
  onChoose: (choice: IChoice) => void;
  /** Enter while the list is closed. */
  onEnter: () => void;
  describedBy?: string;
  autoFocus?: boolean;
}

const SHOWN = 8;

export const Picker = React.forwardRef<HTMLInputElement, IPickerProps>(function Picker(props, ref) {
  const { words } = useWorkspace();
  const id = React.useId();
  const list = useList(props);
  const { shown, active, visible } = list;
  return (
    <div className="opw-Picker">
      <input
        ref={ref}
        className="opw-Input"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        autoFocus={props.autoFocus}
        maxLength={200}
        placeholder={props.placeholder}
        aria-label={props.label}
        aria-autocomplete="list"
        aria-expanded={visible}
        aria-controls={id}
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-describedby={props.describedBy}
        value={props.value}
        onChange={event => {
          list.open(true);
          props.onType(event.target.value);
        }}
        onClick={() => list.open(true)}
        onBlur={() => list.open(false)}
        onKeyDown={list.onKeyDown}
      />
      <ul id={id} className="opw-Picker-list" role="listbox" aria-label={props.label} hidden={!visible}>
        {visible && shown.map((choice, index) => <Option key={choice.subject} id={`${id}-${index}`} choice={choice} index={index} list={list} />)}
        {visible && shown.length === 0 && (
          <None text={words.__('Nobody of this name. Check the spelling, or ask an administrator to invite this person.')} />
        )}
        {visible && list.rest > 0 && <None text={words._n('%1 more: type on.', '%1 more: type on.', list.rest)} />}
      </ul>
      <span className="opw-visuallyHidden" role="status">
        {visible ? words._n('%1 result', '%1 results', shown.length + list.rest) : ''}
      </span>
    </div>
  );
});

interface IList {
  shown: IChoice[];
  /** How many more there are than are shown. */
  rest: number;
  /** Which one Enter would choose; -1 for none. */
  active: number;
  visible: boolean;
  open: (open: boolean) => void;
  point: (index: number) => void;
  choose: (choice: IChoice) => void;
  onKeyDown: (event: React.KeyboardEvent) => void;
}

function useList(props: IPickerProps): IList {
  const [isOpen, setOpen] = React.useState(false);
  const [at, setAt] = React.useState(0);
  const found = React.useMemo(() => find(props.value, props.choices), [props.value, props.choices]);
  const shown = found.slice(0, SHOWN);
  const visible = isOpen && props.chosen === null;
  const active = visible && shown.length > 0 ? Math.min(at, shown.length - 1) : -1;
  const open = (now: boolean): void => {
    setAt(0);
    setOpen(now);
  };
  const choose = (choice: IChoice): void => {
    setOpen(false);
    props.onChoose(choice);
  };
  const step = (by: number): void => {
    setAt(active < 0 ? 0 : (active + by + shown.length) % shown.length);
    setOpen(true);
  };
  const enter = (): void => (active >= 0 && props.value.trim() !== '' ? choose(shown[active]) : props.onEnter());
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const does: Partial<Record<string, () => void>> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: enter,
      ...(visible ? { Escape: () => setOpen(false) } : {})
    };
    const todo = does[event.key];
    if (todo !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      todo();
    }
  };
  return { shown, rest: found.length - shown.length, active, visible, open, point: setAt, choose, onKeyDown };
}

function Option({ id, choice, index, list }: { id: string; choice: IChoice; index: number; list: IList }): JSX.Element {
  const active = index === list.active;
  return (
    <li
      id={id}
      role="option"
      aria-selected={active}
      className={active ? 'opw-Picker-option opw-mod-active' : 'opw-Picker-option'}
      // The field keeps the focus.
      onPointerDown={event => event.preventDefault()}
      onPointerEnter={() => list.point(index)}
      onClick={() => list.choose(choice)}
    >
      <SubjectFace subject={choice.subject} name={choice.name} />
      <span className="opw-Row-text opw-ellipsis">{choice.name}</span>
      {choice.note !== undefined && <span className="opw-muted opw-small">{choice.note}</span>}
    </li>
  );
}

function None({ text }: { text: string }): JSX.Element {
  return (
    <li className="opw-Picker-none opw-muted" role="option" aria-disabled aria-selected={false}>
      {text}
    </li>
  );
}

/** The face of a member, the round mark of a group, the sign of everybody. */
export function SubjectFace({ subject, name }: { subject: string; name: string }): JSX.Element {
  const person = usePerson(subject.replace(/^member:/, ''));
  if (subject.startsWith('member:')) {
    return <Face person={person ?? { id: subject, display_name: name, color: '#6b7482' }} label="" />;
  }
  return (
    <span className="opw-Share-group" aria-hidden>
      {subject.startsWith('group:') ? <Mark tone="document" letter={initial(name)} /> : <Mark tone="plain" icon={usersIcon} />}
    </span>
  );
}

function initial(name: string): string {
  return [...name.trim()][0]?.toLocaleUpperCase() ?? '';
}
