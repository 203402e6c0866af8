/** The frame around the documents: our sign in the corner, and room for the document on a small screen. */
import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { LabIcon } from '@jupyterlab/ui-components';
import { MenuBar, Widget } from '@lumino/widgets';

const SIGN = new LabIcon({
  name: 'openpaas:sign',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18"><clipPath id="opw-sign"><rect width="18" height="18" rx="5"/></clipPath>' +
    '<g clip-path="url(#opw-sign)"><path fill="#2a55c9" d="M0 0h18v18z"/><path fill="#2a55c9" d="M0 0h18L9 9z"/>' +
    '<path fill="#7aa2ff" d="M0 18 9 9l9 9z"/><path fill="#c43b4e" d="M0 0l9 9-9 9z"/></g></svg>'
});
/** Below this the file browser and a document do not fit side by side. */
const SMALL = '(max-width: 760px)';

export const frame: JupyterFrontEndPlugin<void> = {
  id: '@openpaas/lab:frame',
  description: 'Shows our sign, and one thing at a time on a small screen.',
  autoStart: true,
  requires: [ILabShell],
  activate: (app: JupyterFrontEnd, shell: ILabShell) => {
    const sign = new Widget();
    sign.id = 'jp-MainLogo';
    SIGN.element({ container: sign.node, elementPosition: 'center', margin: '2px 2px 2px 8px', height: 'auto', width: '16px' });
    shell.add(sign, 'top', { rank: 0 });
    const small = window.matchMedia(SMALL);
    const makeRoom = (): void => {
      if (small.matches) {
        shell.collapseLeft();
        shell.collapseRight();
      }
    };
    void app.restored.then(() => {
      menusFit(shell, small);
      makeRoom();
      // Also when a phone is turned, or the page is enlarged.
      small.addEventListener('change', makeRoom);
      shell.currentChanged.connect((_, { newValue }) => newValue !== null && makeRoom());
    });
  }
};

/** Part of the stock menu bar that has no door: how wide each menu is, measured once. */
interface IStockBar {
  _menuItemSizes: number[];
}

/**
 * On a small screen, what finds no room of the menus is behind their “…”. The stock bar measures them before they are
 * in sight, and hides with one update only what it found too wide in the one before. On a large one the bar is as wide
 * as what it holds, and there is nothing to do.
 */
function menusFit(shell: ILabShell, small: MediaQueryList): void {
  const bar = [...shell.widgets('menu')].find(widget => widget instanceof MenuBar);
  if (!(bar instanceof MenuBar)) {
    return;
  }
  const measured = [...bar.contentNode.children].map(item => (item as HTMLElement).offsetWidth);
  const update = (times: number): void => {
    // Menus without a width find room everywhere, and come back one with each update.
    (bar as unknown as IStockBar)._menuItemSizes = small.matches ? measured : measured.map(() => 0);
    bar.update();
    if (times > 1) {
      requestAnimationFrame(() => update(times - 1));
    }
  };
  const fit = (): void => update(small.matches ? 2 : measured.length);
  new ResizeObserver(() => small.matches && fit()).observe(bar.node);
  small.addEventListener('change', fit);
  fit();
}
