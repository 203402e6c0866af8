/** Who wrote what, shown in the editors of a document: a coloured edge at each line, a name on hover. */
import { Decoration, type DecorationSet, type EditorView, gutter, GutterMarker, hoverTooltip, type Tooltip } from '@codemirror/view';
import { StateEffect, StateField, type Extension } from '@codemirror/state';

export interface IRun {
  text: string;
  name: string;
  color: string;
  when: string;
  /** 0 for the first content. */
  at: number;
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

/** Who wrote between two places, the newest first. */
function runsAt(marks: DecorationSet, from: number, to: number): IRun[] {
  const found: IRun[] = [];
  marks.between(from, to, (_start, _stop, value) => {
    found.push((value.spec as { run: IRun }).run);
  });
  return found.sort((a, b) => b.at - a.at);
}

class Edge extends GutterMarker {
  constructor(private readonly _runs: IRun[]) {
    super();
  }

  override eq(other: Edge): boolean {
    return other._title === this._title && other._runs[0].color === this._runs[0].color;
  }

  override toDOM(): HTMLElement {
    const node = document.createElement('div');
    node.className = 'opw-Blame-edge';
    node.style.backgroundColor = this._runs[0].color;
    node.title = this._title;
    return node;
  }

  private get _title(): string {
    return [...new Set(this._runs.map(said))].join('\n');
  }
}

function said(run: IRun): string {
  return [run.name, run.when].filter(text => text !== '').join(' · ');
}

const edge = gutter({
  class: 'opw-Blame',
  lineMarker(view, line) {
    const runs = runsAt(view.state.field(field), line.from, line.to);
    return runs.length === 0 ? null : new Edge(runs);
  },
  lineMarkerChange: update => update.startState.field(field) !== update.state.field(field)
});

const hover = hoverTooltip((view, pos): Tooltip | null => {
  const [run] = runsAt(view.state.field(field), pos, pos + 1);
  if (run === undefined) {
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
