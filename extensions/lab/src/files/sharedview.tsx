/** What others share with me by itself: who, when, as what. */
import { fileIcon, folderIcon } from '@jupyterlab/ui-components';
import { Empty, Failure, sharedIcon, Skeleton, usePerson, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import type { FileDeeds } from './deeds.js';
import type { Level, SharedFile } from './entry.js';
import type { Spaces } from './spaces.js';

interface ISharedProps {
  spaces: Spaces;
  deeds: FileDeeds;
  open: (ref: string) => void;
}

export function SharedView({ spaces, deeds, open }: ISharedProps): JSX.Element {
  const { words } = useWorkspace();
  const again = React.useReducer((count: number) => count + 1, 0)[1];
  React.useEffect(() => {
    spaces.changed.connect(again);
    return () => void spaces.changed.disconnect(again);
  }, [spaces]);
  return (
    <div className="opw-Page">
      <h1>{words.__('Shared with me')}</h1>
      {!spaces.loaded && spaces.fault === undefined && <Skeleton rows={5} />}
      {!spaces.loaded && spaces.fault !== undefined && <Failure sentence={spaces.fault} retry={() => void spaces.refresh()} />}
      {spaces.loaded && spaces.shared.length === 0 && (
        <Empty
          icon={sharedIcon}
          title={words.__('Nothing is shared with you by itself.')}
          hint={words.__('Files and folders that a colleague shares with you come here; whole spaces stand in the list of spaces.')}
        />
      )}
      {spaces.shared.length > 0 && (
        <ul className="opw-Card opw-Trash-list">
          {spaces.shared.map(one => (
            <SharedRow key={one.file.id} one={one} deeds={deeds} open={() => open(one.file.ref)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function SharedRow({ one, deeds, open }: { one: SharedFile; deeds: FileDeeds; open: () => void }): JSX.Element {
  const { words, when } = useWorkspace();
  const person = usePerson(one.shared_by);
  const { file } = one;
  const icon = file.kind === 'folder' ? folderIcon : (deeds.fileType(file.name)?.icon ?? fileIcon);
  const levels: Record<Level, string> = {
    reader: words.__('reading'),
    commenter: words.__('comments'),
    editor: words.__('editing'),
    manager: words.__('managing')
  };
  return (
    <li>
      <button type="button" className="opw-Row opw-Shared-row" onClick={open}>
        <icon.react tag="span" width="18px" height="18px" aria-hidden />
        <span className="opw-Row-text">
          <span className="opw-ellipsis opw-Trash-name">{file.name}</span>
          <span className="opw-muted opw-ellipsis opw-Trash-about">
            {person === undefined
              ? when.ago(one.shared_at)
              : words.__('Shared by %1, %2', person.display_name, when.ago(one.shared_at))}
          </span>
        </span>
        <span className="opw-Tag">{levels[file.level]}</span>
      </button>
    </li>
  );
}
