/** Small parts that the sections share: fields, what goes on, confirmations, a text to copy. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Button, checkIcon, copyIcon, sentenceOf, useWorkspace } from '@openpaas/base';
import * as React from 'react';

export interface IFieldProps {
  label: string;
  hint?: string;
  children: (ids: { id: string; 'aria-describedby'?: string }) => JSX.Element;
}

let fields = 0;

/** A label above its control, a hint below. */
export function Field({ label, hint, children }: IFieldProps): JSX.Element {
  const [id] = React.useState(() => `opw-field-${(fields += 1)}`);
  return (
    <div className="opw-Field">
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }) })}
      {hint !== undefined && (
        <p className="opw-muted opw-Field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export interface IAction {
  busy: boolean;
  /** One sentence of what went wrong, or of what was done. */
  said: { tone: 'good' | 'bad'; text: string } | undefined;
  /** Do it; true when it went well. `done` is said then. */
  run: (work: () => Promise<unknown>, done?: string) => Promise<boolean>;
  clear: () => void;
}

/** Something a button does: once at a time, and told. */
export function useAction(): IAction {
  const workspace = useWorkspace();
  const [busy, setBusy] = React.useState(false);
  const [said, setSaid] = React.useState<IAction['said']>(undefined);
  const run = async (work: () => Promise<unknown>, done = ''): Promise<boolean> => {
    setBusy(true);
    setSaid(undefined);
    try {
      await work();
      setSaid(done === '' ? undefined : { tone: 'good', text: done });
      return true;
    } catch (error) {
      setSaid({ tone: 'bad', text: sentenceOf(workspace, error) });
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, said, run, clear: () => setSaid(undefined) };
}

/** What an action said; read aloud when it changes. */
export function Said({ action }: { action: IAction }): JSX.Element {
  const { said } = action;
  return (
    <p className={`opw-Said${said === undefined ? '' : ` opw-mod-${said.tone}`}`} role={said?.tone === 'bad' ? 'alert' : 'status'}>
      {said?.text}
    </p>
  );
}

/** Ask before something that cannot simply be taken back; the button says what it does. */
export async function confirmed(title: string, body: string, verb: string, cancel: string): Promise<boolean> {
  const answer = await showDialog({
    title,
    body,
    buttons: [Dialog.cancelButton({ label: cancel }), Dialog.warnButton({ label: verb })],
    defaultButton: 0
  });
  return answer.button.accept;
}

/** A secret or a link that is shown once, with a button that copies it. */
export function Copy({ label, text }: { label: string; text: string }): JSX.Element {
  const { words } = useWorkspace();
  const [copied, setCopied] = React.useState(false);
  const field = React.useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without HTTPS the browser has no clipboard for scripts; the text is selected.
      if (!document.execCommand('copy')) {
        return;
      }
    }
    setCopied(true);
  };
  return (
    <div className="opw-Copy">
      <input ref={field} className="opw-Input" readOnly aria-label={label} value={text} onFocus={event => event.target.select()} />
      <Button icon={copied ? checkIcon : copyIcon} onClick={() => void copy()}>
        {copied ? words.__('Copied') : words.__('Copy')}
      </Button>
      <span className="opw-visuallyHidden" role="status">
        {copied ? words.__('Copied') : ''}
      </span>
    </div>
  );
}
