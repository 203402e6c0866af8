/** Kernels that work in a document, shown as what they are: whose notebook, and which if its name may be seen. */
import type { LabIcon } from '@jupyterlab/ui-components';
import { call } from '@openpaas/api';
import { notebookIcon, type IMember, type IWorkspace } from '@openpaas/base';

const SCRIPT = /^kernel:([^:]+):([^:]+)$/;

interface IFound {
  file?: { name: string } | null;
}

export interface IScript extends IMember {
  icon: LabIcon;
  /** The name of the member whose notebook it is. */
  runsFor: string;
}

export class Scripts {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _changed: () => void
  ) {}

  /** The kernel behind an id of presence as somebody to show; undefined for a person, or while its member is not known. */
  get(id: string): IScript | undefined {
    const [, notebook, member] = SCRIPT.exec(id) ?? [];
    const owner = member === undefined ? undefined : this._workspace.directory.get(member);
    if (owner === undefined) {
      return undefined;
    }
    const { words } = this._workspace;
    const title = this._title(notebook);
    const display_name = title === '' ? words.__('A notebook') : title;
    return { ...owner, id, username: id, display_name, photo: undefined, icon: notebookIcon, runsFor: owner.display_name };
  }

  private _title(notebook: string): string {
    const known = this._titles.get(notebook);
    if (known === undefined) {
      this._titles.set(notebook, '');
      // Who may not see it is told of no name.
      call<IFound>('files', { settings: this._workspace.settings, query: { path: notebook } }).then(
        ({ file }) => {
          this._titles.set(notebook, file?.name ?? '');
          this._changed();
        },
        () => undefined
      );
    }
    return known ?? '';
  }

  private readonly _titles = new Map<string, string>();
}
