/** Our views reach the workspace through React's context. */
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IPerson } from './face.js';
import { sentenceOf, type IWorkspace } from '../workspace.js';

const Context = React.createContext<IWorkspace | null>(null);

export function useWorkspace(): IWorkspace {
  const workspace = React.useContext(Context);
  if (workspace === null) {
    throw new Error('This component stands outside of a workspace view.');
  }
  return workspace;
}

export const WorkspaceProvider = Context.Provider;

/** A panel or main-area view drawn by React. */
export class WorkspaceView extends ReactWidget {
  constructor(
    protected readonly workspace: IWorkspace,
    private readonly _draw: () => JSX.Element
  ) {
    super();
    this.addClass('opw-View');
  }

  protected override render(): JSX.Element {
    return (
      <WorkspaceProvider value={this.workspace}>
        <Guard workspace={this.workspace}>{this._draw()}</Guard>
      </WorkspaceProvider>
    );
  }
}

/** A fault of a view stays in it, and is told. */
class Guard extends React.Component<{ workspace: IWorkspace; children: React.ReactNode }, { fault: unknown }> {
  override state: { fault: unknown } = { fault: null };

  static getDerivedStateFromError(fault: unknown): { fault: unknown } {
    return { fault };
  }

  override componentDidCatch(fault: unknown): void {
    console.error(fault);
  }

  override render(): React.ReactNode {
    if (this.state.fault === null) {
      return this.props.children;
    }
    const { words } = this.props.workspace;
    return (
      <div className="opw-Failure" role="alert">
        <p>{words.__('This view has met a fault. Your files are safe.')}</p>
        <p className="opw-muted">{sentenceOf(this.props.workspace, this.state.fault)}</p>
      </div>
    );
  }
}

/** The person behind an id; drawn again when the name becomes known. Undefined for who is not a member. */
export function usePerson(id: string): IPerson | undefined {
  const { directory } = useWorkspace();
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    directory.changed.connect(again);
    return () => void directory.changed.disconnect(again);
  }, [directory]);
  return directory.get(id);
}
