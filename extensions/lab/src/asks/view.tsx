/** “You have no access, or it does not exist”, inside the page: what to do, asking, and opening once it is there. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ask, Button, Empty, lockIcon, sentenceOf, useAnswer, useWorkspace, WorkspaceView, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { aboutAccess } from '../share/wire.js';

const CLASS = 'opw-Ask';
const MOST = 500;

/** Show it for a path, once. */
export function showAsking(
  app: JupyterFrontEnd,
  workspace: IWorkspace,
  path: string,
  there: (path: string) => Promise<boolean>
): void {
  const id = `opw-ask-${path}`;
  const open = [...app.shell.widgets('main')].find(widget => widget.id === id);
  if (open !== undefined) {
    app.shell.activateById(id);
    return;
  }
  const go = (to: string): void => {
    widget.dispose();
    void app.commands.execute('filebrowser:open-path', { path: to });
  };
  const view = new WorkspaceView(workspace, () => <Asking path={path} there={there} go={go} />);
  view.addClass(CLASS);
  const widget = new MainAreaWidget({ content: view });
  widget.id = id;
  widget.toolbar.hide();
  widget.title.label = PathExt.basename(path);
  widget.title.icon = lockIcon;
  widget.title.closable = true;
  app.shell.add(widget, 'main');
  app.shell.activateById(id);
}

interface IAskingProps {
  path: string;
  there: (path: string) => Promise<boolean>;
  go: (path: string) => void;
}

function Asking({ path, there, go }: IAskingProps): JSX.Element | null {
  const { words } = useWorkspace();
  const folder = PathExt.dirname(path);
  const { data: seen } = useAnswer(`there ${path}`, () => there(path), aboutAccess);
  const { data: folderSeen } = useAnswer(
    `folder ${folder}`,
    () => (folder === '' ? Promise.resolve(false) : there(folder)),
    aboutAccess
  );
  if (seen === undefined || folderSeen === undefined) {
    return null;
  }
  if (seen) {
    return (
      <Empty title={words.__('You have access now.')}>
        <Button tone="primary" autoFocus onClick={() => go(path)}>
          {words.__('Open')}
        </Button>
      </Empty>
    );
  }
  if (folderSeen) {
    return (
      <Empty
        title={words.__('“%1” is not here, or not any more.', PathExt.basename(path))}
        hint={words.__('It may have been renamed, moved, or put into the trash.')}
      >
        <Button tone="primary" autoFocus onClick={() => go(folder)}>
          {words.__('Open the folder')}
        </Button>
      </Empty>
    );
  }
  return <Form path={path} />;
}

interface IRequest {
  state: 'idle' | 'busy' | 'asked';
  fault: string;
  send: (message: string) => Promise<void>;
}

function useRequest(path: string): IRequest {
  const workspace = useWorkspace();
  const [state, setState] = React.useState<IRequest['state']>('idle');
  const [fault, setFault] = React.useState('');
  const send = async (message: string): Promise<void> => {
    setState('busy');
    setFault('');
    try {
      await ask(workspace, 'access-requests/by-path', { method: 'POST', body: { path, message } });
      setState('asked');
    } catch (error) {
      setFault(sentenceOf(workspace, error));
      setState('idle');
    }
  };
  return { state, fault, send };
}

function Form({ path }: { path: string }): JSX.Element {
  const { words } = useWorkspace();
  const [message, setMessage] = React.useState('');
  const { state, fault, send } = useRequest(path);
  const id = React.useId();
  if (state === 'asked') {
    return (
      <div role="status">
        <Empty
          icon={lockIcon}
          title={words.__('Your request has been sent to its managers.')}
          hint={words.__('You are told here as soon as one of them answers.')}
        />
      </div>
    );
  }
  return (
    <Empty
      icon={lockIcon}
      title={words.__('You have no access, or it does not exist')}
      hint={words.__('Ask its managers for access: they are told at once.')}
    >
      <form
        className="opw-Ask-form"
        onSubmit={event => {
          event.preventDefault();
          void send(message);
        }}
      >
        <label htmlFor={id}>{words.__('A word for them (optional)')}</label>
        <input id={id} className="opw-Input" type="text" maxLength={MOST} value={message} onChange={event => setMessage(event.target.value)} />
        <Button tone="primary" type="submit" busy={state === 'busy'}>
          {words.__('Ask for access')}
        </Button>
        <p className="opw-Share-notice" data-tone="fault" role="alert" hidden={fault === ''}>
          {fault}
        </p>
      </form>
    </Empty>
  );
}
