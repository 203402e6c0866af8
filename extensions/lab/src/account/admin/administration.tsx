/** What administrators look after. */
import {
  databaseIcon,
  devicesIcon,
  folderIcon,
  healthIcon,
  linkIcon,
  logIcon,
  userIcon,
  usersIcon,
  useWorkspace
} from '@openpaas/base';

import { useSection, type Place } from '../place.js';
import { Sections, type ISection } from '../sections.js';
import { EgressTable } from './egress.js';
import { Groups } from './groups.js';
import { Health } from './health.js';
import { Log } from './log.js';
import { Members } from './members.js';
import { Logins } from './logins.js';
import { SpacesTable } from './spaces.js';
import { StorageView } from './storage.js';

export function Administration({ place }: { place: Place }): JSX.Element {
  const { words } = useWorkspace();
  const [section, choose] = useSection(place);
  const sections: ISection[] = [
    { id: 'members', label: words.__('Members'), icon: userIcon, draw: () => <Members member={place.member} choose={id => choose('members', id)} /> },
    { id: 'groups', label: words.__('Groups'), icon: usersIcon, draw: () => <Groups /> },
    { id: 'spaces', label: words.__('Spaces'), icon: folderIcon, draw: () => <SpacesTable /> },
    { id: 'sessions', label: words.__('Logins'), icon: devicesIcon, draw: () => <Logins /> },
    { id: 'egress', label: words.__('Internet access'), icon: linkIcon, draw: () => <EgressTable /> },
    { id: 'storage', label: words.__('Storage'), icon: databaseIcon, draw: () => <StorageView /> },
    { id: 'log', label: words.__('Event log'), icon: logIcon, draw: () => <Log /> },
    { id: 'health', label: words.__('Health'), icon: healthIcon, draw: () => <Health /> }
  ];
  return <Sections wide title={words.__('Administration')} sections={sections} current={section} choose={choose} />;
}
