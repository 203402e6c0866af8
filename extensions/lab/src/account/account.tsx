/** The account of the member at this page. */
import type { CommandRegistry } from '@lumino/commands';
import { downloadIcon, devicesIcon, Failure, keyIcon, linkIcon, lockIcon, preferencesIcon, Skeleton, userIcon, useWorkspace } from '@openpaas/base';

import { MyData } from './data.js';
import { Devices } from './devices.js';
import { MyEgress } from './egress.js';
import { Password } from './password.js';
import { Preferences } from './preferences.js';
import { Profile, useMe } from './profile.js';
import { Sections, type ISection } from './sections.js';
import { useSection, type Place } from './place.js';
import { Tokens } from './tokens.js';

export function Account({ place, commands }: { place: Place; commands: CommandRegistry }): JSX.Element {
  const { words } = useWorkspace();
  const [section, choose] = useSection(place);
  const { data: me, fault, again } = useMe();
  const draw = (of: (known: NonNullable<typeof me>) => JSX.Element) => (): JSX.Element => {
    if (me === undefined) {
      return fault === undefined ? <Skeleton rows={4} /> : <Failure sentence={fault} retry={again} />;
    }
    return of(me);
  };
  const sections: ISection[] = [
    { id: 'profile', label: words.__('Profile'), icon: userIcon, draw: draw(known => <Profile me={known} changed={again} />) },
    { id: 'password', label: words.__('Password'), icon: lockIcon, draw: draw(known => <Password me={known} />) },
    { id: 'devices', label: words.__('Devices'), icon: devicesIcon, draw: () => <Devices /> },
    { id: 'tokens', label: words.__('Tokens'), icon: keyIcon, draw: draw(known => <Tokens me={known} />) },
    { id: 'egress', label: words.__('Internet access'), icon: linkIcon, draw: () => <MyEgress /> },
    { id: 'data', label: words.__('My data'), icon: downloadIcon, draw: () => <MyData /> },
    {
      id: 'preferences',
      label: words.__('Preferences'),
      icon: preferencesIcon,
      draw: draw(known => <Preferences me={known} commands={commands} changed={again} />)
    }
  ];
  return <Sections title={words.__('My account')} sections={sections} current={section} choose={choose} />;
}
