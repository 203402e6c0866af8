/** Puts the others into one view of a live document. Loaded when the first one opens. */
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { IWorkspace } from '@openpaas/base';

import type { LiveDocument } from '../live/document.js';
import { FacesBar } from './bar.js';
import { Beacon } from './beacon.js';
import { Colleagues, type IColleague } from './colleagues.js';
import { Follow } from './follow.js';
import { light, reveal } from './reveal.js';

const ITEM = 'opw-faces';
const SMALL = '(max-width: 600px)';

/** The others in this view; everything ends with the view. */
export function showOthers(widget: IDocumentWidget, live: LiveDocument, workspace: IWorkspace): Colleagues {
  const colleagues = new Colleagues(live, workspace);
  const follow = new Follow(widget, colleagues, workspace.words);
  const beacon = new Beacon(widget.content, live);
  const jump = (one: IColleague): void => {
    if (one.place !== null) {
      light(widget.content, one.place, one.person.color);
      void reveal(widget.content, one.place, { take: true });
    }
  };
  const bar = new FacesBar({ workspace, colleagues, follow, jump });
  const place = (): void => placeBar(widget, bar);
  live.changed.connect(place);
  place();
  widget.disposed.connect(() => {
    live.changed.disconnect(place);
    [bar, beacon, follow, colleagues].forEach(part => part.dispose());
  });
  return colleagues;
}

/** The toolbar of a notebook is filled late, from settings, and may drop what came before. */
function placeBar(widget: IDocumentWidget, bar: FacesBar): void {
  if (bar.parent !== null || bar.isDisposed || widget.isDisposed) {
    return;
  }
  const { toolbar } = widget;
  const names = [...toolbar.names()];
  const before = ['opw-right', 'opw-save', 'kernelName'].find(name => names.includes(name));
  if (window.matchMedia(SMALL).matches) {
    toolbar.insertItem(0, ITEM, bar); // what comes last is folded away on a small screen
  } else if (before === undefined || !toolbar.insertBefore(before, ITEM, bar)) {
    toolbar.addItem(ITEM, bar);
    bar.addClass('opw-mod-end');
  }
}
