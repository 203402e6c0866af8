/** The icons of the workspace that JupyterLab has not: Lucide (ISC), one outline set. */
import { LabIcon } from '@jupyterlab/ui-components';
import archive from 'lucide-static/icons/archive.svg';
import bell from 'lucide-static/icons/bell.svg';
import check from 'lucide-static/icons/check.svg';
import clock from 'lucide-static/icons/clock.svg';
import copy from 'lucide-static/icons/copy.svg';
import download from 'lucide-static/icons/download.svg';
import eye from 'lucide-static/icons/eye.svg';
import file from 'lucide-static/icons/file.svg';
import filePlus from 'lucide-static/icons/file-plus.svg';
import fileText from 'lucide-static/icons/file-text.svg';
import guide from 'lucide-static/icons/book-open.svg';
import folder from 'lucide-static/icons/folder.svg';
import folderPlus from 'lucide-static/icons/folder-plus.svg';
import history from 'lucide-static/icons/history.svg';
import home from 'lucide-static/icons/house.svg';
import key from 'lucide-static/icons/key-round.svg';
import link from 'lucide-static/icons/link.svg';
import lock from 'lucide-static/icons/lock.svg';
import mail from 'lucide-static/icons/mail.svg';
import monitor from 'lucide-static/icons/monitor.svg';
import notebook from 'lucide-static/icons/notebook.svg';
import pencil from 'lucide-static/icons/pencil.svg';
import pin from 'lucide-static/icons/pin.svg';
import pinOff from 'lucide-static/icons/pin-off.svg';
import plus from 'lucide-static/icons/plus.svg';
import restore from 'lucide-static/icons/archive-restore.svg';
import search from 'lucide-static/icons/search.svg';
import settings from 'lucide-static/icons/settings.svg';
import share from 'lucide-static/icons/user-plus.svg';
import shared from 'lucide-static/icons/arrow-left-right.svg';
import table from 'lucide-static/icons/sheet.svg';
import trash from 'lucide-static/icons/trash-2.svg';
import upload from 'lucide-static/icons/upload.svg';
import user from 'lucide-static/icons/user.svg';
import users from 'lucide-static/icons/users.svg';
import x from 'lucide-static/icons/x.svg';
import administration from 'lucide-static/icons/shield.svg';
import devices from 'lucide-static/icons/laptop.svg';
import phone from 'lucide-static/icons/smartphone.svg';
import globe from 'lucide-static/icons/globe.svg';
import storage from 'lucide-static/icons/hard-drive.svg';
import health from 'lucide-static/icons/activity.svg';
import log from 'lucide-static/icons/scroll-text.svg';
import logOut from 'lucide-static/icons/log-out.svg';
import preferences from 'lucide-static/icons/sliders-horizontal.svg';
import image from 'lucide-static/icons/image-plus.svg';
import warning from 'lucide-static/icons/triangle-alert.svg';
import good from 'lucide-static/icons/circle-check.svg';
import layers from 'lucide-static/icons/layers.svg';
import door from 'lucide-static/icons/door-open.svg';
import erase from 'lucide-static/icons/user-x.svg';
import database from 'lucide-static/icons/database.svg';

const STROKE = /stroke="currentColor"/;

/** `jp-icon3`'s colour follows the theme, but only fills: outlines take the colour of the text. */
export function icon(name: string, svg: string): LabIcon {
  return new LabIcon({
    name: `openpaas:${name}`,
    svgstr: svg
      .replace(/<!--.*?-->/s, '')
      .replace(/ class="[^"]*"/, '')
      .replace(/stroke-width="2"/, 'stroke-width="1.8"')
      .replace(STROKE, 'stroke="currentColor" class="opw-icon"')
      .trim()
  });
}

export const archiveIcon = icon('archive', archive);
export const bellIcon = icon('bell', bell);
export const checkIcon = icon('check', check);
export const clockIcon = icon('clock', clock);
export const copyIcon = icon('copy', copy);
export const downloadIcon = icon('download', download);
export const eyeIcon = icon('eye', eye);
export const fileIcon = icon('file', file);
export const filePlusIcon = icon('file-plus', filePlus);
export const fileTextIcon = icon('file-text', fileText);
export const folderIcon = icon('folder', folder);
export const folderPlusIcon = icon('folder-plus', folderPlus);
export const historyIcon = icon('history', history);
export const guideIcon = icon('book-open', guide);
export const homeIcon = icon('home', home);
export const keyIcon = icon('key', key);
export const linkIcon = icon('link', link);
export const lockIcon = icon('lock', lock);
export const mailIcon = icon('mail', mail);
export const monitorIcon = icon('monitor', monitor);
export const notebookIcon = icon('notebook', notebook);
export const pencilIcon = icon('pencil', pencil);
export const pinIcon = icon('pin', pin);
export const pinOffIcon = icon('pin-off', pinOff);
export const plusIcon = icon('plus', plus);
export const restoreIcon = icon('restore', restore);
export const searchIcon = icon('search', search);
export const settingsIcon = icon('settings', settings);
export const shareIcon = icon('share', share);
export const sharedIcon = icon('shared', shared);
export const tableIcon = icon('table', table);
export const trashIcon = icon('trash', trash);
export const uploadIcon = icon('upload', upload);
export const userIcon = icon('user', user);
export const usersIcon = icon('users', users);
export const closeIcon = icon('close', x);
export const administrationIcon = icon('shield', administration);
export const devicesIcon = icon('laptop', devices);
export const phoneIcon = icon('smartphone', phone);
export const globeIcon = icon('globe', globe);
export const storageIcon = icon('hard-drive', storage);
export const healthIcon = icon('activity', health);
export const logIcon = icon('scroll-text', log);
export const logOutIcon = icon('log-out', logOut);
export const preferencesIcon = icon('sliders-horizontal', preferences);
export const imageIcon = icon('image-plus', image);
export const warningIcon = icon('triangle-alert', warning);
export const goodIcon = icon('circle-check', good);
export const layersIcon = icon('layers', layers);
export const doorIcon = icon('door-open', door);
export const eraseIcon = icon('user-x', erase);
export const databaseIcon = icon('database', database);
