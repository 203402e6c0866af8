/** A view with its sections in a list on the left; on a small screen the list lies above, as a row. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface ISection {
  id: string;
  label: string;
  icon?: LabIcon;
  draw: () => JSX.Element;
}

export interface ISectionsProps {
  title: string;
  sections: ISection[];
  current: string;
  choose: (id: string) => void;
  /** Room for tables. */
  wide?: boolean;
}

export function Sections({ title, sections, current, choose, wide = false }: ISectionsProps): JSX.Element {
  const shown = sections.find(section => section.id === current) ?? sections[0];
  const heading = React.useRef<HTMLHeadingElement>(null);
  const first = React.useRef(true);
  React.useEffect(() => {
    if (!first.current) {
      heading.current?.focus();
    }
    first.current = false;
  }, [shown.id]);
  return (
    <div className={`opw-Sections${wide ? ' opw-mod-wide' : ''}`}>
      <nav className="opw-Sections-list" aria-label={title}>
        <h1>{title}</h1>
        <ul>
          {sections.map(section => (
            <li key={section.id}>
              <button
                type="button"
                className="opw-Sections-item"
                aria-current={section.id === shown.id ? 'page' : undefined}
                onClick={() => choose(section.id)}
              >
                {section.icon !== undefined && <section.icon.react tag="span" width="16px" height="16px" aria-hidden />}
                <span>{section.label}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <section className="opw-Sections-body" aria-labelledby={`opw-section-${shown.id}`} key={shown.id}>
        <h2 id={`opw-section-${shown.id}`} ref={heading} tabIndex={-1}>
          {shown.label}
        </h2>
        {shown.draw()}
      </section>
    </div>
  );
}
