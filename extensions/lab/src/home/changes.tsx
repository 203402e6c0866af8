/** What others did since my last visit, in words. */
import { Face, useWorkspace, usePerson, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { Actions, Card, Nothing } from './list.js';
import { ONE, pieces, TWO } from './sentence.js';
import { placeOf } from './where.js';
import type { IHome, IHomeChange } from './types.js';

const AT_FIRST = 6;

export function Changes({ home }: { home: IHome }): JSX.Element {
  const { words } = useWorkspace();
  const [all, setAll] = React.useState(false);
  const shown = all ? home.changes : home.changes.slice(0, AT_FIRST);
  const rest = home.changes.length - shown.length;
  return (
    <Card title={words.__('What changed')} className="opw-mod-changes">
      {shown.length === 0 ? (
        <Nothing
          title={home.since === 0 ? words.__('Nothing has happened yet.') : words.__('Nothing new since your last visit.')}
          hint={words.__('What others do in your spaces appears here.')}
        />
      ) : (
        <ul className="opw-HomeList" aria-live="polite" aria-relevant="additions">
          {shown.map(change => (
            <ChangeRow key={`${change.actor} ${change.ref} ${change.verb}`} change={change} me={home.member} />
          ))}
        </ul>
      )}
      {rest > 0 && (
        <button type="button" className="opw-Button opw-tone-quiet" onClick={() => setAll(true)}>
          {words._n('Show %1 more', 'Show %1 more', rest, rest)}
        </button>
      )}
      {all && home.more && <p className="opw-muted opw-HomeCard-note">{words.__('There is more, longer ago.')}</p>}
    </Card>
  );
}

function ChangeRow({ change, me }: { change: IHomeChange; me: string }): JSX.Element {
  const workspace = useWorkspace();
  const { open } = React.useContext(Actions);
  const author = usePerson(change.actor);
  const name = author?.display_name ?? workspace.words.__('Somebody');
  const own = change.space_kind === 'personal';
  const place = change.kind === 'space' || own ? '' : `${change.space} / `;
  const thing = <b key="thing">{change.kind === 'space' && own ? placeOf(workspace, change, me) : place + change.name}</b>;
  const gone = change.verb === 'trashed';
  const about = [workspace.when.ago(change.at), ...details(workspace, change, me)].join(' · ');
  const text = (
    <>
      {author === undefined ? <span className="opw-Face" aria-hidden /> : <Face person={author} label="" />}
      <span className="opw-Row-text">
        <span className="opw-HomeRow-said">{pieces<React.ReactNode>(sentence(workspace, change), name, thing)}</span>
        <span className="opw-HomeRow-about opw-muted">{about}</span>
      </span>
    </>
  );
  return (
    <li className="opw-Row opw-HomeRow">
      {gone ? (
        <span className="opw-HomeRow-main">{text}</span>
      ) : (
        <button type="button" className="opw-HomeRow-main" onClick={() => open(change.ref)}>
          {text}
        </button>
      )}
    </li>
  );
}

/** Who and what are put in by the caller. */
function sentence({ words }: IWorkspace, change: IHomeChange): string {
  switch (change.verb) {
    case 'created':
      return words.__('%1 created %2', ONE, TWO);
    case 'added':
      return words.__('%1 added files to %2', ONE, TWO);
    case 'edited':
      return words.__('%1 edited %2', ONE, TWO);
    case 'renamed':
      return words.__('%1 renamed %2', ONE, TWO);
    case 'moved':
      return words.__('%1 moved %2', ONE, TWO);
    case 'trashed':
      return words.__('%1 put %2 into the trash', ONE, TWO);
    case 'brought_back':
      return words.__('%1 brought %2 back from the trash', ONE, TWO);
    case 'shared':
      return words.__('%1 shared %2 with you', ONE, TWO);
    case 'named':
      return words.__('%1 named a version of %2', ONE, TWO);
    default:
      return words.__('%1 restored a version of %2', ONE, TWO);
  }
}

function details(workspace: IWorkspace, change: IHomeChange, me: string): string[] {
  const { words } = workspace;
  if (change.verb === 'added') {
    return [words._n('%1 file', '%1 files', change.count, change.count)];
  }
  if (change.verb === 'shared' && change.level !== null) {
    return [levelWord(workspace, change.level)];
  }
  return change.space_kind === 'personal' ? [placeOf(workspace, change, me)] : [];
}

export function levelWord({ words }: IWorkspace, level: IHomeChange['level']): string {
  switch (level) {
    case 'manager':
      return words.__('manager');
    case 'editor':
      return words.__('editor');
    case 'commenter':
      return words.__('commenter');
    default:
      return words.__('reader');
  }
}
