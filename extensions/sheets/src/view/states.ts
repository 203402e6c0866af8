/** What stands in place of the cells: being opened, not allowed, gone. */
import type { IWorkspace } from '@openpaas/base';

import type { Ending } from '../model/link.js';

export function skeleton({ words }: IWorkspace): HTMLElement {
  const node = document.createElement('div');
  node.className = 'opw-Sheet-state opw-Skeleton';
  node.setAttribute('role', 'status');
  node.setAttribute('aria-label', words.__('The sheet is being opened…'));
  for (let row = 0; row < 12; row++) {
    const line = document.createElement('div');
    line.className = 'opw-Skeleton-row';
    node.append(line);
  }
  return node;
}

/** The connection has not come. */
export function unreachable({ words }: IWorkspace): HTMLElement {
  return sentence(words.__('The server cannot be reached.'), words.__('The sheet opens as soon as it answers.'));
}

export function ended({ words }: IWorkspace, ending: Ending, unsent: boolean): HTMLElement {
  const lost = unsent ? words.__('What you wrote last was not saved.') : '';
  switch (ending) {
    case 'withdrawn':
      return sentence(words.__('You do not have access to this sheet.'), words.__('Ask a manager of its space.'), lost);
    case 'gone':
      return sentence(words.__('This sheet is not there any more.'), words.__('It may be in the trash of its space.'), lost);
    default:
      return sentence(words.__('The server does not take what this page sends.'), words.__('Close the sheet and open it again.'), lost);
  }
}

function sentence(title: string, ...rest: string[]): HTMLElement {
  const node = document.createElement('div');
  node.className = 'opw-Sheet-state opw-Empty';
  node.setAttribute('role', 'alert');
  const head = document.createElement('p');
  head.className = 'opw-Empty-title';
  head.textContent = title;
  node.append(head);
  for (const text of rest.filter(one => one !== '')) {
    const line = document.createElement('p');
    line.textContent = text;
    node.append(line);
  }
  return node;
}
