/** Who asks for access to this object: answered with one click, with the role that was asked for or another. */
import { ask, Button, MenuButton, SubjectFace, useAnswer, usePerson, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import type { INotice } from './actions.js';
import { aboutRequests, type IAccessRequest, type Level } from './wire.js';
import { failure, LEVELS, nowMay, roleName, roleSentence } from './words.js';

export function Requests({ of, tell }: { of: string; tell: (notice: INotice) => void }): JSX.Element | null {
  const workspace = useWorkspace();
  const { words } = workspace;
  const { data, again } = useAnswer(
    'access-requests',
    signal => ask<IAccessRequest[]>(workspace, 'access-requests', { signal }),
    aboutRequests
  );
  const waiting = (data ?? []).filter(request => request.ref === of);
  if (waiting.length === 0) {
    return null;
  }
  return (
    <section className="opw-Share-asked" aria-label={words.__('Requests for access')}>
      {waiting.map(request => (
        <Asked key={request.id} request={request} tell={tell} again={again} />
      ))}
    </section>
  );
}

interface IAskedProps {
  request: IAccessRequest;
  tell: (notice: INotice) => void;
  again: () => void;
}

function Asked({ request, tell, again }: IAskedProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [level, setLevel] = React.useState<Level>(request.level);
  const [busy, setBusy] = React.useState(false);
  const name = usePerson(request.member_id)?.display_name ?? '…';
  const answer = async (grant: boolean): Promise<void> => {
    setBusy(true);
    try {
      await ask(workspace, `access-requests/${request.id}/answer`, { method: 'POST', body: { grant, level } });
      tell({ tone: 'done', text: grant ? nowMay(words, name, level) : words.__('%1 is told that the answer is no.', name) });
    } catch (error) {
      tell({ tone: 'fault', text: failure(workspace, error) });
      setBusy(false);
    } finally {
      again();
    }
  };
  return (
    <div className="opw-Share-line">
      <SubjectFace subject={`member:${request.member_id}`} name={name} />
      <span className="opw-Row-text">
        {words.__('%1 asks for access', name)}
        {request.message !== '' && <span className="opw-muted opw-small opw-Share-beneath">{words.__('“%1”', request.message)}</span>}
      </span>
      <MenuButton
        label={roleName(words, level)}
        name={words.__('Role of %1: %2', name, roleName(words, level))}
        disabled={busy}
        items={LEVELS.map(one => ({
          id: one,
          label: roleName(words, one),
          hint: roleSentence(words, one),
          checked: one === level,
          onSelect: () => setLevel(one)
        }))}
      />
      <Button busy={busy} onClick={() => void answer(true)}>
        {words.__('Give access')}
      </Button>
      <Button tone="quiet" busy={busy} onClick={() => void answer(false)}>
        {words.__('Decline')}
      </Button>
    </div>
  );
}
