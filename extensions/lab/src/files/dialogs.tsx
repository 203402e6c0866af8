/** Dialogs of files: a new space, and where to move things. */
import { Dialog, Notification, ReactWidget, showDialog } from '@jupyterlab/apputils';
import { folderIcon } from '@jupyterlab/ui-components';
import {
  ask,
  Button,
  Empty,
  Failure,
  homeIcon,
  sentenceOf,
  Skeleton,
  SpaceMark,
  useAnswer,
  useWorkspace,
  WorkspaceProvider,
  type IWorkspace
} from '@openpaas/base';
import * as React from 'react';

import type { FileInfo, SpaceInfo } from './entry.js';
import { parted } from './entry.js';
import type { Spaces } from './spaces.js';

interface IDraft {
  name: string;
  description: string;
}

class Body<T> extends ReactWidget implements Dialog.IBodyWidget<T> {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _value: () => T,
    private readonly _draw: () => JSX.Element
  ) {
    super();
    this.addClass('opw-Dialog');
  }

  getValue(): T {
    return this._value();
  }

  protected override render(): JSX.Element {
    return <WorkspaceProvider value={this._workspace}>{this._draw()}</WorkspaceProvider>;
  }
}

/** Ask for a name until the server takes it; the new space, or nothing. */
export async function newSpace(workspace: IWorkspace): Promise<SpaceInfo | null> {
  const { words } = workspace;
  const draft: IDraft = { name: '', description: '' };
  let fault = '';
  for (;;) {
    const answer = await showDialog({
      title: words.__('New space'),
      body: new Body(
        workspace,
        () => draft,
        () => <SpaceForm draft={draft} fault={fault} />
      ),
      buttons: [Dialog.cancelButton({ label: words.__('Cancel') }), Dialog.okButton({ label: words.__('Create the space') })],
      focusNodeSelector: 'input'
    });
    if (!answer.button.accept) {
      return null;
    }
    try {
      return await ask<SpaceInfo>(workspace, 'spaces', { method: 'POST', body: draft });
    } catch (error) {
      fault = sentenceOf(workspace, error);
    }
  }
}

function SpaceForm({ draft, fault }: { draft: IDraft; fault: string }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Files-form">
      <p className="opw-muted">{words.__('A space holds the files of a team. You manage it and choose who is in it.')}</p>
      <label className="opw-Field">
        {words.__('Name')}
        <input
          type="text"
          defaultValue={draft.name}
          maxLength={255}
          autoComplete="off"
          aria-invalid={fault !== '' || undefined}
          aria-describedby={fault === '' ? undefined : 'opw-space-fault'}
          onChange={event => (draft.name = event.target.value)}
        />
      </label>
      {fault !== '' && (
        <p id="opw-space-fault" className="opw-Field-fault" role="alert">
          {fault}
        </p>
      )}
      <label className="opw-Field">
        {words.__('What it is for (if you like)')}
        <input type="text" defaultValue={draft.description} autoComplete="off" onChange={event => (draft.description = event.target.value)} />
      </label>
    </div>
  );
}

/** Choose a folder; its path, or null. */
export async function chooseFolder(workspace: IWorkspace, spaces: Spaces, from: string, count: number): Promise<string | null> {
  const { words } = workspace;
  const chosen = { path: from };
  const answer = await showDialog({
    title: words._n('Move %1 thing to…', 'Move %1 things to…', count),
    body: new Body(
      workspace,
      () => chosen.path,
      () => <FolderChoice spaces={spaces} start={from} choose={path => (chosen.path = path)} />
    ),
    buttons: [Dialog.cancelButton({ label: words.__('Cancel') }), Dialog.okButton({ label: words.__('Move here') })]
  });
  if (!answer.button.accept) {
    return null;
  }
  if (chosen.path === '' || chosen.path === from) {
    Notification.info(words.__('It lies there already; nothing was moved.'), { autoClose: 4000 });
    return null;
  }
  return chosen.path;
}

interface IChoiceProps {
  spaces: Spaces;
  start: string;
  choose: (path: string) => void;
}

function FolderChoice({ spaces, start, choose }: IChoiceProps): JSX.Element {
  const { words } = useWorkspace();
  const [path, setPath] = React.useState(start);
  const go = (to: string): void => {
    choose(to);
    setPath(to);
  };
  const writable = spaces.all.filter(space => ['editor', 'manager'].includes(space.level) && space.archived_at == null);
  return (
    <div className="opw-Choice">
      <p className="opw-Choice-where">
        <Button tone="quiet" disabled={path === ''} onClick={() => go(parted(path)[0])}>
          {words.__('Up')}
        </Button>
        <span className="opw-ellipsis">{path === '' ? words.__('Spaces') : path.replace(/^~(?=\/|$)/, words.__('My files'))}</span>
      </p>
      {path === '' ? (
        <ul className="opw-Choice-list">
          {writable.map(space => (
            <li key={space.id}>
              <button type="button" className="opw-Spaces-row" onClick={() => go(space.path)}>
                {space.path === '~' ? (
                  <span className="opw-Mark" aria-hidden>
                    <homeIcon.react tag={null} width="14px" height="14px" />
                  </span>
                ) : (
                  <SpaceMark id={space.id} name={space.name} />
                )}
                <span className="opw-Row-text opw-ellipsis">{space.path === '~' ? words.__('My files') : space.name}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Folders path={path} go={go} />
      )}
    </div>
  );
}

function Folders({ path, go }: { path: string; go: (path: string) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const found = useAnswer<{ entries: FileInfo[] }>(path, signal => ask(workspace, 'files', { query: { path }, signal }));
  if (found.data === undefined) {
    return found.fault === undefined ? <Skeleton rows={4} /> : <Failure sentence={found.fault} retry={found.again} />;
  }
  const folders = found.data.entries.filter(entry => entry.kind === 'folder');
  if (folders.length === 0) {
    return <Empty icon={folderIcon} title={words.__('No folder below this one.')} />;
  }
  return (
    <ul className="opw-Choice-list">
      {folders.map(folder => (
        <li key={folder.id}>
          <button type="button" className="opw-Spaces-row" onClick={() => go(folder.path)}>
            <folderIcon.react tag="span" width="18px" height="18px" aria-hidden />
            <span className="opw-Row-text opw-ellipsis">{folder.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
