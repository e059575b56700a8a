/** The dates that a subscription or an invoice has to tell of, as it is now. Pure; times in epoch milliseconds. */
import type { ScheduleType } from '../../shared/schedules';
import { propertiesOf, type ObjectState } from '../audience/object-states';
import { timeOn } from '../local-days';
import type { ChargedCard } from '../stripe-objects/card';

export interface ScheduledDate {
  at: number;
  /** When what ends on it began: a moment before that never was one to tell of it. */
  since: number;
  /**
   * What one notice is given of: the same as long as the date only moves. With the id of what it is about, as one workflow
   * has all subscriptions and invoices.
   */
  period: string;
}

/** A card, by its payment method, and the last month in which it is taken. */
export type Card = Pick<ChargedCard, 'id' | 'month'>;

interface Known {
  state: ObjectState;
  /** Undefined where it isn't charged to a card, or Stripe was not asked for it. */
  card: Card | undefined;
  /** Where the month of a card ends. */
  timeZone: string;
}

/** Undefined where there is nothing to tell: another status, no date, or one that is not going to be. */
export function dateOf(type: ScheduleType, { state, card, timeZone }: Known): ScheduledDate | undefined {
  const properties = propertiesOf(state);
  const time = (name: string) => timeOf(properties[name]);
  const isIt = (...statuses: string[]) => statuses.includes(state.status ?? '');
  const { kind } = state;
  const periodStart = time('period_start') ?? 0;
  const endsAt = time('cancel_at') ?? (properties.cancel_at_period_end === true ? time('period_end') : null);
  switch (type) {
    case 'schedule.trial_end': {
      if (kind !== 'subscription' || !isIt('trialing')) return undefined;
      const [start, first] = [time('trial_start'), time('started_at')];
      // A second trial of one subscription is another one; of the first, earlier releases kept no beginning.
      const name = start === null || start === first ? 'first' : String(start);
      return dated(time('trial_end'), start ?? first ?? 0, `trial ${state.id} ${name}`);
    }
    case 'schedule.renewal': {
      // While a payment is past due, the reminders of it speak; paused collection charges nobody.
      if (kind !== 'subscription' || !isIt('active') || properties.collection_paused === true) return undefined;
      const at = time('period_end');
      if (at === null || (endsAt !== null && endsAt <= at)) return undefined;
      return dated(at, periodStart, `renewal ${state.id} ${periodStart}`);
    }
    case 'schedule.cancellation': {
      if (kind !== 'subscription' || !isIt('active', 'trialing', 'past_due')) return undefined;
      const asked = time('canceled_at') ?? endsAt;
      return dated(endsAt, time('canceled_at') ?? 0, `cancellation ${state.id} ${asked}`);
    }
    case 'schedule.ended': {
      if (kind !== 'subscription' || !isIt('canceled')) return undefined;
      const at = time('ended_at') ?? time('canceled_at');
      return dated(at, 0, `ended ${state.id} ${at}`);
    }
    case 'schedule.invoice_due': {
      const isOwed = isIt('open') && properties.collection_method === 'send_invoice';
      if (kind !== 'invoice' || !isOwed || properties.amount_remaining === 0) return undefined;
      return dated(time('due_date'), 0, `due ${state.id}`);
    }
    case 'schedule.card_expiry': {
      if (!mayHaveCard(state) || !card) return undefined;
      const at = endOfMonth(card.month, timeZone);
      // What ends before is not charged to it any more.
      if (endsAt !== null && endsAt <= at) return undefined;
      return dated(at, 0, `card ${card.id} ${card.month}`);
    }
  }
}

/** Whether it is going to be charged to a card, if it has one. */
export const mayHaveCard = ({ kind, status, properties }: ObjectState): boolean =>
  kind === 'subscription' &&
  ['active', 'trialing', 'past_due'].includes(status ?? '') &&
  propertiesOf({ properties }).collection_method !== 'send_invoice';

const dated = (at: number | null, since: number, period: string): ScheduledDate | undefined =>
  at === null ? undefined : { at, since, period };

function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Its last millisecond. */
function endOfMonth(month: string, timeZone: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = new Date(Date.UTC(year, number)).toISOString().slice(0, 10);
  return (timeOn(next, timeZone) ?? 0) - 1;
}
