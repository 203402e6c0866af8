/** Who I am for the others: name, photo, unit, colour. */
import { ask, Button, Face, imageIcon, photoOf, trashIcon, useAnswer, useWorkspace, type IMe } from '@openpaas/base';
import * as React from 'react';

import { Field, Said, useAction } from './parts.js';

/** The colours people may have, as the server knows them. */
const COLORS = [
  '#7a3fb3',
  '#0b7a75',
  '#b3540b',
  '#2a55c9',
  '#9c2d5a',
  '#1d7f4e',
  '#8a5a00',
  '#5b6472',
  '#b3261e',
  '#00708f'
];
const LARGEST = 10_000_000;
const PICTURES = 'image/jpeg,image/png,image/webp,image/gif';

export function useMe(): ReturnType<typeof useAnswer<IMe>> {
  const workspace = useWorkspace();
  return useAnswer('me', signal => ask<IMe>(workspace, 'me', { signal }), event => event.type === 'MemberUpdated');
}

export function Profile({ me, changed }: { me: IMe; changed: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [fields, setFields] = React.useState({ display_name: me.display_name, unit: me.unit, color: me.color });
  const set = (more: Partial<typeof fields>): void => {
    action.clear();
    setFields({ ...fields, ...more });
  };
  const same = fields.display_name === me.display_name && fields.unit === me.unit && fields.color === me.color;
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const done = words.__('Saved. Everybody sees it at once.');
    if (await action.run(() => ask(workspace, 'me', { method: 'PATCH', body: fields }), done)) {
      changed();
    }
  };
  return (
    <>
      <Photo me={me} color={fields.color} changed={changed} />
      <form className="opw-Form" onSubmit={event => void save(event)}>
        <Text label={words.__('Shown name')} required complete="name" value={fields.display_name} set={display_name => set({ display_name })} />
        <Text
          label={words.__('Unit or service')}
          hint={words.__('Colleagues see it beside your name.')}
          complete="organization-title"
          value={fields.unit}
          set={unit => set({ unit })}
        />
        <Colors color={fields.color} choose={color => set({ color })} />
        <Given me={me} />
        <div className="opw-Form-end">
          <Button tone="primary" type="submit" busy={action.busy} disabled={same || fields.display_name.trim() === ''}>
            {words.__('Save')}
          </Button>
          <Said action={action} />
        </div>
      </form>
    </>
  );
}

interface ITextProps {
  label: string;
  hint?: string;
  required?: boolean;
  complete: string;
  value: string;
  set: (value: string) => void;
}

function Text({ label, hint, required = false, complete, value, set }: ITextProps): JSX.Element {
  return (
    <Field label={label} hint={hint}>
      {ids => <input {...ids} required={required} maxLength={128} autoComplete={complete} value={value} onChange={event => set(event.target.value)} />}
    </Field>
  );
}

function Colors({ color, choose }: { color: string; choose: (color: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <fieldset className="opw-Colors">
      <legend>{words.__('Colour')}</legend>
      {COLORS.map((one, index) => (
        <label key={one} className="opw-Colors-one" style={{ backgroundColor: one }}>
          <input
            type="radio"
            name="opw-color"
            checked={color === one}
            aria-label={words.__('Colour %1 of %2', String(index + 1), String(COLORS.length))}
            onChange={() => choose(one)}
          />
        </label>
      ))}
    </fieldset>
  );
}

/** What only an administrator changes. */
function Given({ me }: { me: IMe }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <>
      <dl className="opw-Facts">
        <dt>{words.__('Username')}</dt>
        <dd>{me.username}</dd>
        <dt>{words.__('E-mail address')}</dt>
        <dd>{me.email === '' ? words.__('none') : me.email}</dd>
      </dl>
      <p className="opw-muted">{words.__('An administrator changes the username and the address.')}</p>
    </>
  );
}

function Photo({ me, color, changed }: { me: IMe; color: string; changed: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const send = async (file: File | undefined): Promise<void> => {
    if (file === undefined) {
      return;
    }
    const put = async (): Promise<void> => {
      if (file.size > LARGEST) {
        throw new Error(words.__('This photo is too large: 10 MB at most.'));
      }
      await ask(workspace, 'me/photo', { method: 'PUT', body: { image: await inBase64(file) } });
    };
    if (await action.run(put, words.__('Your photo is saved.'))) {
      changed();
    }
  };
  const remove = async (): Promise<void> => {
    if (await action.run(() => ask(workspace, 'me/photo', { method: 'DELETE' }), words.__('Your initials are shown again.'))) {
      changed();
    }
  };
  const photo = photoOf(workspace.settings, me.id, me.photo);
  return (
    <div
      className="opw-Photo"
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault();
        void send(event.dataTransfer.files[0]);
      }}
    >
      <Face person={{ ...me, color, photo }} size="large" key={me.photo} label={words.__('Photo of %1', me.display_name)} />
      <div className="opw-Photo-text">
        <PhotoButtons there={photo !== undefined} busy={action.busy} send={send} remove={remove} />
        <p className="opw-muted">{words.__('JPEG, PNG, WebP or GIF. The server keeps a small square of it, without place or date.')}</p>
        <Said action={action} />
      </div>
    </div>
  );
}

interface IPhotoButtonsProps {
  there: boolean;
  busy: boolean;
  send: (file: File | undefined) => Promise<void>;
  remove: () => Promise<void>;
}

function PhotoButtons({ there, busy, send, remove }: IPhotoButtonsProps): JSX.Element {
  const { words } = useWorkspace();
  const chooser = React.useRef<HTMLInputElement>(null);
  return (
    <div className="opw-Photo-buttons">
      <input
        ref={chooser}
        type="file"
        hidden
        accept={PICTURES}
        aria-label={words.__('Choose a photo')}
        onChange={event => {
          void send(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <Button icon={imageIcon} busy={busy} onClick={() => chooser.current?.click()}>
        {there ? words.__('Change the photo') : words.__('Choose a photo')}
      </Button>
      {there && (
        <Button tone="quiet" icon={trashIcon} busy={busy} onClick={() => void remove()}>
          {words.__('Remove')}
        </Button>
      )}
    </div>
  );
}

/** The file as the server's JSON takes it. */
async function inBase64(file: File): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '');
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}
