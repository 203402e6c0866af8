/** The faces of those who are in this sheet; a click leads to where they are. */
import { Face, WorkspaceView, type IMember, type IPresent, type IWorkspace } from '@openpaas/base';

const MOST = 4;

interface IFacesOptions {
  workspace: IWorkspace;
  about: string;
  me: () => string;
  jump: (member: string) => void;
}

/** A toolbar item; hidden while nobody else is there. */
export class SheetFaces extends WorkspaceView {
  constructor(private readonly _options: IFacesOptions) {
    super(_options.workspace, () => <Bar {..._options} />);
    this.removeClass('opw-View');
    this.addClass('opw-FacesBar');
    const { presence, directory } = _options.workspace;
    this._unfollow = presence.follow([_options.about]);
    presence.changed.connect(this._look, this);
    directory.changed.connect(this._look, this);
    this._look();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      const { presence, directory } = this._options.workspace;
      presence.changed.disconnect(this._look, this);
      directory.changed.disconnect(this._look, this);
      this._unfollow();
      super.dispose();
    }
  }

  /** Drawn again when who I am becomes known. */
  look(): void {
    this._look();
  }

  private _look(): void {
    this.setHidden(people(this._options).length === 0);
    this.update();
  }

  private readonly _unfollow: () => void;
}

function people({ workspace, about, me }: IFacesOptions): { person: IMember; state: IPresent['state'] }[] {
  return workspace.presence.of(about).flatMap(({ id, state }) => {
    const person = id === me() || me() === '' ? undefined : workspace.directory.get(id);
    return person === undefined ? [] : [{ person, state }];
  });
}

function Bar(options: IFacesOptions): JSX.Element {
  const { workspace, jump } = options;
  const all = people(options);
  const rest = all.length - MOST;
  return (
    <div className="opw-Faces" role="group" aria-label={workspace.words.__('Others in this document')}>
      {all.slice(0, MOST).map(({ person, state }) => (
        <button
          key={person.id}
          type="button"
          className="opw-FaceButton"
          aria-label={workspace.words.__('Go to where %1 is', person.display_name)}
          title={person.display_name}
          data-member={person.username}
          onClick={() => jump(person.id)}
        >
          <Face person={person} present={state === 'active'} away={state === 'away'} label="" title="" />
        </button>
      ))}
      {rest > 0 && <span className="opw-Face opw-mod-more">+{rest}</span>}
    </div>
  );
}
