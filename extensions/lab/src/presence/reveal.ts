/** Leads a view to a place, and tells where a view stands. */
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { FileEditor } from '@jupyterlab/fileeditor';
import type { Notebook } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';

import type { IPlace, IWhere } from './where.js';

/** The part of CodeMirror's view that is asked where lines stand. */
interface ICodeView {
  scrollDOM: HTMLElement;
  state: { doc: { lines: number; line(number: number): { from: number }; lineAt(offset: number): { number: number } } };
  lineBlockAt(offset: number): { top: number };
  lineBlockAtHeight(height: number): { from: number };
}

const LIT_MS = 1600;

export function isNotebook(content: Widget): content is Notebook {
  return content.hasClass('jp-Notebook');
}

export function isFileEditor(content: Widget): content is FileEditor {
  return content.hasClass('jp-FileEditor');
}

/** Show the caret or the cell; `take` makes the cell the reader's own as well. */
export async function reveal(content: Widget, place: IPlace, { take = false } = {}): Promise<void> {
  if (isNotebook(content) && place.cell !== undefined) {
    await revealCell(content, place, take);
  } else if (isFileEditor(content) && place.offset !== undefined) {
    revealOffset(content.editor, place.offset);
  }
}

/** Bring to the top what another has on top. */
export async function align(content: Widget, top: string | number): Promise<void> {
  if (isNotebook(content)) {
    const index = content.widgets.findIndex(cell => cell.model.id === top);
    if (index >= 0) {
      await content.scrollToItem(index, 'start').catch(() => undefined);
    }
  } else if (isFileEditor(content) && typeof top === 'number') {
    const view = viewOf(content.editor);
    const line = Math.min(top, view.state.doc.lines);
    view.scrollDOM.scrollTop = view.lineBlockAt(view.state.doc.line(line).from).top;
  }
}

/** Where the reader of this view is. */
export function stand(content: Widget): IWhere {
  if (isNotebook(content)) {
    const cell = content.activeCell?.model.id;
    const top = topCell(content);
    return { ...(cell === undefined ? {} : { cell }), ...(top === undefined ? {} : { top }) };
  }
  if (isFileEditor(content)) {
    const view = viewOf(content.editor);
    return { top: view.state.doc.lineAt(view.lineBlockAtHeight(view.scrollDOM.scrollTop).from).number };
  }
  return {};
}

/** Show for a moment what was jumped to. */
export function light(content: Widget, place: IPlace, color: string): void {
  const cell = isNotebook(content) ? content.widgets.find(one => one.model.id === place.cell) : undefined;
  const node = cell?.node ?? content.node;
  node.style.setProperty('--opw-person', color);
  node.classList.remove('opw-mod-lit');
  void node.offsetWidth; // the animation begins anew
  node.classList.add('opw-mod-lit');
  setTimeout(() => node.classList.remove('opw-mod-lit'), LIT_MS);
}

async function revealCell(notebook: Notebook, place: IPlace, take: boolean): Promise<void> {
  const index = notebook.widgets.findIndex(cell => cell.model.id === place.cell);
  if (index < 0) {
    return;
  }
  if (take) {
    notebook.activeCellIndex = index;
  }
  await notebook.scrollToItem(index, 'smart').catch(() => undefined);
  const editor = notebook.widgets[index]?.editor;
  if (editor && place.offset !== undefined && notebook.widgets[index].inViewport) {
    revealOffset(editor, place.offset);
  }
}

function revealOffset(editor: CodeEditor.IEditor, offset: number): void {
  const position = editor.getPositionAt(Math.min(offset, editor.model.sharedModel.getSource().length));
  if (position !== undefined) {
    (editor as { revealPosition(position: CodeEditor.IPosition, options?: ScrollIntoViewOptions): void }).revealPosition(
      position,
      { block: 'nearest' }
    );
  }
}

function topCell(notebook: Notebook): string | undefined {
  const { top } = notebook.outerNode.getBoundingClientRect();
  const first = notebook.widgets.find(cell => cell.isAttached && cell.node.getBoundingClientRect().bottom > top + 16);
  return first?.model.id;
}

function viewOf(editor: CodeEditor.IEditor): ICodeView {
  return (editor as unknown as { editor: ICodeView }).editor;
}
