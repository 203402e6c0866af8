/** How the page speaks and looks to me. */
import type { CommandRegistry } from '@lumino/commands';
import { ask, Button, useWorkspace, type IMe } from '@openpaas/base';
import * as React from 'react';

import { comeBack } from './back.js';
import { Field, Said, useAction } from './parts.js';

const THEMES = ['JupyterLab Light', 'JupyterLab Dark', 'JupyterLab Dark High Contrast'];

export function Preferences({ me, commands, changed }: { me: IMe; commands: CommandRegistry; changed: () => void }): JSX.Element {
  const workspace = useWorkspace();
  const { words } = workspace;
  const action = useAction();
  const [locale, setLocale] = React.useState(me.locale);
  const [zone, setZone] = React.useState(me.time_zone);
  const [reload, setReload] = React.useState(false);
  const same = locale === me.locale && zone === me.time_zone;
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const again = locale !== me.locale || zone !== me.time_zone;
    const body = { locale, time_zone: zone };
    const done = words.__('Saved. The page opens again in this language…');
    if (await action.run(() => ask(workspace, 'me', { method: 'PATCH', body }), done)) {
      changed();
      setReload(again);
    }
  };
  React.useEffect(() => {
    if (reload) {
      // What is open is kept in the layout, what is edited is on the server or asks before it is left.
      comeBack('preferences');
      window.location.reload();
    }
  }, [reload]);
  const theme = document.body.dataset['jpThemeName'] ?? '';
  return (
    <>
      <form className="opw-Form" onSubmit={event => void save(event)}>
        <LanguageField locale={locale} set={setLocale} />
        <ZoneField zone={zone} set={setZone} />
        <div className="opw-Form-end">
          <Button tone="primary" type="submit" busy={action.busy} disabled={same}>
            {words.__('Save')}
          </Button>
          <Said action={action} />
        </div>
      </form>
      <fieldset className="opw-Themes">
        <legend>{words.__('Appearance')}</legend>
        <ThemeChoice names={THEMES} current={theme} choose={name => void commands.execute('apputils:change-theme', { theme: name })} />
      </fieldset>
      {commands.hasCommand('settingeditor:open') && (
        <p>
          <Button onClick={() => void commands.execute('settingeditor:open')}>{words.__('All settings of JupyterLab')}</Button>
        </p>
      )}
    </>
  );
}

function LanguageField({ locale, set }: { locale: string; set: (locale: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  return (
    <Field label={words.__('Language')} hint={words.__('Of the menus, the sentences of the server, dates and numbers.')}>
      {ids => (
        <select {...ids} value={locale} onChange={event => set(event.target.value)}>
          <option value="">{words.__('As on the login page or in the browser')}</option>
          <option value="fr_FR" lang="fr">
            Français
          </option>
          <option value="en" lang="en">
            English
          </option>
        </select>
      )}
    </Field>
  );
}

function ZoneField({ zone, set }: { zone: string; set: (zone: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Field label={words.__('Time zone')}>
      {ids => (
        <select {...ids} value={zone} onChange={event => set(event.target.value)}>
          <option value="">{words.__('That of the browser (%1)', here)}</option>
          {Intl.supportedValuesOf('timeZone').map(name => (
            <option key={name} value={name}>
              {name.replace(/_/g, ' ')}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function ThemeChoice({ names, current, choose }: { names: string[]; current: string; choose: (name: string) => void }): JSX.Element {
  const { words } = useWorkspace();
  const [chosen, setChosen] = React.useState(current);
  const labels: Record<string, string> = {
    'JupyterLab Light': words.__('Light'),
    'JupyterLab Dark': words.__('Dark'),
    'JupyterLab Dark High Contrast': words.__('High contrast')
  };
  return (
    <>
      {names.map(name => (
        <label key={name} className="opw-Check">
          <input
            type="radio"
            name="opw-theme"
            checked={chosen === name}
            onChange={() => {
              setChosen(name);
              choose(name);
            }}
          />
          {labels[name]}
        </label>
      ))}
    </>
  );
}
