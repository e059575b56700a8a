/** Days as the reader's time zone has them. */
import type { DayRange, TimeRange } from '../db/day-range';
import { dayAfter, dayOf, timeOn } from '../local-days';

/** The last `count` days, today included, the earliest first. */
export function lastDays(count: number, now: number, timeZone: string): DayRange[] {
  const today = dayOf(now, timeZone);
  return Array.from({ length: count }, (_, index) => {
    const day = dayAfter(today, index - count + 1);
    return { day, since: timeOn(day, timeZone) ?? 0, until: timeOn(dayAfter(day), timeZone) ?? 0 };
  });
}

/** The filters of a list: YYYY-MM-DD, both days included; what is no date filters nothing. */
export const rangeOfDays = (
  { since, until }: { since?: string | undefined; until?: string | undefined },
  timeZone: string,
): TimeRange => ({
  since: since ? timeOn(since, timeZone) : undefined,
  until: until && timeOn(until, timeZone) !== undefined ? timeOn(dayAfter(until), timeZone) : undefined,
});
