/** What waits for me: requests for access, answered in place. */
import { ask, Button, sentenceOf, useWorkspace, usePerson } from '@openpaas/base';
import * as React from 'react';

import { levelWord } from './changes.js';
import { Actions, Card, Nothing } from './list.js';
import { ONE, pieces, TWO } from './sentence.js';
import type { IAccessRequest, IHome } from './types.js';

export function Waiting({ home, answered }: { home: IHome; answered: () => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <Card title={words.__('Waiting for you')} className="opw-mod-waiting">
      {home.waiting.length === 0 ? (
        <Nothing title={words.__('Nothing waits for you.')} />
      ) : (
        <ul className="opw-HomeList">
          {home.waiting.map(request => (
            <RequestRow key={request.id} request={request} answered={answered} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function RequestRow({ request, answered }: { request: IAccessRequest; answered: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const { open } = React.useContext(Actions);
  const [state, setState] = React.useState<{ busy: boolean; fault?: string }>({ busy: false });
  const asker = usePerson(request.member_id)?.display_name ?? words.__('Somebody');
  const answer = async (grant: boolean): Promise<void> => {
    setState({ busy: true });
    try {
      await ask(workspace, `access-requests/${request.id}/answer`, { method: 'POST', body: { grant } });
    } catch (error) {
      setState({ busy: false, fault: sentenceOf(workspace, error) });
      return;
    }
    answered();
  };
  const thing = (
    <button key="thing" type="button" className="opw-HomeLink" onClick={() => open(request.ref)}>
      {request.name}
    </button>
  );
  return (
    <li className="opw-Request">
      <p>
        <span className="opw-Tag opw-tone-warn">{words.__('Access')}</span>{' '}
        {pieces<React.ReactNode>(words.__('%1 asks for access to %2', ONE, TWO), <b key="who">{asker}</b>, thing)}
      </p>
      {request.message !== '' && <blockquote>{request.message}</blockquote>}
      <p className="opw-muted">{[levelWord(workspace, request.level), when.ago(request.created_at)].join(' · ')}</p>
      <div className="opw-Request-answers">
        <Button busy={state.busy} onClick={() => void answer(true)}>
          {words.__('Give access')}
        </Button>
        <Button tone="quiet" busy={state.busy} onClick={() => void answer(false)}>
          {words.__('Refuse')}
        </Button>
      </div>
      {state.fault !== undefined && (
        <p role="alert" className="opw-Request-fault">
          {state.fault}
        </p>
      )}
    </li>
  );
}
