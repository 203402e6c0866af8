/** A button that opens a short menu: arrows move, a letter jumps, Escape closes and gives the focus back. */
import * as React from 'react';

import { Button, type IButtonProps } from './button.js';

export interface IMenuItem {
  id: string;
  label: string;
  /** A sentence below the label. */
  hint?: string;
  /** One of several: shown with a mark when chosen. */
  checked?: boolean;
  danger?: boolean;
  /** A line stands above it. */
  separated?: boolean;
  onSelect: () => void;
}

export interface IMenuButtonProps {
  /** What the button shows. */
  label: string;
  /** What a screen reader says of the button; the label when left out. */
  name?: string;
  items: IMenuItem[];
  tone?: IButtonProps['tone'];
  disabled?: boolean;
  busy?: boolean;
}

const GAP = 4;

export const MenuButton = React.forwardRef<HTMLButtonElement, IMenuButtonProps>(function MenuButton(
  { label, name, items, tone = 'plain', disabled = false, busy = false },
  ref
) {
  const [open, setOpen] = React.useState(false);
  const button = React.useRef<HTMLButtonElement | null>(null);
  const id = React.useId();
  const close = (focus: boolean): void => {
    setOpen(false);
    if (focus) {
      button.current?.focus();
    }
  };
  return (
    <>
      <Button
        ref={node => {
          button.current = node;
          if (typeof ref === 'function') {
            ref(node);
          } else if (ref !== null) {
            ref.current = node;
          }
        }}
        tone={tone}
        className="opw-MenuButton"
        disabled={disabled}
        busy={busy}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={name}
        onClick={() => setOpen(!open)}
        onKeyDown={event => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        {label}
        <span className="opw-caret" aria-hidden />
      </Button>
      {open && <Popup id={id} label={name ?? label} items={items} anchor={button.current} close={close} />}
    </>
  );
});

interface IPopupProps {
  id: string;
  label: string;
  items: IMenuItem[];
  anchor: HTMLElement | null;
  close: (focus: boolean) => void;
}

function Popup({ id, label, items, anchor, close }: IPopupProps): JSX.Element {
  const list = React.useRef<HTMLUListElement>(null);
  const rows = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  React.useLayoutEffect(() => {
    if (list.current !== null && anchor !== null) {
      place(list.current, anchor.getBoundingClientRect());
    }
    (rows().find(row => row.getAttribute('aria-checked') === 'true') ?? rows()[0])?.focus();
  }, []);
  useClosing(list, anchor, close);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      close(true);
    } else if (!move(event.key, rows())) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul ref={list} id={id} className="opw-Menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {items.map(item => (
        <li key={item.id} role="none" className={item.separated === true ? 'opw-mod-separated' : undefined}>
          <button
            type="button"
            role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
            aria-checked={item.checked}
            tabIndex={-1}
            className={item.danger === true ? 'opw-Menu-item opw-mod-danger' : 'opw-Menu-item'}
            onClick={() => {
              close(true);
              item.onSelect();
            }}
          >
            <span className="opw-Menu-label">{item.label}</span>
            {item.hint !== undefined && <span className="opw-Menu-hint">{item.hint}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The focus goes where a key says; false for a key that moves nothing. */
function move(key: string, rows: HTMLElement[]): boolean {
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const goes = { ArrowDown: at + 1, ArrowUp: at - 1 + rows.length, Home: 0, End: rows.length - 1 }[key];
  if (goes !== undefined) {
    rows[goes % rows.length].focus();
    return true;
  }
  if (key.length !== 1 || key === ' ') {
    return false;
  }
  const begins = (row: HTMLElement): boolean =>
    row.textContent?.toLocaleLowerCase().startsWith(key.toLocaleLowerCase()) ?? false;
  [...rows.slice(at + 1), ...rows].find(begins)?.focus();
  return true;
}

/** A press elsewhere, a scroll or another size of the page closes it. */
function useClosing(list: React.RefObject<HTMLElement>, anchor: HTMLElement | null, close: (focus: boolean) => void): void {
  React.useEffect(() => {
    const outside = (event: Event): void => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !anchor?.contains(target)) {
        close(false);
      }
    };
    const gone = (): void => close(false);
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('scroll', outside, true);
    window.addEventListener('resize', gone);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('scroll', outside, true);
      window.removeEventListener('resize', gone);
    };
  }, []);
}

/** Below the button, its right end at the button's; above it where there is no room below. */
function place(list: HTMLElement, at: DOMRect): void {
  const { width, height } = list.getBoundingClientRect();
  const room = document.documentElement;
  const below = at.bottom + GAP;
  const fits = below + height <= room.clientHeight - GAP;
  list.style.top = `${Math.max(GAP, fits ? below : at.top - GAP - height)}px`;
  list.style.left = `${Math.max(GAP, Math.min(at.right - width, room.clientWidth - GAP - width))}px`;
}
