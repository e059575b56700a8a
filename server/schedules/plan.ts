/** Which notices are due of a subscription or an invoice, and when it is to be looked at again. Pure; times in epoch milliseconds. */
import { DAYS_AFTER, type ScheduleType } from '../../shared/schedules';
import { MISSED } from '../../shared/words/schedules';
import type { Condition } from '../../shared/workflow';
import { propertiesOf, type ObjectState } from '../audience/object-states';
import { dayAfter, dayOf, timeOn } from '../local-days';
import { matches } from '../workflows/match';
import { dateOf, type Card } from './dates';

/** An active workflow that a date triggers. */
export interface Scheduled {
  workflowId: string;
  type: ScheduleType;
  days: number;
  activatedAt: number;
  /** Of its conditions, those on the event: where they don't hold, nothing is due. The contact's are judged when it starts. */
  conditions: readonly Condition[];
}

export interface Notice {
  workflowId: string;
  type: ScheduleType;
  days: number;
  period: string;
  dateAt: number;
  plannedAt: number;
  /** Why it is not given any more, in a sentence; null: it is due now. */
  missed: string | null;
}

export interface Plan {
  /** Those whose moment has come, given before or not. */
  notices: Notice[];
  /** When the next one is due; null while none is to come. */
  nextAt: number | null;
}

interface Known {
  state: ObjectState;
  workflows: readonly Scheduled[];
  card: Card | undefined;
  timeZone: string;
}

/** Notices go at this hour of the install's day. */
const HOUR = 9;
/** What comes after its date is still given so long after its moment; what comes before, as long as its date has not come. */
const LATEST_MS = 24 * 60 * 60_000;

export function planNotices({ state, workflows, card, timeZone }: Known, now: number): Plan {
  const notices: Notice[] = [];
  let nextAt: number | null = null;
  const properties = propertiesOf(state);
  for (const { workflowId, type, days, activatedAt, conditions } of workflows) {
    const date = dateOf(type, { state, card, timeZone });
    if (!date) continue;
    const event = { ...properties, date: new Date(date.at).toISOString(), days, card_month: card?.month ?? null };
    if (!matches(conditions, { event, contact: {} })) continue;
    const isAfter = DAYS_AFTER.includes(type);
    const plannedAt = momentOf(date.at, isAfter ? days : -days, timeZone);
    if (plannedAt < activatedAt || plannedAt < date.since) continue;
    if (plannedAt > now) {
      nextAt = Math.min(nextAt ?? Infinity, plannedAt);
      continue;
    }
    const isTooLate = isAfter ? now - plannedAt > LATEST_MS : date.at <= now;
    const missed = isTooLate ? MISSED : null;
    notices.push({ workflowId, type, days, period: date.period, dateAt: date.at, plannedAt, missed });
  }
  return { notices, nextAt };
}

/** So many days of the local calendar from a date, at nine. */
function momentOf(at: number, days: number, timeZone: string): number {
  return timeOn(dayAfter(dayOf(at, timeZone), days), timeZone, HOUR)!;
}
