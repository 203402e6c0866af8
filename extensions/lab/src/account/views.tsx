/** What the commands open; one part of the page's script, loaded when one of them is first used. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { WorkspaceView, type IWorkspace } from '@openpaas/base';
import type { CommandRegistry } from '@lumino/commands';

import { Account } from './account.js';
import { Administration } from './admin/administration.js';
import { Card } from './card.js';
import type { Place } from './place.js';

export function account(place: Place, commands: CommandRegistry): () => JSX.Element {
  return () => <Account place={place} commands={commands} />;
}

export function administration(place: Place): () => JSX.Element {
  return () => <Administration place={place} />;
}

/** Who somebody is, in a small dialog. */
export async function showCard(workspace: IWorkspace, commands: CommandRegistry, id: string): Promise<void> {
  const { words } = workspace;
  const body = new WorkspaceView(workspace, () => <Card id={id} />);
  const look = Dialog.createButton({ label: words.__('Show in the administration'), displayType: 'default' });
  const buttons = [Dialog.okButton({ label: words.__('Close') })];
  const answer = await showDialog({
    title: words.__('Member'),
    body,
    buttons: commands.hasCommand('openpaas:administration') ? [look, ...buttons] : buttons,
    defaultButton: commands.hasCommand('openpaas:administration') ? 1 : 0
  });
  if (answer.button === look) {
    await commands.execute('openpaas:administration', { section: 'members', member: id });
  }
}
