/** The one extension of the page: collects the plugins of the workspace. */
import { guide } from './guide/plugin.js';
import { history } from './history/plugin.js';
import { home } from './home/plugin.js';
import { account } from './account/plugin.js';
import { deeds, factory } from './files/browser.js';
import { live as filesLive } from './files/live.js';
import { panel } from './files/panel.js';
import { files } from './files/plugin.js';
import { spaces } from './files/spaces.js';
import { tray } from './files/tray.js';
import { usage } from './files/usage.js';
import { endings } from './live/endings.js';
import { liveDocuments, liveProvider } from './live/plugin.js';
import { untouched } from './live/untouched.js';
import { outputs } from './outputs/plugin.js';
import { here } from './presence/here.js';
import { others } from './presence/plugin.js';
import { cellExecutor, rights } from './rights/plugin.js';
import { share } from './share/plugin.js';
import { sheets } from './sheets/plugin.js';
import { asks } from './asks/plugin.js';
import { connection } from './shell/connection.js';
import { frame } from './shell/frame.js';
import { keys } from './shell/keys.js';
import { names } from './shell/names.js';
import { notice } from './shell/notice.js';
import { push } from './shell/push.js';
import { noConversion, noEvents } from './shell/quiet.js';
import { refusals } from './shell/refusals.js';
import { session } from './shell/session.js';
import { workspace } from './shell/workspace.js';
import { space } from './space/plugin.js';
import { trust } from './trust/plugin.js';

export default [
  noEvents,
  noConversion,
  trust,
  outputs,
  liveDocuments,
  liveProvider,
  endings,
  untouched,
  rights,
  cellExecutor,
  push,
  workspace,
  account,
  here,
  share,
  sheets,
  others,
  history,
  asks,
  space,
  guide,
  home,
  refusals,
  connection,
  frame,
  keys,
  names,
  deeds,
  factory,
  spaces,
  panel,
  tray,
  usage,
  filesLive,
  files,
  notice,
  session
];
