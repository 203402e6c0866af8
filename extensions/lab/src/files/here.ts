/** Who is in which file now, for rows that are drawn without React. */
import type { IMember, IWorkspace } from '@openpaas/base';
import { Signal, type ISignal } from '@lumino/signaling';

export class Here {
  constructor(private readonly _workspace: IWorkspace) {
    const tell = (): void => this._changed.emit();
    _workspace.presence.changed.connect(tell);
    _workspace.directory.changed.connect(tell);
  }

  /** Somebody came or left, or a name is known. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Hear of these objects, in place of those before. */
  follow(refs: string[]): void {
    const key = refs.join(' ');
    if (key !== this._followed) {
      this._followed = key;
      const release = this._release;
      this._release = this._workspace.presence.follow(refs);
      release();
    }
  }

  people(ref: string): IMember[] {
    const found = ref === '' ? [] : this._workspace.presence.of(ref);
    return found.flatMap(({ id }) => this._workspace.directory.get(id) ?? []);
  }

  names(ref: string): string[] {
    return this.people(ref).map(person => person.display_name);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _followed = '';
  private _release: () => void = () => undefined;
}
