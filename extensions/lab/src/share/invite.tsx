/** The first line of the share window: whom to invite, as what. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ask, Button, MenuButton, Picker, useAnswer, useWorkspace, type IChoice, type IMember } from '@openpaas/base';
import * as React from 'react';

import type { ISharing } from './actions.js';
import { EVERYONE, type IAccess, type IGroup, type Level } from './wire.js';
import { LEVELS, nowMay, roleName, roleSentence } from './words.js';

interface IInviteProps {
  access: IAccess;
  sharing: ISharing;
  me: string;
  autoFocus: boolean;
}

export function Invite(props: IInviteProps): JSX.Element {
  const { words } = useWorkspace();
  const choices = useChoices(props.access, props.me);
  const field = React.useRef<HTMLInputElement>(null);
  const sentence = React.useId();
  const draft = useDraft(props, field);
  const { typed, chosen, level, levels } = draft;
  return (
    <div className="opw-Share-invite">
      <div className="opw-Share-line">
        <Picker
          ref={field}
          autoFocus={props.autoFocus}
          label={words.__('Person or group')}
          placeholder={words.__('Name of a person or a group…')}
          choices={choices}
          value={typed}
          chosen={chosen}
          describedBy={sentence}
          onType={draft.type}
          onChoose={draft.choose}
          onEnter={() => void draft.invite()}
        />
        <MenuButton
          label={roleName(words, level)}
          name={words.__('Role: %1', roleName(words, level))}
          items={levels.map(one => ({
            id: one,
            label: roleName(words, one),
            hint: roleSentence(words, one),
            checked: one === level,
            onSelect: () => draft.setLevel(one)
          }))}
        />
        <Button
          tone="primary"
          busy={chosen !== null && props.sharing.busy.has(chosen.subject)}
          onClick={() => void draft.invite()}
        >
          {words.__('Invite')}
        </Button>
      </div>
      <p id={sentence} className="opw-muted opw-small">
        {words.__('%1: %2', roleName(words, level), roleSentence(words, level))}
      </p>
      {chosen?.subject === EVERYONE && <ToEveryone level={level} />}
    </div>
  );
}

interface IDraft {
  typed: string;
  chosen: IChoice | null;
  level: Level;
  levels: Level[];
  type: (text: string) => void;
  choose: (choice: IChoice) => void;
  setLevel: (level: Level) => void;
  invite: () => Promise<void>;
}

/** Whom one is about to invite. */
function useDraft({ access, sharing, me }: IInviteProps, field: React.RefObject<HTMLInputElement>): IDraft {
  const { words, directory } = useWorkspace();
  const [typed, setTyped] = React.useState('');
  const [chosen, setChosen] = React.useState<IChoice | null>(null);
  const [wanted, setLevel] = React.useState<Level>('reader');
  const levels = LEVELS.filter(one => one !== 'manager' || chosen?.subject !== EVERYONE);
  const level = levels.includes(wanted) ? wanted : 'editor';
  const hint = (text: string | null): void => sharing.tell(text === null ? null : { tone: 'hint', text });
  const type = (text: string): void => {
    setTyped(text);
    setChosen(null);
    hint(null);
  };
  const choose = (choice: IChoice): void => {
    const why = obstacle(words, choice, access, me, directory.all());
    setTyped(why === null ? choice.name : '');
    setChosen(why === null ? choice : null);
    hint(why);
  };
  const invite = async (): Promise<void> => {
    if (chosen === null) {
      hint(typed.trim() === '' ? words.__('Type a name first.') : words.__('Choose somebody from the list.'));
    } else if (await sharing.give({ subject: chosen.subject, level }, nowMay(words, chosen.name, level))) {
      setTyped('');
      setChosen(null);
    }
    field.current?.focus();
  };
  return { typed, chosen, level, levels, type, choose, setLevel, invite };
}

/** Why this choice makes no sense, in a sentence that says what does; null when it does. */
function obstacle(
  words: TranslationBundle,
  choice: IChoice,
  access: IAccess,
  me: string,
  members: IMember[]
): string | null {
  if (choice.subject === `member:${me}`) {
    return words.__('This is you. Only another manager can change your role.');
  }
  if (members.some(member => `member:${member.id}` === choice.subject && member.disabled)) {
    return words.__('The account of %1 is disabled; an administrator can enable it again.', choice.name);
  }
  const held = access.entries.find(entry => entry.subject === choice.subject && entry.inherited_from === null);
  return held === undefined
    ? null
    : words.__('%1 has access already (%2). Change the role in the list below.', choice.name, roleName(words, held.level));
}

/** Sharing with everybody is said before it is done. */
function ToEveryone({ level }: { level: Level }): JSX.Element {
  const { words, directory } = useWorkspace();
  const count = directory.all().filter(member => !member.disabled).length;
  return (
    <p className="opw-Share-warning" role="status">
      {level === 'reader'
        ? words._n('%1 member of the organisation will be able to read this.', 'All %1 members of the organisation will be able to read this.', count)
        : words._n('%1 member of the organisation will have this role here.', 'All %1 members of the organisation will have this role here.', count)}
    </p>
  );
}

/** Everybody, groups and the organisation, with what there is to know before choosing. */
function useChoices(access: IAccess, me: string): IChoice[] {
  const workspace = useWorkspace();
  const { words, directory } = workspace;
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    directory.changed.connect(again);
    return () => void directory.changed.disconnect(again);
  }, [directory]);
  const { data: groups } = useAnswer('groups', signal => ask<IGroup[]>(workspace, 'groups', { signal }), event =>
    event.type.startsWith('Group')
  );
  const held = new Map(access.entries.map(entry => [entry.subject, entry.level]));
  const note = (subject: string, otherwise?: string): string | undefined => {
    const level = held.get(subject);
    return level === undefined ? otherwise : roleName(words, level);
  };
  const members = directory.all().map(member => ({
    subject: `member:${member.id}`,
    name: member.display_name,
    texts: [member.display_name, member.username],
    note: member.id === me ? words.__('you') : member.disabled ? words.__('account disabled') : note(`member:${member.id}`, member.username)
  }));
  const teams = (groups ?? []).map(group => ({
    subject: `group:${group.id}`,
    name: group.name,
    texts: [group.name],
    note: note(`group:${group.id}`, words.__('group'))
  }));
  const organisation = words.__('The whole organisation');
  const everybody = { subject: EVERYONE, name: organisation, texts: [organisation], note: note(EVERYONE) };
  return [...members, ...teams, everybody];
}
