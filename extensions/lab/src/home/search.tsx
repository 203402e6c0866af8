/** The search box of the top bar: names of files, folders, spaces and people, by the beginnings of their words. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { ask, Face, searchIcon, sentenceOf, useWorkspace, usePerson, WorkspaceView, type IWorkspace } from '@openpaas/base';
import * as React from 'react';

import { ObjectMark } from './marks.js';
import { open, opens } from './open.js';
import type { ISearchHit, ISearchReply } from './types.js';
import { placeOf } from './where.js';

const PAUSE_MS = 120;
const MOST = 12;
const LIST = 'opw-search-list';

type Tell = (sentence: string) => void;

export class SearchBox extends WorkspaceView {
  constructor(app: JupyterFrontEnd, workspace: IWorkspace, tell: Tell) {
    super(workspace, () => React.createElement(Box, { app, tell }));
    this.id = 'opw-search';
    this.addClass('opw-TopItem');
    this.node.setAttribute('role', 'search');
  }

  focus(): void {
    const input = this.node.querySelector('input');
    input?.focus();
    input?.select();
  }
}

interface IFound {
  text: string;
  hits: ISearchHit[];
  fault?: string;
}

/** What fits the text, a moment after the last key; of an older text only until the newer answer is there. */
function useFound(text: string): IFound | undefined {
  const workspace = useWorkspace();
  const [found, setFound] = React.useState<IFound>();
  React.useEffect(() => {
    if (text.trim() === '') {
      setFound(undefined);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const query = { q: text.slice(0, 200), limit: MOST };
      ask<ISearchReply>(workspace, 'search', { query, signal: stop.signal }).then(
        ({ hits }) => stop.signal.aborted || setFound({ text, hits: hits.filter(hit => opens(workspace, hit.ref)) }),
        (error: unknown) => stop.signal.aborted || setFound({ text, hits: [], fault: sentenceOf(workspace, error) })
      );
    }, PAUSE_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [text, workspace]);
  return found;
}

/** The keys of a list under a text field (the combobox pattern), and what is chosen by them. */
function useKeys(hits: ISearchHit[], found: IFound | undefined, choose: (hit: ISearchHit) => void, clear: () => void) {
  const [shown, setShown] = React.useState(false);
  const [at, setAt] = React.useState(0);
  React.useEffect(() => setAt(0), [found]);
  const key = (event: React.KeyboardEvent): void => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined && hits.length > 0) {
      setShown(true);
      setAt((at + move + hits.length) % hits.length);
    } else if (event.key === 'Enter' && shown && hits[at] !== undefined) {
      choose(hits[at]);
    } else if (event.key === 'Escape') {
      setShown(false);
      clear();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return { shown, setShown, at, setAt, key };
}

function Box({ app, tell }: { app: JupyterFrontEnd; tell: Tell }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [text, setText] = React.useState('');
  const input = React.useRef<HTMLInputElement>(null);
  const found = useFound(text);
  const hits = found?.hits ?? [];
  const choose = (hit: ISearchHit): void => {
    setShown(false);
    setText('');
    input.current?.blur();
    void open(app, workspace, hit.ref).catch((error: unknown) => tell(sentenceOf(workspace, error)));
  };
  const { shown, setShown, at, setAt, key } = useKeys(hits, found, choose, () => setText(''));
  const expanded = shown && found !== undefined;
  return (
    <div className="opw-Search" onBlur={event => event.currentTarget.contains(event.relatedTarget) || setShown(false)}>
      <searchIcon.react tag="span" className="opw-Search-icon" width="16px" height="16px" aria-hidden />
      <input
        ref={input}
        type="text"
        role="combobox"
        className="opw-Search-input"
        value={text}
        placeholder={words.__('Search for a file, a folder, a space, a person…')}
        aria-label={words.__('Search')}
        aria-expanded={expanded}
        aria-controls={LIST}
        aria-autocomplete="list"
        aria-activedescendant={expanded && hits.length > 0 ? `${LIST}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={event => {
          setText(event.target.value);
          setShown(true);
        }}
        onFocus={() => setShown(true)}
        onKeyDown={key}
      />
      <kbd className="opw-Search-key" aria-hidden>
        {/Mac|iP/.test(navigator.platform) ? '⌘ K' : 'Ctrl K'}
      </kbd>
      {expanded && <Results found={found} at={at} input={input.current} choose={choose} hover={setAt} />}
      <span className="opw-visuallyHidden" role="status">
        {expanded && (found.fault ?? words._n('%1 result', '%1 results', hits.length, hits.length))}
      </span>
    </div>
  );
}

interface IResultsProps {
  found: IFound;
  at: number;
  input: HTMLElement | null;
  choose: (hit: ISearchHit) => void;
  hover: (at: number) => void;
}

function Results({ found, at, input, choose, hover }: IResultsProps): JSX.Element {
  const { words } = useWorkspace();
  React.useEffect(() => {
    document.getElementById(`${LIST}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const nothing = found.fault ?? (found.hits.length === 0 ? words.__('Nothing here has this name.') : undefined);
  return (
    <div className="opw-Search-popup" style={below(input)}>
      {nothing !== undefined && <p className="opw-Search-nothing">{nothing}</p>}
      <ul id={LIST} role="listbox" aria-label={words.__('Results')} hidden={found.hits.length === 0}>
        {found.hits.map((hit, index) => (
          <li
            key={hit.ref}
            id={`${LIST}-${index}`}
            role="option"
            aria-selected={index === at}
            className="opw-Row opw-Search-hit"
            onPointerMove={() => hover(index)}
            onPointerDown={event => event.preventDefault()}
            onClick={() => choose(hit)}
          >
            <Hit hit={hit} text={found.text} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Who I am; undefined until it is known. */
function useMyId(): string | undefined {
  const { directory } = useWorkspace();
  const [id, setId] = React.useState<string>();
  React.useEffect(() => {
    directory.me().then(
      me => setId(me.id),
      () => undefined
    );
  }, [directory]);
  return id;
}

/** Under the field; over the whole width of a small screen. */
function below(input: HTMLElement | null): React.CSSProperties {
  const box = input?.parentElement?.getBoundingClientRect() ?? new DOMRect();
  const place = window.innerWidth < 600 ? { left: 8, right: 8 } : { left: box.left, width: box.width };
  return { top: box.bottom + 4, ...place };
}

function Hit({ hit, text }: { hit: ISearchHit; text: string }): JSX.Element {
  const workspace = useWorkspace();
  const person = usePerson(hit.kind === 'member' ? hit.ref.slice('member:'.length) : '');
  const me = useMyId();
  const { words } = workspace;
  const kinds = { file: '', folder: words.__('Folder'), space: words.__('Space'), member: words.__('Person') };
  const place = hit.kind === 'file' || hit.kind === 'folder' ? placeOf(workspace, hit, me) : '';
  const about = [kinds[hit.kind], place].filter(part => part !== '').join(' · ');
  return (
    <>
      {person === undefined ? <ObjectMark of={hit.ref} name={hit.name} /> : <Face person={person} size="small" label="" />}
      <span className="opw-Row-text opw-ellipsis" title={hit.name}>
        <Marked name={hit.name} text={text} />
      </span>
      <span className="opw-muted opw-Search-about opw-ellipsis">{about}</span>
    </>
  );
}

/** The name, with what was typed in bold where it can be found as it is. */
function Marked({ name, text }: { name: string; text: string }): JSX.Element {
  const plain = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const typed = plain(text.trim().split(/\s+/)[0] ?? '');
  const letters = [...name.normalize('NFC')];
  const flat = letters.map(letter => plain(letter) || letter);
  const start = flat.findIndex((_, index) => (index === 0 || !/[\p{L}\p{N}]/u.test(letters[index - 1])) && flat.slice(index).join('').startsWith(typed));
  if (typed === '' || start < 0) {
    return <>{name}</>;
  }
  let end = start;
  while (end < letters.length && flat.slice(start, end).join('').length < typed.length) {
    end += 1;
  }
  return (
    <>
      {letters.slice(0, start).join('')}
      <b>{letters.slice(start, end).join('')}</b>
      {letters.slice(end).join('')}
    </>
  );
}
