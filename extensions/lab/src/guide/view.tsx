/** One page of the guide at a time, beside the list of all. */
import { URLExt } from '@jupyterlab/coreutils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { API_ROOT, type components } from '@openpaas/api';
import { ask, Failure, Skeleton, useAnswer, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import { useSection, type Place } from '../account/place.js';
import { Sections } from '../account/sections.js';

type IGuidePage = components['schemas']['GuidePage'];

interface IGuideProps {
  place: Place;
  rendermime: IRenderMimeRegistry;
}

const MARKDOWN = 'text/markdown';
const NEIGHBOUR = '#guide-';

export function drawGuide(props: IGuideProps): JSX.Element {
  return <Guide {...props} />;
}

function Guide({ place, rendermime }: IGuideProps): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const [name, go] = useSection(place);
  const language = workspace.locale.startsWith('fr') ? 'fr' : 'en';
  const { data, fault, again } = useAnswer(name, signal =>
    ask<IGuidePage>(workspace, `guide/${encodeURIComponent(name)}`, { query: { language }, signal })
  );
  // The list stays while another page is on its way.
  const pages = React.useRef<IGuidePage['pages']>([]);
  pages.current = data?.pages ?? pages.current;
  const draw = (): JSX.Element => {
    if (data === undefined) {
      return fault === undefined ? <Skeleton rows={6} /> : <Failure sentence={fault} retry={again} />;
    }
    return <Article text={bodyOf(data.text, workspace.settings.baseUrl)} rendermime={rendermime} go={go} />;
  };
  const sections = pages.current.map(({ name: id, title }) => ({ id, label: title, draw }));
  if (sections.length === 0) {
    return <div className="opw-Sections">{draw()}</div>;
  }
  return <Sections title={words.__('Guide')} sections={sections} current={name} choose={go} />;
}

function Article({ text, rendermime, go }: { text: string; rendermime: IRenderMimeRegistry; go: (page: string) => void }): JSX.Element {
  const node = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const renderer = rendermime.createRenderer(MARKDOWN);
    void renderer.renderModel(rendermime.createModel({ data: { [MARKDOWN]: text } }));
    node.current?.replaceChildren(renderer.node);
    return () => renderer.dispose();
  }, [text, rendermime]);
  const follow = (event: React.MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const target = link?.getAttribute('href') ?? '';
    if (target.startsWith(NEIGHBOUR)) {
      event.preventDefault();
      go(target.slice(NEIGHBOUR.length));
    }
  };
  return <div className="opw-Guide-text" ref={node} onClick={follow} />;
}

/** Without its title, which the view shows; pictures and neighbours lead to where they are here. */
function bodyOf(text: string, baseUrl: string): string {
  const pictures = URLExt.join(URLExt.parse(baseUrl).pathname, API_ROOT, 'guide/pictures/');
  return text
    .slice(text.indexOf('\n') + 1)
    .replaceAll('](../pictures/', `](${pictures}`)
    .replace(/\]\(([a-z]+)\.md\)/g, `](${NEIGHBOUR}$1)`);
}
