/** Dates and times as an install writes them: the same text in emails, in the console and in the Stripe App. */

/** Epoch milliseconds or ISO 8601. */
export type Moment = string | number;

/** How an install writes: a BCP 47 tag and an IANA zone. */
export interface Writing {
  locale: string;
  timeZone: string;
}

const DAY = { month: 'short', day: 'numeric' } as const;
const CLOCK = { hour: 'numeric', minute: '2-digit' } as const;

/** By what is left to be said where they stand. */
export const TIME_FORMATS = {
  /** "11/23/26". */
  short: { dateStyle: 'short' },
  /** "Nov 23, 2026". */
  medium: { dateStyle: 'medium' },
  /** "November 23, 2026". */
  long: { dateStyle: 'long' },
  /** "Monday, November 23, 2026". */
  full: { dateStyle: 'full' },
  /** "11:55 AM". */
  time: { timeStyle: 'short' },
  /** "November 23, 2026 at 11:55 AM". */
  long_with_time: { dateStyle: 'long', timeStyle: 'short' },
  /** "Nov 23, 11:55 AM". */
  day_and_time: { ...DAY, ...CLOCK },
  /** "Nov 23, 2026, 11:55 AM". */
  date_and_time: { ...DAY, ...CLOCK, year: 'numeric' },
  /** "Nov 23, 11:55:02 AM": the log. */
  day_and_seconds: { ...DAY, ...CLOCK, second: '2-digit' },
  /** "Nov 23, 2026, 11:55:02 AM". */
  date_and_seconds: { ...DAY, ...CLOCK, second: '2-digit', year: 'numeric' },
  /** "November 23, 2026 at 11:55:02 AM UTC": where a zone is to be named too. */
  exact: { dateStyle: 'long', timeStyle: 'long' },
  /** "2026". */
  year: { year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
export type TimeFormat = keyof typeof TIME_FORMATS;

/** Newer engines put a narrow no-break space before PM; a plain one reads the same everywhere. */
export const writeTime = (at: Moment, format: TimeFormat, writing: Writing): string =>
  formatFor(format, writing)
    .format(new Date(at))
    .replace(/\u202f/g, ' ');

/** Leaves out the year where it is this one. */
export function writeDateTime(at: Moment, writing: Writing, now: number, precision: 'minutes' | 'seconds'): string {
  const isThisYear = writeTime(at, 'year', writing) === writeTime(now, 'year', writing);
  if (precision === 'seconds') return writeTime(at, isThisYear ? 'day_and_seconds' : 'date_and_seconds', writing);
  return writeTime(at, isThisYear ? 'day_and_time' : 'date_and_time', writing);
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
/** From then on a date says more than a number of days. */
const LONGEST_AGO = 7 * 86_400_000;

/** "in 5 minutes", "yesterday"; farther than a week the day itself. */
export function writeRelative(at: Moment, writing: Writing, now: number): string {
  const difference = new Date(at).getTime() - now;
  if (Math.abs(difference) > LONGEST_AGO) {
    const isThisYear = writeTime(at, 'year', writing) === writeTime(now, 'year', writing);
    return isThisYear ? formatWith('day', writing, DAY).format(new Date(at)) : writeTime(at, 'medium', writing);
  }
  const [unit, size] = UNITS.find(([, size]) => Math.abs(difference) >= size) ?? UNITS[3];
  return relativeFor(writing.locale).format(Math.trunc(difference / size), unit);
}

/** Intl formats are slow to make. Readers choose locales, so not all of them are kept. */
const formats = new Map<string, Intl.DateTimeFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();
const MAX_FORMATS = 500;

const formatFor = (format: TimeFormat, writing: Writing) => formatWith(format, writing, TIME_FORMATS[format]);

const formatWith = (name: string, { locale, timeZone }: Writing, options: Intl.DateTimeFormatOptions) =>
  remember(formats, `${locale} ${timeZone} ${name}`, () => new Intl.DateTimeFormat(locale, { ...options, timeZone }));

const relativeFor = (locale: string) =>
  remember(relatives, locale, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));

function remember<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const known = kept.get(key);
  if (known) return known;
  if (kept.size >= MAX_FORMATS) kept.clear();
  const made = make();
  kept.set(key, made);
  return made;
}
