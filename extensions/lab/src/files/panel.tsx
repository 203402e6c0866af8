/** The spaces above the list of files: mine, those of teams, what is shared with me, the trash; who is online below. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDefaultFileBrowser, type FileBrowser } from '@jupyterlab/filebrowser';
import {
  Face,
  Faces,
  Failure,
  homeIcon,
  IconButton,
  IWorkspace,
  plusIcon,
  sharedIcon,
  Skeleton,
  SpaceMark,
  trashIcon,
  useWorkspace,
  WorkspaceView,
  type IMember
} from '@openpaas/base';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Drag } from '@lumino/dragdrop';
import * as React from 'react';

import type { WorkspaceBrowser } from './browser.js';
import { FileDeeds, IFileDeeds } from './deeds.js';
import type { SpaceInfo } from './entry.js';
import { PATHS } from './listing.js';
import { commands } from './names.js';
import { ISpaces, type Spaces } from './spaces.js';

const MOST_ONLINE = 6;
const DROP = 'opw-mod-drop';

export const panel: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:spaces-panel',
  description: 'Shows the spaces above the files.',
  autoStart: true,
  requires: [IWorkspace, IDefaultFileBrowser, ISpaces, IFileDeeds],
  activate: (app: JupyterFrontEnd, workspace: IWorkspace, browser: FileBrowser, spaces: Spaces, deeds: FileDeeds) => {
    const run = (command: string): void => void app.commands.execute(command);
    const view = new SpacesView(workspace, browser, spaces, deeds, run);
    (browser as WorkspaceBrowser).insertAbove(view);
  }
};

class SpacesView extends WorkspaceView {
  constructor(
    workspace: IWorkspace,
    browser: FileBrowser,
    private readonly _spaces: Spaces,
    private readonly _deeds: FileDeeds,
    run: (command: string) => void
  ) {
    super(workspace, () => <SpacesPanel browser={browser} spaces={_spaces} run={run} />);
    this.addClass('opw-Spaces');
    const { node } = this;
    for (const type of ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop', 'dragover', 'dragleave', 'drop']) {
      node.addEventListener(type, event => this._drag(event as Drag.Event & DragEvent));
    }
  }

  /** Files of the list or of the desktop, put on a space. */
  private _drag(event: Drag.Event & DragEvent): void {
    const row = this._row(event);
    this.node.querySelectorAll(`.${DROP}`).forEach(node => node.classList.remove(DROP));
    if (row === null) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'lm-drop' || event.type === 'drop') {
      this._dropped(event, row.dataset['path'] ?? '');
    } else if (!event.type.endsWith('leave')) {
      row.classList.add(DROP);
    }
    if (event.type === 'lm-dragover') {
      event.dropAction = event.proposedAction;
    }
  }

  /** The space below the pointer, if one may put something into it. */
  private _row(event: Event): HTMLElement | null {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-path]');
    return row !== null && this._may(row.dataset['path'] ?? '') ? row : null;
  }

  private _dropped(event: Drag.Event & DragEvent, path: string): void {
    if (event.type === 'drop') {
      if (event.dataTransfer !== null) {
        this._deeds.drop(event.dataTransfer, path);
      }
    } else if (event.mimeData.hasData(PATHS)) {
      event.dropAction = event.proposedAction;
      void this._deeds.move(event.mimeData.getData(PATHS) as string[], path, event.ctrlKey);
    }
  }

  private _may(path: string): boolean {
    const level = this._spaces.of(path)?.level;
    return level === 'editor' || level === 'manager';
  }
}

interface IPanelProps {
  browser: FileBrowser;
  spaces: Spaces;
  run: (command: string) => void;
}

function SpacesPanel({ browser, spaces, run }: IPanelProps): JSX.Element {
  const { words } = useWorkspace();
  const path = useShown(browser, spaces);
  const head = path.split('/', 1)[0];
  const open = (space: SpaceInfo): void => void browser.model.cd(`/${space.path}`);
  const others = spaces.all.filter(space => space.kind === 'personal' && space.path !== '~');
  const among = spaces.all.filter(space => space.level !== ('none' as never) && !others.includes(space) && space.archived_at == null);
  const inShared = others.some(space => space.path === head) || (head !== '' && !among.some(space => space.path === head));
  return (
    <nav aria-label={words.__('Spaces')}>
      <div className="opw-Spaces-head">
        <h2>{words.__('Spaces')}</h2>
        <IconButton icon={plusIcon} label={words.__('New space')} onClick={() => run(commands.newSpace)} />
      </div>
      {!spaces.loaded && spaces.fault === undefined && <Skeleton rows={4} />}
      {!spaces.loaded && spaces.fault !== undefined && <Failure sentence={spaces.fault} retry={() => void spaces.refresh()} />}
      {spaces.loaded && (
        <ul className="opw-Spaces-list">
          {among.map(space => (
            <SpaceRow key={space.id} space={space} current={space.path === head} open={() => open(space)} />
          ))}
          <PlaceRow
            icon={sharedIcon}
            label={words.__('Shared with me')}
            count={spaces.shared.length}
            current={inShared}
            open={() => run(commands.shared)}
          />
          <PlaceRow icon={trashIcon} label={words.__('Trash')} current={false} open={() => run(commands.trash)} />
        </ul>
      )}
      <Online />
    </nav>
  );
}

function SpaceRow({ space, current, open }: { space: SpaceInfo; current: boolean; open: () => void }): JSX.Element {
  const { words } = useWorkspace();
  const mine = space.path === '~';
  const people = usePresent(space.ref);
  const name = mine ? words.__('My files') : space.name;
  return (
    <li>
      <button
        type="button"
        className="opw-Spaces-row"
        data-path={space.path}
        aria-current={current ? 'true' : undefined}
        title={space.description === '' ? name : `${name}\n${space.description}`}
        onClick={open}
      >
        {mine ? (
          <Square icon={homeIcon} />
        ) : (
          <SpaceMark id={space.id} name={space.name} />
        )}
        <span className="opw-Row-text opw-ellipsis">{name}</span>
        {!mine && <Faces people={people} most={3} size="small" />}
        {(space.level === 'reader' || space.level === 'commenter') && (
          <span className="opw-Tag">{space.level === 'reader' ? words.__('reading') : words.__('comments')}</span>
        )}
      </button>
    </li>
  );
}

interface IPlaceProps {
  icon: LabIcon;
  label: string;
  current: boolean;
  count?: number;
  open: () => void;
}

function PlaceRow({ icon, label, current, count = 0, open }: IPlaceProps): JSX.Element {
  return (
    <li>
      <button type="button" className="opw-Spaces-row" aria-current={current ? 'true' : undefined} onClick={open}>
        <Square icon={icon} />
        <span className="opw-Row-text opw-ellipsis">{label}</span>
        {count > 0 && <span className="opw-muted">{count}</span>}
      </button>
    </li>
  );
}

function Square({ icon }: { icon: LabIcon }): JSX.Element {
  return (
    <span className="opw-Mark" aria-hidden>
      <icon.react tag={null} width="14px" height="14px" />
    </span>
  );
}

/** Who is online, the others before me; nothing when nobody is. */
function Online(): JSX.Element | null {
  const { words, presence, directory } = useWorkspace();
  const again = React.useReducer((count: number) => count + 1, 0)[1];
  const [me, setMe] = React.useState('');
  React.useEffect(() => {
    presence.changed.connect(again);
    directory.changed.connect(again);
    directory.me().then(
      found => setMe(found.id),
      () => undefined
    );
    return () => {
      presence.changed.disconnect(again);
      directory.changed.disconnect(again);
    };
  }, [presence, directory]);
  const people = presence.online().flatMap(({ id, state }) => {
    const member = id === me ? undefined : directory.get(id);
    return member === undefined ? [] : [{ member, state }];
  });
  if (people.length === 0) {
    return null;
  }
  return (
    <section className="opw-Online" aria-label={words.__('Online')}>
      <h2>{words.__('Online')}</h2>
      <ul className="opw-Spaces-list">
        {people.slice(0, MOST_ONLINE).map(({ member, state }) => (
          <li key={member.id} className="opw-Row">
            <Face person={member} present={state === 'active'} label="" />
            <span className="opw-Row-text opw-ellipsis">{member.display_name}</span>
            {state === 'away' && <span className="opw-muted">{words.__('away')}</span>}
          </li>
        ))}
      </ul>
      {people.length > MOST_ONLINE && (
        <p className="opw-muted opw-Online-more">
          {words._n('and %1 more', 'and %1 more', people.length - MOST_ONLINE)}
        </p>
      )}
    </section>
  );
}

/** Members who are in something of a space now. */
function usePresent(ref: string): IMember[] {
  const { presence, directory } = useWorkspace();
  const again = React.useReducer((count: number) => count + 1, 0)[1];
  React.useEffect(() => {
    const release = presence.follow([ref]);
    presence.changed.connect(again);
    return () => {
      release();
      presence.changed.disconnect(again);
    };
  }, [presence, ref]);
  return presence.of(ref).flatMap(({ id }) => directory.get(id) ?? []);
}

/** Where the file browser is; drawn again when it goes elsewhere or the spaces change. */
function useShown(browser: FileBrowser, spaces: Spaces): string {
  const again = React.useReducer((count: number) => count + 1, 0)[1];
  React.useEffect(() => {
    browser.model.pathChanged.connect(again);
    spaces.changed.connect(again);
    return () => {
      browser.model.pathChanged.disconnect(again);
      spaces.changed.disconnect(again);
    };
  }, [browser, spaces]);
  return browser.model.path;
}
