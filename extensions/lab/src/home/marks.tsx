/** The coloured sign of a file, folder or space. */
import { fileIcon, fileTextIcon, folderIcon, homeIcon, Mark, notebookIcon, SpaceMark, tableIcon, userIcon, type MarkTone } from '@openpaas/base';
import type { LabIcon } from '@jupyterlab/ui-components';

const BY_ENDING: Record<string, { tone: MarkTone; icon: LabIcon }> = {
  ipynb: { tone: 'notebook', icon: notebookIcon },
  md: { tone: 'document', icon: fileTextIcon },
  txt: { tone: 'document', icon: fileTextIcon },
  sheet: { tone: 'sheet', icon: tableIcon },
  csv: { tone: 'sheet', icon: tableIcon },
  tsv: { tone: 'sheet', icon: tableIcon }
};

export interface IObjectMarkProps {
  /** Its ref, `kind:id`. */
  of: string;
  name: string;
  /** Of a space: mine. */
  own?: boolean;
}

export function ObjectMark({ of, name, own = false }: IObjectMarkProps): JSX.Element {
  const [kind, id] = of.split(':', 2);
  if (kind === 'space') {
    return own ? <Mark tone="folder" icon={homeIcon} /> : <SpaceMark id={id} name={name} />;
  }
  if (kind === 'folder') {
    return <Mark tone="folder" icon={folderIcon} />;
  }
  if (kind === 'member') {
    return <Mark tone="plain" icon={userIcon} />;
  }
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const { tone, icon } = BY_ENDING[ending] ?? { tone: 'plain', icon: fileIcon };
  return <Mark tone={tone} icon={icon} />;
}
