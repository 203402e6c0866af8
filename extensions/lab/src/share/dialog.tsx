/** The share window: who has access, given or inherited; each change counts at once and is told to everybody. */
import {
  ask,
  Button,
  checkIcon,
  closeIcon,
  Failure,
  IconButton,
  linkIcon,
  openModal,
  Skeleton,
  useAnswer,
  useWorkspace,
  type IWorkspace
} from '@openpaas/base';
import * as React from 'react';

import { ObjectMark } from '../home/marks.js';
import { useSharing, type INotice } from './actions.js';
import { Requests } from './asked.js';
import { Invite } from './invite.js';
import { copyText, linkTo } from './link.js';
import { NotMine } from './notmine.js';
import { Rows } from './rows.js';
import { ViewAs } from './viewas.js';
import { aboutAccess, type IAccess } from './wire.js';
import { titleOf } from './words.js';

const HEADING = 'opw-share-heading';
const COPIED_MS = 3000;

/** Open it for an object; resolves when it is closed. */
export function openShare(workspace: IWorkspace, ref: string): Promise<void> {
  return openModal(workspace, { labelledBy: HEADING, className: 'opw-Share' }, close => <ShareWindow first={ref} close={close} />);
}

function ShareWindow({ first, close }: { first: string; close: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [trail, setTrail] = React.useState([first]);
  const ref = trail[trail.length - 1];
  const answer = useAnswer(
    `access ${ref}`,
    signal => ask<IAccess>(workspace, `objects/${encodeURIComponent(ref)}/access`, { signal }),
    aboutAccess
  );
  const access = answer.fault === undefined ? answer.data : undefined;
  return (
    <div className="opw-Share-body">
      <Heading of={ref} access={access} close={close} />
      {trail.length > 1 && (
        <Button tone="quiet" className="opw-Share-back" onClick={() => setTrail(trail.slice(0, -1))}>
          {words.__('Back')}
        </Button>
      )}
      {answer.fault !== undefined && <Failure sentence={answer.fault} retry={answer.again} />}
      {answer.fault === undefined && access === undefined && <Skeleton rows={4} />}
      {access !== undefined && (
        <Sharing key={ref} access={access} again={answer.again} onGo={to => setTrail([...trail, to])} />
      )}
      <footer className="opw-Share-line">
        <CopyLink key={ref} of={ref} />
        <span className="opw-Row-text" />
        <Button tone="primary" onClick={close}>
          {words.__('Done')}
        </Button>
      </footer>
    </div>
  );
}

function Heading({ of, access, close }: { of: string; access: IAccess | undefined; close: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  return (
    <header className="opw-Share-line">
      {access !== undefined && <ObjectMark of={of} name={titleOf(workspace, access)} />}
      <h1 id={HEADING} className="opw-Row-text">
        {access === undefined ? words.__('Share') : words.__('Share “%1”', titleOf(workspace, access))}
      </h1>
      <IconButton icon={closeIcon} label={words.__('Close')} onClick={close} />
    </header>
  );
}

export interface ISharingProps {
  access: IAccess;
  again: () => void;
  /** Show who has access to another object. */
  onGo: (ref: string) => void;
  /** It stands in a page: the keyboard stays where it is. */
  inPage?: boolean;
}

/** Inviting, and the list; in the share window and on the page of a space. */
export function Sharing({ access, again, onGo, inPage = false }: ISharingProps): JSX.Element {
  const me = useMe();
  const sharing = useSharing(access.ref, access, again);
  const ownSpace = access.personal && access.ref.startsWith('space:');
  if (me === undefined) {
    return <Skeleton rows={4} />;
  }
  return (
    <>
      {access.may_share && !ownSpace ? (
        <Invite access={access} sharing={sharing} me={me} autoFocus={!inPage} />
      ) : (
        <NotMine access={access} ownSpace={ownSpace && access.may_share} />
      )}
      <Notice notice={sharing.notice} />
      {access.may_share && <Requests of={access.ref} tell={sharing.tell} />}
      <ViewAs access={access} />
      <Rows access={access} sharing={sharing} me={me} onGo={onGo} />
      <WhereRunning access={access} />
    </>
  );
}

/** Why no row offers to let somebody run code. */
function WhereRunning({ access }: { access: IAccess }): JSX.Element | null {
  const { words } = useWorkspace();
  return access.may_share && !access.execute_counts && access.name.endsWith('.ipynb') ? (
    <p className="opw-muted opw-small">{words.__('Who runs code here is decided for the whole space.')}</p>
  ) : null;
}

/** My id, once it is known. */
export function useMe(): string | undefined {
  const { directory } = useWorkspace();
  const [me, setMe] = React.useState<string>();
  React.useEffect(() => {
    let here = true;
    directory.me().then(
      found => here && setMe(found.id),
      () => here && setMe('')
    );
    return () => {
      here = false;
    };
  }, [directory]);
  return me;
}

function Notice({ notice }: { notice: INotice | null }): JSX.Element {
  return (
    <p
      className="opw-Share-notice"
      role={notice?.tone === 'fault' ? 'alert' : 'status'}
      data-tone={notice?.tone}
      hidden={notice === null}
    >
      {notice?.text}
    </p>
  );
}

function CopyLink({ of }: { of: string }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [state, setState] = React.useState<'idle' | 'copied' | 'shown'>('idle');
  const link = linkTo(workspace, of);
  React.useEffect(() => {
    const timer = state === 'copied' ? setTimeout(() => setState('idle'), COPIED_MS) : undefined;
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    copyText(link).then(
      () => setState('copied'),
      () => setState('shown')
    );
  };
  if (state === 'shown') {
    return (
      <input
        className="opw-Input opw-Share-link"
        readOnly
        autoFocus
        aria-label={words.__('The internal link: copy it from here')}
        value={link}
        onFocus={event => event.target.select()}
      />
    );
  }
  return (
    <>
      <Button icon={state === 'copied' ? checkIcon : linkIcon} onClick={copy}>
        {state === 'copied' ? words.__('Link copied') : words.__('Copy the internal link')}
      </Button>
      <span className="opw-visuallyHidden" role="status">
        {state === 'copied' ? words.__('Link copied') : ''}
      </span>
    </>
  );
}
