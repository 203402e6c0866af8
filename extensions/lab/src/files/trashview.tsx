/** The trash of all my spaces: bring back, delete for ever, and until when there is time. */
import { fileIcon, folderIcon } from '@jupyterlab/ui-components';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import {
  ask,
  Button,
  Empty,
  Failure,
  sentenceOf,
  Skeleton,
  trashIcon,
  useAnswer,
  usePerson,
  useWorkspace,
  type IWorkspace
} from '@openpaas/base';
import * as React from 'react';

import type { FileDeeds } from './deeds.js';
import type { TrashedFile } from './entry.js';

const CONCERNS = /^(FileTrashed|FileRestored|FilePurged|Grant|Space)/;
const MOST = 300;

export function TrashView({ deeds }: { deeds: FileDeeds }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const trash = useAnswer<TrashedFile[]>(
    'trash',
    signal => ask(workspace, 'trash', { signal }),
    event => CONCERNS.test(event.type)
  );
  const spaces = React.useMemo(() => grouped(trash.data ?? []), [trash.data]);
  return (
    <div className="opw-Page">
      <h1>{words.__('Trash')}</h1>
      <p className="opw-muted">{words.__('What is thrown away can be brought back until the day that stands beside it.')}</p>
      {trash.data === undefined && trash.fault === undefined && <Skeleton rows={5} />}
      {trash.data === undefined && trash.fault !== undefined && <Failure sentence={trash.fault} retry={trash.again} />}
      {trash.data?.length === 0 && (
        <Empty icon={trashIcon} title={words.__('The trash is empty.')} hint={words.__('Files that you or your colleagues delete come here first.')} />
      )}
      {[...spaces].map(([space, thrown]) => (
        <SpaceTrash key={space} space={space} thrown={thrown} deeds={deeds} again={trash.again} />
      ))}
    </div>
  );
}

interface ISpaceTrash {
  space: string;
  thrown: TrashedFile[];
  deeds: FileDeeds;
  again: () => void;
}

function SpaceTrash({ space, thrown, deeds, again }: ISpaceTrash): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const name = deeds.shown(space);
  const empty = async (): Promise<void> => {
    const sure = await certain(
      words.__('Empty the trash of “%1”?', name),
      words._n('%1 thing is deleted for ever. Nobody can bring it back.', '%1 things are deleted for ever. Nobody can bring them back.', thrown.length),
      words.__('Delete for ever'),
      words.__('Cancel')
    );
    if (sure) {
      await attempt(workspace, () => ask(workspace, `spaces/${thrown[0].file.space_id}/trash`, { method: 'DELETE' }));
      again();
    }
  };
  return (
    <section className="opw-Card opw-Trash-space" aria-label={name}>
      <header className="opw-Trash-head">
        <h2>{name}</h2>
        {thrown[0].may_purge && (
          <Button tone="quiet" onClick={() => void empty()}>
            {words.__('Empty this trash')}
          </Button>
        )}
      </header>
      <ul className="opw-Trash-list">
        {thrown.slice(0, MOST).map(one => (
          <TrashRow key={one.file.id} one={one} deeds={deeds} again={again} />
        ))}
      </ul>
      {thrown.length > MOST && <p className="opw-muted">{words.__('%1 of %2 are shown.', MOST, thrown.length)}</p>}
    </section>
  );
}

function TrashRow({ one, deeds, again }: { one: TrashedFile; deeds: FileDeeds; again: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words, when } = workspace;
  const person = usePerson(one.trashed_by);
  const { file } = one;
  const by = person === undefined ? when.ago(one.trashed_at) : words.__('%1, %2', person.display_name, when.ago(one.trashed_at));
  const icon = file.kind === 'folder' ? folderIcon : (deeds.fileType(file.name)?.icon ?? fileIcon);
  const purge = async (): Promise<void> => {
    const sure = await certain(
      words.__('Delete “%1” for ever?', file.name),
      words.__('Nobody can bring it back, with its history.'),
      words.__('Delete for ever'),
      words.__('Cancel')
    );
    if (sure) {
      await attempt(workspace, () => ask(workspace, `trash/${file.id}`, { method: 'DELETE' }));
      again();
    }
  };
  return (
    <li className="opw-Row opw-Trash-row">
      <icon.react tag="span" width="18px" height="18px" aria-hidden />
      <span className="opw-Row-text">
        <span className="opw-ellipsis opw-Trash-name" title={file.name}>
          {file.name}
        </span>
        <span className="opw-muted opw-ellipsis opw-Trash-about">
          {one.folder === '' ? by : words.__('%1 · was in %2', by, one.folder)}
        </span>
      </span>
      <span className="opw-muted opw-Trash-until" title={when.full(one.purged_at)}>
        {words.__('deleted for ever on %1', when.day(one.purged_at))}
      </span>
      {!one.lost || file.kind === 'file' ? <Button onClick={() => void deeds.restore([file.id]).then(again)}>{words.__('Bring back')}</Button> : null}
      {one.may_purge && (
        <Button tone="danger" aria-label={words.__('Delete “%1” for ever', file.name)} onClick={() => void purge()}>
          {words.__('Delete')}
        </Button>
      )}
    </li>
  );
}

function grouped(thrown: TrashedFile[]): Map<string, TrashedFile[]> {
  const spaces = new Map<string, TrashedFile[]>();
  for (const one of thrown) {
    spaces.set(one.space, [...(spaces.get(one.space) ?? []), one]);
  }
  return spaces;
}

async function certain(title: string, body: string, yes: string, no: string): Promise<boolean> {
  const answer = await showDialog({
    title,
    body,
    buttons: [Dialog.cancelButton({ label: no }), Dialog.warnButton({ label: yes })],
    defaultButton: 0
  });
  return answer.button.accept;
}

async function attempt(workspace: IWorkspace, deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    Notification.error(sentenceOf(workspace, error), { autoClose: false });
  }
}
