/** Dates in emails and sentences, in the install's locale and time zone. */
import type { Settings } from '../../shared/settings';
import { writeTime, type TimeFormat } from '../../shared/times';

/** Those that templates may name: `{{ event.due_date | date: "short" }}`. */
const NAMED: readonly string[] = ['short', 'medium', 'long', 'full', 'time', 'long_with_time'] satisfies TimeFormat[];

/** `ms` in epoch milliseconds; undefined for a format without such a name. */
export const formatDate = (ms: number, format: string, locale: string, timeZone: string): string | undefined =>
  NAMED.includes(format) ? writeTime(ms, format as TimeFormat, { locale, timeZone }) : undefined;

/** For sentences: "Nov 25, 2:02 PM". Takes epoch milliseconds. */
export const writeDateTime =
  ({ locale, timezone }: Pick<Settings, 'locale' | 'timezone'>) =>
  (ms: number): string =>
    writeTime(ms, 'day_and_time', { locale, timeZone: timezone });
