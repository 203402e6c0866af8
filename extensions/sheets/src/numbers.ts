/** Shows values in the language of the page, by Excel's number formats; the common ones. */
import { isTagged, type Value } from './wire.js';

export interface IText {
  text: string;
  align: 'left' | 'center' | 'right';
  negative?: boolean;
}

/** The date in figures is in the order of the reader's language, as Excel's is. */
const SHORT_DATE = /^(?:dd?\/mm?|mm?\/dd?)\/yyyy/i;
const DAY_MS = 86_400_000;
const EPOCH_MS = Date.UTC(1899, 11, 30);
const MOST_DIGITS = 15;
/** Errors that Excel names otherwise in French. */
const FAULTS: Record<string, string> = {
  '#NULL!': '#NUL!',
  '#VALUE!': '#VALEUR!',
  '#NAME?': '#NOM?',
  '#NUM!': '#NOMBRE!',
  '#SPILL!': '#PROPAGATION!',
  '#LIMIT!': '#LIMITE!'
};
/** A text in quotes, a character after a backslash, a currency, an interval, a colour or condition. */
const PIECE = /"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[(h+|m+|s+)\]|\[[^\]]*\]|_.|\*./gi;

export class Numbers {
  constructor(private readonly _locale: string) {}

  /** How a cell shows. */
  shown(value: Value | undefined, format: string): IText {
    if (value === null || value === undefined) {
      return { text: '', align: 'left' };
    }
    if (typeof value === 'number') {
      return { text: this.number(value, format), align: 'right', negative: value < 0 && /\[red\]/i.test(format) };
    }
    if (typeof value === 'boolean') {
      return { text: this.truth(value), align: 'center' };
    }
    if (isTagged(value)) {
      return value.t === 'e' ? { text: this._fault(value.v), align: 'center' } : { text: value.v, align: 'left' };
    }
    return { text: value, align: 'left' };
  }

  number(value: number, format: string): string {
    const [section, magnitude] = sectionOf(format, value);
    if (section === '' || /^general$/i.test(section.trim())) {
      return this.general(value);
    }
    const bare = section.replace(PIECE, (all: string) => (/^\[[hms]+\]$/i.test(all) ? 'h' : ''));
    if (/[ymdhs]/i.test(bare)) {
      return this._moment(value, section);
    }
    if (/e[+-]/i.test(bare)) {
      const digits = (/\.([0#]+)/.exec(bare)?.[1] ?? '').length;
      return this._intl({ notation: 'scientific', minimumFractionDigits: digits, maximumFractionDigits: digits }, value);
    }
    return this._decimal(magnitude, section, bare);
  }

  /** All digits that a person wants to see. */
  general(value: number): string {
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e15 || size < 1e-9)) {
      return this._intl({ notation: 'scientific', maximumFractionDigits: 5 }, value);
    }
    const whole = Math.max(1, Math.ceil(Math.log10(size + 1)));
    return this._intl({ maximumFractionDigits: Math.max(0, Math.min(10, MOST_DIGITS - whole)), useGrouping: false }, value).replace(/^-/, '−');
  }

  /** For a person who wants all of it: as it is typed. */
  typed(value: Value): string {
    if (typeof value === 'number') {
      return this._intl({ maximumSignificantDigits: 15, useGrouping: false }, value);
    }
    return this.shown(value, '').text;
  }

  /** A day, as it is typed. */
  day(when: Date): string {
    const midnight = Date.UTC(when.getFullYear(), when.getMonth(), when.getDate());
    return this.number((midnight - EPOCH_MS) / DAY_MS, 'dd/mm/yyyy');
  }

  /** A count. */
  whole(value: number): string {
    return this._intl({ maximumFractionDigits: 0 }, value);
  }

  private _fault(name: string): string {
    return this._locale.startsWith('fr') ? (FAULTS[name] ?? name) : name;
  }

  truth(value: boolean): string {
    const french = this._locale.startsWith('fr');
    return value ? (french ? 'VRAI' : 'TRUE') : french ? 'FAUX' : 'FALSE';
  }

  /** What was typed, as a guess of what it will show; the server says what it is. */
  guess(text: string, format: string): IText {
    if (text.startsWith('=')) {
      return { text: '…', align: 'right' };
    }
    const plain = text.replace(/[\s\u00a0\u202f]/g, '').replace(this._locale.startsWith('fr') ? ',' : /(?!)/, '.');
    if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) {
      return this.shown(Number(plain), format);
    }
    const amount = /^[-+]?[€$£]?\s?[-+]?\d[\d\s.,\u00a0\u202f]*(?:[eE][+-]?\d+)?\s?[€$£%]?$|^\d{1,4}[:/.-]\d{1,2}(?:[:/.-]\d{1,4})?$/;
    return { text: text.replace(/^'/, ''), align: amount.test(text.trim()) ? 'right' : 'left' };
  }

  private _decimal(value: number, section: string, bare: string): string {
    const digits = /[0#?][0#?,.\s]*/.exec(bare)?.[0].replace(/\s+$/, '') ?? '';
    const [before, after] = digits === '' ? [section, ''] : split(section);
    const thousands = /,+$/.exec(digits)?.[0].length ?? 0;
    const scaled = (value * (bare.includes('%') ? 100 : 1)) / 1000 ** thousands;
    const shown = digits === '' ? '' : this._intl(placesOf(digits), scaled);
    const tail = plain(after).replace(/%/, this._locale.startsWith('fr') ? '\u202f%' : '%');
    return `${plain(before)}${shown}${tail}`.replace(/^(\D*?)-/, '−$1').replace(/ (?=[€$£])/, '\u00a0');
  }

  private _moment(serial: number, section: string): string {
    section = section.replace(SHORT_DATE, this._locale.startsWith('fr') ? 'dd/mm/yyyy' : 'mm/dd/yyyy');
    const date = new Date(EPOCH_MS + Math.round(serial * DAY_MS));
    const half = /am\/pm/i.test(section);
    const parts: Record<string, () => string> = {
      yyyy: () => String(date.getUTCFullYear()),
      yy: () => String(date.getUTCFullYear() % 100).padStart(2, '0'),
      mmmm: () => this._date({ month: 'long' }, date),
      mmm: () => this._date({ month: 'short' }, date),
      dddd: () => this._date({ weekday: 'long' }, date),
      ddd: () => this._date({ weekday: 'short' }, date),
      d: () => String(date.getUTCDate()),
      h: () => String(half ? date.getUTCHours() % 12 || 12 : date.getUTCHours()),
      s: () => String(date.getUTCSeconds()),
      month: () => String(date.getUTCMonth() + 1),
      minute: () => String(date.getUTCMinutes()),
      'am/pm': () => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
      '[h]': () => String(Math.floor(serial * 24 + 1e-9)),
      '[m]': () => String(Math.floor(serial * 1440 + 1e-9)),
      '[s]': () => String(Math.round(serial * 86_400))
    };
    return spell(section, parts);
  }

  private _date(options: Intl.DateTimeFormatOptions, date: Date): string {
    return new Intl.DateTimeFormat(this._locale, { ...options, timeZone: 'UTC' }).format(date);
  }

  private _intl(options: Intl.NumberFormatOptions, value: number): string {
    const key = JSON.stringify(options);
    let format = this._formats.get(key);
    if (format === undefined) {
      this._formats.set(key, (format = new Intl.NumberFormat(this._locale, options)));
    }
    return format.format(value === 0 ? 0 : value);
  }

  private readonly _formats = new Map<string, Intl.NumberFormat>();
}

function placesOf(digits: string): Intl.NumberFormatOptions {
  const [whole, part = ''] = digits.split('.');
  const count = (text: string, signs: RegExp): number => (text.match(signs) ?? []).length;
  return {
    minimumIntegerDigits: Math.max(1, count(whole, /0/g)),
    minimumFractionDigits: count(part, /0/g),
    maximumFractionDigits: count(part, /[0#?]/g),
    useGrouping: /[0#?],[0#?]|[0#?] [0#?]/.test(whole)
  };
}

/** The part of the format for this sign, and the number that it shows. */
function sectionOf(format: string, value: number): [string, number] {
  const sections = format.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  if (value < 0 && sections.length > 1) {
    return [sections[1], -value];
  }
  return [value === 0 && sections.length > 2 ? sections[2] : sections[0], value];
}

/** Without quotes, colours and spaces of a width. */
function plain(text: string): string {
  return text.replace(PIECE, (_all: string, quoted?: string, escaped?: string, currency?: string) => quoted ?? escaped ?? currency ?? '');
}

/** What stands before the digits and after them; digits in quotes are none. */
function split(section: string): [string, string] {
  const hidden = section.replace(PIECE, piece => '\u0000'.repeat(piece.length));
  const found = /[0#?][0#?,.\s]*/.exec(hidden);
  const digits = found?.[0].replace(/\s+$/, '') ?? '';
  const at = found?.index ?? 0;
  return [section.slice(0, at), section.slice(at + digits.length)];
}

const TOKEN = /\[h+\]|\[m+\]|\[s+\]|am\/pm|y+|m+|d+|h+|s+(?:\.0+)?|"[^"]*"|\\.|\[[^\]]*\]|./gi;

/** A format of dates and times, piece by piece; `m` after hours or before seconds are minutes. */
function spell(section: string, parts: Record<string, () => string>): string {
  const tokens = section.match(TOKEN) ?? [];
  let last = '';
  return tokens
    .map((token, index) => {
      const low = token.toLowerCase();
      const next = tokens.slice(index + 1).find(one => /^[ymdhs[]/i.test(one))?.toLowerCase() ?? '';
      const minutes = /^m{1,2}$/.test(low) && (/^\[?h/.test(last) || next.startsWith('s'));
      if (/^(\[[hms]|[ymdhs])/.test(low)) {
        last = low;
      }
      return piece(low, token, minutes, parts);
    })
    .join('');
}

function piece(low: string, token: string, minutes: boolean, parts: Record<string, () => string>): string {
  if (/^\[[hms]+\]$/.test(low)) {
    return parts[`[${low[1]}]`]();
  }
  if (low in parts && low.length > 2) {
    return parts[low]();
  }
  if (/^m{1,2}$/.test(low)) {
    return parts[minutes ? 'minute' : 'month']().padStart(low.length, '0');
  }
  if (/^(d|h|s){1,2}/.test(low) && low[0] in parts) {
    return parts[low[0]]().padStart(Math.min(low.length, 2), '0');
  }
  if (low.startsWith('y')) {
    return parts[low.length > 2 ? 'yyyy' : 'yy']();
  }
  return plain(token);
}

/** The format with one decimal more or less. */
export function withDecimals(format: string, by: 1 | -1): string {
  const from = format === '' || /^general$/i.test(format) ? '0' : format;
  const found = /([0#?])(?:\.([0#?]+))?(?=[^0#?.]*$)/.exec(from);
  if (found === null) {
    return from;
  }
  const count = Math.max(0, Math.min(10, (found[2] ?? '').length + by));
  return `${from.slice(0, found.index + 1)}${count > 0 ? `.${'0'.repeat(count)}` : ''}${from.slice(found.index + found[0].length)}`;
}
