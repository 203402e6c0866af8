/** The faces in the toolbar of a document, and the card of a face: where they are, jump, follow. */
import { Button, Face, WorkspaceView, type IWorkspace } from '@openpaas/base';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { Colleagues, IColleague } from './colleagues.js';
import type { Follow } from './follow.js';
import { placeWords, titleOf } from './words.js';

/** Faces before “+3”. */
const MOST = 4;
const MOST_ON_SMALL = 2;
const SMALL = '(max-width: 600px)';

export interface IScene {
  workspace: IWorkspace;
  colleagues: Colleagues;
  follow: Follow;
  jump: (one: IColleague) => void;
}

/** A toolbar item; hidden while nobody else is there. */
export class FacesBar extends WorkspaceView {
  constructor(private readonly _scene: IScene) {
    super(_scene.workspace, () => <Bar {..._scene} open={(anchor, people) => this._open(anchor, people)} />);
    this.removeClass('opw-View');
    this.addClass('opw-FacesBar');
    const show = (): void => {
      const list = _scene.colleagues.list();
      this.setHidden(list.length === 0);
      if (list.length === 0) {
        this._card?.dispose();
      }
    };
    _scene.colleagues.changed.connect(show);
    show();
  }

  override dispose(): void {
    this._card?.dispose();
    super.dispose();
  }

  private _open(anchor: HTMLElement, people: string[]): void {
    const again = this._card?.anchor === anchor && !this._card.isDisposed;
    this._card?.dispose();
    if (!again) {
      this._card = new Card(this._scene, anchor, people);
    }
  }

  private _card: Card | undefined;
}

function useScene({ colleagues, follow }: IScene): IColleague[] {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    colleagues.changed.connect(again);
    follow.changed.connect(again);
    return () => {
      colleagues.changed.disconnect(again);
      follow.changed.disconnect(again);
    };
  }, [colleagues, follow]);
  return colleagues.list();
}

type Open = (anchor: HTMLElement, people: string[]) => void;

function Bar({ open, ...scene }: IScene & { open: Open }): JSX.Element {
  const { words } = scene.workspace;
  const list = useScene(scene);
  const shown = list.slice(0, window.matchMedia(SMALL).matches ? MOST_ON_SMALL : MOST);
  const rest = list.slice(shown.length);
  return (
    <div className="opw-Faces" role="group" aria-label={words.__('Others in this document')}>
      {shown.map(one => (
        <FaceButton key={one.person.id} one={one} open={open} {...scene} />
      ))}
      {rest.length > 0 && (
        <button
          type="button"
          className="opw-FaceButton"
          aria-haspopup="dialog"
          aria-label={words._n('and %1 other', 'and %1 others', rest.length, rest.length)}
          title={rest.map(one => one.person.display_name).join(', ')}
          onClick={event => open(event.currentTarget, rest.map(one => one.person.id))}
        >
          <span className="opw-Face opw-mod-medium opw-mod-more">+{rest.length}</span>
        </button>
      )}
    </div>
  );
}

function FaceButton({ one, open, ...scene }: IScene & { one: IColleague; open: Open }): JSX.Element {
  const { words } = scene.workspace;
  const followed = scene.follow.following === one.person.id;
  return (
    <button
      type="button"
      className={`opw-FaceButton${followed ? ' opw-mod-followed' : ''}`}
      style={{ '--opw-person': one.person.color } as React.CSSProperties}
      aria-haspopup="dialog"
      aria-label={titleOf(one, words)}
      title={titleOf(one, words)}
      data-member={one.person.username}
      onClick={event => {
        scene.jump(one);
        open(event.currentTarget, [one.person.id]);
      }}
    >
      <Face person={one.person} present={one.state === 'active'} away={one.state === 'away'} label="" title="" />
    </button>
  );
}

/** Hangs below a face, goes with Escape or a click elsewhere. */
class Card extends WorkspaceView {
  constructor(
    scene: IScene,
    readonly anchor: HTMLElement,
    people: string[]
  ) {
    super(scene.workspace, () => <CardBody {...scene} people={people} close={() => this.dispose()} />);
    this.addClass('opw-PresenceCard');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', scene.workspace.words.__('Others in this document'));
    document.addEventListener('pointerdown', this._outside, { capture: true });
    this.node.addEventListener('keydown', this._key);
    Widget.attach(this, document.body);
    void this.renderPromise?.then(() => this._place());
    requestAnimationFrame(() => this._place());
  }

  override dispose(): void {
    if (!this.isDisposed) {
      document.removeEventListener('pointerdown', this._outside, { capture: true });
      const hadFocus = this.node.contains(document.activeElement);
      super.dispose();
      if (hadFocus) {
        this.anchor.focus();
      }
    }
  }

  private _place(): void {
    if (this.isDisposed) {
      return;
    }
    const { left, bottom } = this.anchor.getBoundingClientRect();
    const most = window.innerWidth - this.node.offsetWidth - 8;
    this.node.style.left = `${Math.max(8, Math.min(left, most))}px`;
    this.node.style.top = `${bottom + 6}px`;
    if (!this.node.contains(document.activeElement)) {
      this.node.querySelector<HTMLElement>('button')?.focus();
    }
  }

  private readonly _outside = (event: Event): void => {
    if (event.target instanceof Node && !this.node.contains(event.target) && !this.anchor.contains(event.target)) {
      this.dispose();
    }
  };

  private readonly _key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.dispose();
    }
  };
}

function CardBody({ people, close, ...scene }: IScene & { people: string[]; close: () => void }): JSX.Element {
  const { words } = scene.workspace;
  const list = useScene(scene).filter(one => people.includes(one.person.id));
  React.useEffect(() => {
    if (list.length === 0) {
      close();
    }
  });
  return (
    <>
      {list.map(one => {
        const followed = scene.follow.following === one.person.id;
        const toggle = (): void => {
          if (followed) {
            scene.follow.stop();
          } else {
            scene.follow.start(one.person.id);
          }
          close();
        };
        return (
          <div key={one.person.id} className="opw-Row">
            <Face person={one.person} present={one.state === 'active'} away={one.state === 'away'} label="" />
            <span className="opw-Row-text">
              <span className="opw-PresenceCard-name opw-ellipsis">{one.person.display_name}</span>
              <span className="opw-muted">{placeWords(one, words)}</span>
            </span>
            {people.length > 1 && one.place !== null && (
              <Button
                tone="quiet"
                onClick={() => {
                  scene.jump(one);
                  close();
                }}
              >
                {words.__('Go there')}
              </Button>
            )}
            {!('runsFor' in one.person) && (
              <Button tone={people.length > 1 ? 'plain' : 'primary'} onClick={toggle}>
                {followed ? words.__('Stop following') : words.__('Follow')}
              </Button>
            )}
          </div>
        );
      })}
    </>
  );
}
