/** Times, dates, sizes and counts as the language of the page writes them. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KILO = 1000;

export class When {
  constructor(
    readonly locale: string,
    private readonly _now: () => number = Date.now,
    zone = ''
  ) {
    const timeZone = zone === '' ? undefined : zone;
    this._relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' });
    this._parts = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'numeric', day: 'numeric', timeZone });
    this._time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone });
    this._day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone });
    this._full = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
    this._date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone });
    this._short = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
    this._shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone });
    this._shortDate = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeZone });
  }

  /** “2 minutes ago”, “yesterday, 17:40”, “3 November”. */
  ago(at: number): string {
    const past = Math.max(0, this._now() - at);
    if (past < MINUTE) {
      return this._relative.format(0, 'second');
    }
    if (past < HOUR) {
      return this._relative.format(-Math.floor(past / MINUTE), 'minute');
    }
    const days = this.daysAgo(at);
    if (days === 0) {
      return this._relative.format(-Math.floor(past / HOUR), 'hour');
    }
    if (days === 1) {
      return `${this._relative.format(-1, 'day')}, ${this._time.format(at)}`;
    }
    return past < 300 * DAY ? this._day.format(at) : this._date.format(at);
  }

  /** As `ago`, for a narrow column: “2 min. ago”, “17:40”, “3 Nov”. */
  brief(at: number): string {
    const past = Math.max(0, this._now() - at);
    if (past < HOUR) {
      return this._short.format(past < MINUTE ? 0 : -Math.floor(past / MINUTE), past < MINUTE ? 'second' : 'minute');
    }
    if (this.daysAgo(at) === 0) {
      return this._time.format(at);
    }
    return past < 300 * DAY ? this._shortDay.format(at) : this._shortDate.format(at);
  }

  /** Calendar days between then and now, in the reader's time zone. */
  daysAgo(at: number): number {
    return Math.round((this._midnight(this._now()) - this._midnight(at)) / DAY);
  }

  /** The day of a moment as a number that grows by one day a day, in the reader's time zone. */
  private _midnight(at: number): number {
    const part = (type: Intl.DateTimeFormatPartTypes): number =>
      Number(this._parts.formatToParts(at).find(found => found.type === type)?.value);
    return Date.UTC(part('year'), part('month') - 1, part('day'));
  }

  /** The time of day. */
  time(at: number): string {
    return this._time.format(at);
  }

  /** Day and month, with the year when it is far away. */
  day(at: number): string {
    return Math.abs(at - this._now()) < 300 * DAY ? this._day.format(at) : this._date.format(at);
  }

  /** The date without the time. */
  date(at: number): string {
    return this._date.format(at);
  }

  /** Date and time, for a tooltip or a log. */
  full(at: number): string {
    return this._full.format(at);
  }

  /** “12.4 MB”, in decimal units. */
  size(bytes: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    let value = bytes;
    let unit = 0;
    while (value >= KILO && unit < units.length - 1) {
      value /= KILO;
      unit += 1;
    }
    const maximumFractionDigits = unit > 0 && value < 100 ? 1 : 0;
    return new Intl.NumberFormat(this.locale, {
      style: 'unit',
      unit: units[unit],
      unitDisplay: unit === 0 ? 'long' : 'short',
      maximumFractionDigits
    }).format(value);
  }

  private readonly _relative: Intl.RelativeTimeFormat;
  private readonly _parts: Intl.DateTimeFormat;
  private readonly _short: Intl.RelativeTimeFormat;
  private readonly _shortDay: Intl.DateTimeFormat;
  private readonly _shortDate: Intl.DateTimeFormat;
  private readonly _time: Intl.DateTimeFormat;
  private readonly _day: Intl.DateTimeFormat;
  private readonly _full: Intl.DateTimeFormat;
  private readonly _date: Intl.DateTimeFormat;
}
