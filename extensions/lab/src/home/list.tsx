/** Cards and rows of Home. */
import { Empty, IconButton, pinIcon, pinOffIcon, useWorkspace } from '@openpaas/base';
import * as React from 'react';

import type { IHomeFile } from './types.js';

export interface ICardProps {
  title: string;
  className?: string;
  /** A word behind the title, such as how many. */
  aside?: React.ReactNode;
  children: React.ReactNode;
}

/** One section of Home. */
export function Card({ title, className = '', aside, children }: ICardProps): JSX.Element {
  const id = React.useId();
  return (
    <section className={`opw-Card opw-HomeCard ${className}`.trim()} aria-labelledby={id}>
      <header className="opw-HomeCard-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** A quiet line where rows will stand. */
export function Nothing({ title, hint }: { title: string; hint?: string }): JSX.Element {
  return <Empty title={title} hint={hint} />;
}

export interface IActionsContext {
  open: (ref: string) => void;
  pin: (file: Pick<IHomeFile, 'ref' | 'pinned'>) => void;
}

export const Actions = React.createContext<IActionsContext>({ open: () => undefined, pin: () => undefined });

/** Keeps a file at hand, or does not any more. */
export function PinButton({ file }: { file: IHomeFile }): JSX.Element {
  const { words } = useWorkspace();
  const { pin } = React.useContext(Actions);
  const label = file.pinned ? words.__('Unpin “%1”', file.name) : words.__('Pin “%1”', file.name);
  return (
    <IconButton
      className={`opw-Pin ${file.pinned ? 'opw-mod-pinned' : ''}`.trim()}
      icon={file.pinned ? pinOffIcon : pinIcon}
      label={label}
      onClick={() => pin(file)}
    />
  );
}
