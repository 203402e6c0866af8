/** The buttons of our views: plain, primary (one a view), danger, quiet (text only). */
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

export interface IButtonProps extends React.ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: LabIcon;
  /** Work goes on: it cannot be pressed again, and says so. */
  busy?: boolean;
}

export const Button = React.forwardRef<HTMLButtonElement, IButtonProps>(function Button(
  { tone = 'plain', icon, busy = false, className = '', children, disabled, onClick, ...rest },
  ref
) {
  const press = (event: React.MouseEvent<HTMLButtonElement>): void => (busy ? event.preventDefault() : onClick?.(event));
  // Busy is not disabled: a disabled button loses the focus of who pressed it.
  return (
    <button
      ref={ref}
      type="button"
      className={`opw-Button opw-tone-${tone} ${className}`.trim()}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={press}
      {...rest}
    >
      {icon !== undefined && <icon.react tag="span" className="opw-Button-icon" width="16px" height="16px" aria-hidden />}
      {children}
    </button>
  );
});

/** A button that shows only its icon; the label is its name and its tooltip. */
export const IconButton = React.forwardRef<HTMLButtonElement, IButtonProps & { label: string; icon: LabIcon }>(
  function IconButton({ label, className = '', ...rest }, ref) {
    return (
      <Button ref={ref} tone="quiet" className={`opw-mod-icon ${className}`.trim()} aria-label={label} title={label} {...rest} />
    );
  }
);
