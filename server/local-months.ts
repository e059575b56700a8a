/** Months of a time zone's calendar. Pure; times in epoch milliseconds. */
import { dayOf, timeOn } from './local-days';

export interface MonthRange {
  /** YYYY-MM. */
  month: string;
  since: number;
  /** Not included. */
  until: number;
}

/** Undefined for what is no month. */
export function monthIn(month: string, timeZone: string): MonthRange | undefined {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) return undefined;
  const begins = (which: string) => timeOn(`${which}-01`, timeZone);
  const since = begins(month);
  const until = begins(monthsLater(month, 1));
  return since === undefined || until === undefined ? undefined : { month, since, until };
}

/** The last `count` months, this one included, the latest first. */
export function lastMonths(count: number, now: number, timeZone: string): MonthRange[] {
  const latest = dayOf(now, timeZone).slice(0, 7);
  return Array.from({ length: count }, (_, index) => monthIn(monthsLater(latest, -index), timeZone)!);
}

function monthsLater(month: string, count: number): string {
  const [year, ofYear] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, ofYear - 1 + count, 1)).toISOString().slice(0, 7);
}
