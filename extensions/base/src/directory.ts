/** Who is who: events and rows name people by id, views show their names. Read once, kept true by events. */
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { API_ROOT, call, type components, type PushClient } from '@openpaas/api';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

export interface IMember {
  id: string;
  username: string;
  display_name: string;
  color: string;
  administrator: boolean;
  disabled: boolean;
  /** The service the member works in. */
  unit: string;
  /** The address of the photo, if there is one. */
  photo?: string;
  /** Nothing but the id is left. */
  erased: boolean;
}

export interface IMe {
  id: string;
  username: string;
  display_name: string;
  color: string;
  locale: string;
  administrator: boolean;
  email: string;
  unit: string;
  /** Empty: that of the browser. */
  time_zone: string;
  /** The version of the photo; `photoOf` makes the address. */
  photo: string;
  demo: boolean;
}

/** Where a version of a member's photo is; undefined without one. */
export function photoOf(settings: ServerConnection.ISettings, id: string, version: string): string | undefined {
  if (version === '') {
    return undefined;
  }
  return `${URLExt.join(settings.baseUrl, API_ROOT, 'members', id, 'photo')}?v=${encodeURIComponent(version)}`;
}

const ABOUT_PEOPLE = /^(Member|Profile)/;
const PAGE = 500;
const SETTLE_MS = 200;

export class Directory {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    push: PushClient,
    private readonly _former = 'Former member'
  ) {
    this._again = new Debouncer(() => {
      this._me = null;
      return this._read();
    }, SETTLE_MS);
    push.listen({
      event: event => ABOUT_PEOPLE.test(event.type) && this._asked && void this._again.invoke(),
      reset: () => this._asked && void this._again.invoke()
    });
  }

  /** Names have become known or have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A member by id; undefined until it is known (`changed` tells) or when there is none. */
  get(id: string): IMember | undefined {
    void this._ask();
    return this._byId.get(id);
  }

  /** By user name, as paths (`~name`) have it. */
  named(username: string): IMember | undefined {
    void this._ask();
    return this._byName.get(username);
  }

  /** All members that are known now, by name in the order of the page's language. */
  all(): IMember[] {
    void this._ask();
    return [...this._byId.values()].sort((a, b) => a.display_name.localeCompare(b.display_name));
  }

  /** Who I am; read once, and again when people have changed. */
  me(): Promise<IMe> {
    this._me ??= call<IMe>('me', { settings: this._settings }).catch(error => {
      this._me = null;
      throw error;
    });
    return this._me;
  }

  /** Resolves when the names are there. */
  ready(): Promise<void> {
    return this._ask();
  }

  private _ask(): Promise<void> {
    if (!this._asked) {
      this._asked = true;
      this._first = this._read();
    }
    return this._first;
  }

  private _member(member: components['schemas']['Member']): IMember {
    const erased = member.erased ?? false;
    return {
      ...member,
      erased,
      unit: member.unit ?? '',
      display_name: erased ? this._former : member.display_name,
      photo: photoOf(this._settings, member.id, member.photo ?? '')
    };
  }

  private async _read(): Promise<void> {
    const found: IMember[] = [];
    try {
      for (let after = ''; ; after = found[found.length - 1].id) {
        const query = { limit: PAGE, disabled: true, ...(after === '' ? {} : { after }) };
        const page = await call<components['schemas']['Member'][]>('members', { settings: this._settings, query });
        found.push(...page.map(member => this._member(member)));
        if (page.length < PAGE) {
          break;
        }
      }
    } catch {
      // The connection bar tells; the next question asks again.
      this._asked = false;
      return;
    }
    this._byId = new Map(found.map(member => [member.id, member]));
    this._byName = new Map(found.map(member => [member.username, member]));
    this._changed.emit();
  }

  private readonly _again: Debouncer;
  private readonly _changed = new Signal<this, void>(this);
  private _asked = false;
  private _first: Promise<void> = Promise.resolve();
  private _me: Promise<IMe> | null = null;
  private _byId = new Map<string, IMember>();
  private _byName = new Map<string, IMember>();
}
