/** Tables in other formats: what a double-click shows of them, and a sheet made of one. */
import { ABCWidgetFactory, DocumentWidget, type DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { PathExt } from '@jupyterlab/coreutils';
import { Toolbar } from '@jupyterlab/ui-components';
import { ask, Button, Empty, sentenceOf, tableIcon, useWorkspace, WorkspaceView, type IWorkspace } from '@openpaas/base';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { freeName } from '../home/create.js';

/** What JupyterLab shows nothing of. */
export const UNSEEN = ['.xlsx', '.ods', '.parquet', '.arrow'];
export const CAN_BECOME = /\.(csv|tsv|xlsx|ods|parquet|arrow|jsonl)$/i;
const MINE = '~';

/** Make a sheet beside the file, under a free name; among one's own files where one may not write. */
export async function makeSheet(workspace: IWorkspace, path: string): Promise<string> {
  const make = (to = ''): Promise<{ path: string }> => ask(workspace, 'sheets/import', { method: 'POST', body: { path, to } });
  const beside = await ask<{ level: string }>(workspace, 'files', { query: { path: PathExt.dirname(path) } }).catch(() => null);
  if (beside !== null && ['editor', 'manager'].includes(beside.level)) {
    return (await make()).path;
  }
  const mine = await ask<{ path: string; entries: { name: string }[] }>(workspace, 'files', { query: { path: MINE } });
  const name = `${PathExt.basename(path, PathExt.extname(path))}.sheet`;
  return (await make(`${mine.path}/${freeName(name, mine.entries.map(entry => entry.name))}`)).path;
}

/** The page of a table that can only be seen as a sheet. */
export class TableFactory extends ABCWidgetFactory<DocumentWidget> {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _manager: IDocumentManager,
    private readonly _commands: CommandRegistry,
    fileType: string,
    modelName: string
  ) {
    super({
      name: 'Table',
      label: _workspace.words.__('Table'),
      fileTypes: [fileType],
      defaultFor: [fileType],
      modelName,
      readOnly: true,
      preferKernel: false,
      canStartKernel: false
    });
  }

  protected override createNewWidget(context: DocumentRegistry.Context): DocumentWidget {
    const open = (path: string): void => {
      this._manager.openOrReveal(path);
      widget.dispose();
    };
    const download = (): void => void this._commands.execute('docmanager:download');
    const content = new WorkspaceView(this._workspace, () => <Offer path={context.path} open={open} download={download} />);
    content.addClass('opw-Table');
    const widget = new DocumentWidget({ content, context });
    widget.toolbar.addItem('opw-spacer', Toolbar.createSpacerItem());
    widget.title.icon = tableIcon;
    return widget;
  }
}

interface IOfferProps {
  path: string;
  open: (path: string) => void;
  download: () => void;
}

function Offer({ path, open, download }: IOfferProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [busy, setBusy] = React.useState(false);
  const [fault, setFault] = React.useState('');
  const make = async (): Promise<void> => {
    setBusy(true);
    setFault('');
    try {
      open(await makeSheet(workspace, path));
    } catch (error) {
      setFault(sentenceOf(workspace, error));
      setBusy(false);
    }
  };
  return (
    <Empty
      icon={tableIcon}
      title={PathExt.basename(path)}
      hint={words.__('Opened as a sheet, this table can be read, calculated and edited with others. The file stays as it is.')}
    >
      <div className="opw-Table-actions">
        <Button tone="primary" autoFocus busy={busy} onClick={() => void make()}>
          {words.__('Open as a sheet')}
        </Button>
        <Button onClick={download}>{words.__('Download')}</Button>
      </div>
      <p role="status">{busy ? words.__('The sheet is being made…') : ''}</p>
      {fault !== '' && <p role="alert">{fault}</p>}
    </Empty>
  );
}
