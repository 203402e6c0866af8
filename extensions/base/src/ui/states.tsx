/** How a view looks before its data, without data, and when the data cannot be had. */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useWorkspace } from './context.js';
import { Button } from './button.js';

/** Grey lines where the rows will stand; a screen reader hears that it loads. */
export function Skeleton({ rows = 3 }: { rows?: number }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Skeleton" role="status" aria-label={words.__('Loading…')}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="opw-Skeleton-row" aria-hidden />
      ))}
    </div>
  );
}

export interface IEmptyProps {
  icon?: LabIcon;
  title: string;
  /** What to do next. */
  hint?: string;
  children?: React.ReactNode;
}

/** Nothing here yet, and what one may do about it. */
export function Empty({ icon, title, hint, children }: IEmptyProps): JSX.Element {
  return (
    <div className="opw-Empty">
      {icon !== undefined && <icon.react tag="span" className="opw-Empty-icon" width="28px" height="28px" aria-hidden />}
      <p className="opw-Empty-title">{title}</p>
      {hint !== undefined && <p className="opw-Empty-hint">{hint}</p>}
      {children}
    </div>
  );
}

/** What went wrong in one sentence, and the way to try again. */
export function Failure({ sentence, retry }: { sentence: string; retry?: () => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <div className="opw-Failure" role="alert">
      <p>{sentence}</p>
      {retry !== undefined && <Button onClick={retry}>{words.__('Try again')}</Button>}
    </div>
  );
}
