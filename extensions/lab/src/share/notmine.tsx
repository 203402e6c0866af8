/** In place of the first line, for who cannot share: why, whom to ask, and asking for more. */
import { ask, Button, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import type { IAccess } from './wire.js';
import { failure, managersOf, roleName } from './words.js';

export function NotMine({ access, ownSpace }: { access: IAccess; ownSpace: boolean }): JSX.Element {
  const workspace = useWorkspace();
  const { words, locale } = workspace;
  const [said, setSaid] = React.useState('');
  const [busy, setBusy] = React.useState(false);
  if (ownSpace) {
    return (
      <p className="opw-Share-why">
        {words.__('“My files” as a whole stays yours alone. Share a folder or a file in it, or make a space.')}
      </p>
    );
  }
  const wish = async (): Promise<void> => {
    setBusy(true);
    try {
      const path = `objects/${encodeURIComponent(access.ref)}/access-requests`;
      await ask(workspace, path, { method: 'POST', body: { level: 'editor' } });
      setSaid(words.__('Your request has been sent to the managers. You are told here as soon as one of them answers.'));
    } catch (error) {
      setSaid(failure(workspace, error));
    } finally {
      setBusy(false);
    }
  };
  const managers = managersOf(access);
  const names = new Intl.ListFormat(locale, { type: 'disjunction' }).format(managers.slice(0, 5));
  return (
    <div className="opw-Share-why">
      <p>
        {words.__('Your role here: %1.', roleName(words, access.mine))}{' '}
        {managers.length === 0
          ? words.__('Only managers share this.')
          : words.__('Only managers share this: ask %1.', names)}
      </p>
      {said === '' && (access.mine === 'reader' || access.mine === 'commenter') && (
        <Button busy={busy} onClick={() => void wish()}>
          {words.__('Ask to edit')}
        </Button>
      )}
      <p role="status" hidden={said === ''}>
        {said}
      </p>
    </div>
  );
}
