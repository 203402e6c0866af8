/** Who wrote what, shown in the editors of a document: a coloured edge at each line, a name on hover. */
import { Decoration, type DecorationSet, type EditorView, gutter, GutterMarker, hoverTooltip, type Tooltip } from '@codemirror/view';
import { StateEffect, StateField, type Extension } from '@codemirror/state';

export interface IRun {
  text: string;
  name: string;
  color: string;
  when: string;
}

interface IMark {
  from: number;
  to: number;
  run: IRun;
}

/** What is known of who wrote the text of an editor; null: nothing is shown. */
export const setRuns = StateEffect.define<readonly IRun[] | null>();

/** The stretches of an editor, if its text is what the runs say. */
export function marksOf(doc: string, runs: readonly IRun[]): IMark[] {
  const marks: IMark[] = [];
  let at = 0;
  for (const run of runs) {
    // A document of CodeMirror has no carriage returns.
    const length = run.text.replace(/\r\n?/g, '\n').length;
    if (length > 0) {
      marks.push({ from: at, to: at + length, run });
    }
    at += length;
  }
  return at === doc.length ? marks : [];
}

function decorate(marks: IMark[]): DecorationSet {
  return Decoration.set(
    marks.map(mark => Decoration.mark({ run: mark.run }).range(mark.from, mark.to)),
    true
  );
}

/** The runs, moved along with what is typed since. */
const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let found = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setRuns)) {
        found = effect.value === null ? Decoration.none : decorate(marksOf(transaction.newDoc.toString(), effect.value));
      }
    }
    return found;
  }
});

function runAt(marks: DecorationSet, from: number, to: number): IRun | null {
  let best: IRun | null = null;
  let most = 0;
  const sizes = new Map<string, number>();
  marks.between(from, to, (start, stop, value) => {
    const run = (value.spec as { run: IRun }).run;
    const size = (sizes.get(run.name) ?? 0) + Math.min(stop, to) - Math.max(start, from);
    sizes.set(run.name, size);
    if (size > most || best === null) {
      most = size;
      best = run;
    }
  });
  return best;
}

class Edge extends GutterMarker {
  constructor(private readonly _run: IRun) {
    super();
  }

  override eq(other: Edge): boolean {
    return other._run.name === this._run.name && other._run.color === this._run.color;
  }

  override toDOM(): HTMLElement {
    const node = document.createElement('div');
    node.className = 'opw-Blame-edge';
    node.style.backgroundColor = this._run.color;
    node.title = said(this._run);
    return node;
  }
}

function said(run: IRun): string {
  return [run.name, run.when].filter(text => text !== '').join(' · ');
}

const edge = gutter({
  class: 'opw-Blame',
  lineMarker(view, line) {
    const run = runAt(view.state.field(field), line.from, line.to);
    return run === null ? null : new Edge(run);
  },
  lineMarkerChange: update => update.startState.field(field) !== update.state.field(field)
});

const hover = hoverTooltip((view, pos): Tooltip | null => {
  const run = runAt(view.state.field(field), pos, pos + 1);
  if (run === null) {
    return null;
  }
  return {
    pos,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'opw-Blame-tip';
      const dot = document.createElement('span');
      dot.className = 'opw-Blame-dot';
      dot.style.backgroundColor = run.color;
      dom.append(dot, said(run));
      return { dom };
    }
  };
});

/** What an editor is given once. */
export function blameExtension(): Extension {
  return [field, edge, hover];
}

/** Whether an editor has it already. */
export function hasBlame(view: EditorView): boolean {
  return view.state.field(field, false) !== undefined;
}
