/** One row: icon and name, who is in it now, when and by whom it was changed, its size. */
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { DirListing } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';
import { initials, type IMember, type IWorkspace } from '@openpaas/base';

import { aboutOf } from './entry.js';
import type { Here } from './here.js';

const TEXT = '.jp-DirListing-itemText';
const MOST_FACES = 3;

export class WorkspaceRenderer extends DirListing.Renderer {
  constructor(
    private readonly _workspace: IWorkspace,
    private readonly _here: Here
  ) {
    super();
  }

  /** Draws the row of an element that was not in sight yet; the list sets it. */
  draw: (node: HTMLElement) => void = () => undefined;

  /** While the list is brought up to date, rows out of sight stay empty. */
  lazy = false;

  /** There is room for the author. */
  wide = false;

  /** A row is an empty element until it comes into sight. */
  override createItemNode(): HTMLElement {
    return document.createElement('li');
  }

  /** Give an element its parts. */
  fill(node: HTMLElement, hidden: Set<DirListing.ToggleableColumn>, sizes: Parameters<DirListing.Renderer['createItemNode']>[1]): void {
    if (node.firstChild === null) {
      node.append(...super.createItemNode(hidden, sizes).childNodes);
    }
  }

  override getNameNode(node: HTMLElement): HTMLElement {
    if (!this.lazy && node.firstChild === null) {
      this.draw(node);
    }
    return super.getNameNode(node);
  }

  override updateItemNode(
    node: HTMLElement,
    model: Contents.IModel,
    fileType?: DocumentRegistry.IFileType,
    translator?: ITranslator,
    hiddenColumns?: Set<DirListing.ToggleableColumn>,
    selected?: boolean,
    ...rest: [modifiedStyle?: never, columnsSizes?: never, createdStyle?: never]
  ): void {
    super.updateItemNode(node, model, fileType, translator, hiddenColumns, selected, ...rest);
    node.title = this._title(model);
    node.setAttribute('aria-selected', selected === true ? 'true' : 'false');
    this._showFaces(node, model);
    this._showAuthor(node, model);
    const size = node.querySelector('.jp-DirListing-itemFileSize');
    if (size !== null) {
      size.textContent = model.type === 'directory' || model.size == null ? '' : this._workspace.when.size(model.size);
    }
  }

  /** In the language of the page, and short: the full moment is in the tooltip. */
  override updateItemModified(element: HTMLElement, date: string): void {
    this._moment(element, date);
  }

  override updateItemCreated(element: HTMLElement, date: string): void {
    this._moment(element, date);
  }

  private _moment(element: HTMLElement, date: string): void {
    const at = Date.parse(date);
    const { when } = this._workspace;
    element.textContent = at > 0 ? (this.wide ? when.ago(at) : when.brief(at)) : '';
    element.title = at > 0 ? when.full(at) : '';
  }

  private _showAuthor(node: HTMLElement, model: Contents.IModel): void {
    const modified = node.querySelector<HTMLElement>('.jp-DirListing-itemModified');
    const author = this._author(model);
    if (modified !== null && this.wide && author !== '') {
      modified.textContent = `${modified.textContent ?? ''} · ${author}`;
    }
  }

  private _author(model: Contents.IModel): string {
    const id = aboutOf(model)?.modified_by ?? '';
    return id === '' ? '' : (this._workspace.directory.get(id)?.display_name ?? '');
  }

  private _title(model: Contents.IModel): string {
    const { words, when } = this._workspace;
    const at = Date.parse(model.last_modified);
    const author = this._author(model);
    const lines = [model.name];
    if (at > 0) {
      lines.push(author === '' ? when.full(at) : words.__('%1, by %2', when.full(at), author));
    }
    if (model.type !== 'directory' && model.size != null) {
      lines.push(when.size(model.size));
    }
    const people = this._here.names(aboutOf(model)?.ref ?? '');
    if (people.length > 0) {
      lines.push(words.__('Here now: %1', people.join(', ')));
    }
    return lines.join('\n');
  }

  /** Who is in it now, at the end of the name. */
  private _showFaces(node: HTMLElement, model: Contents.IModel): void {
    const people = this._here.people(aboutOf(model)?.ref ?? '');
    const key = people.map(person => person.id).join(' ');
    const old = node.querySelector<HTMLElement>('.opw-Here');
    if (key === (old?.dataset['who'] ?? '')) {
      return;
    }
    old?.remove();
    if (people.length === 0) {
      return;
    }
    const faces = this._faces(people, key);
    node.querySelector(TEXT)?.parentElement?.append(faces);
  }

  private _faces(people: IMember[], key: string): HTMLElement {
    const faces = document.createElement('span');
    faces.className = 'opw-Here';
    faces.dataset['who'] = key;
    faces.setAttribute('role', 'img');
    faces.setAttribute('aria-label', this._workspace.words.__('Here now: %1', people.map(one => one.display_name).join(', ')));
    for (const person of people.slice(0, MOST_FACES)) {
      const face = document.createElement('span');
      face.className = 'opw-Face opw-mod-small opw-mod-present';
      face.style.backgroundColor = person.color;
      face.textContent = initials(person.display_name);
      faces.append(face);
    }
    return faces;
  }
}
