/** Whether what a scheduled notice takes for granted still is so. Pure. */
import type { PropertyValue } from '../../shared/catalogue';
import type { ScheduleType } from '../../shared/schedules';
import {
  CANCELLATION_UNDONE,
  COLLECTION_PAUSED,
  NOTHING_LEFT,
  OTHER_CARD,
  OTHER_SUBSCRIPTION,
  SUBSCRIPTION_ENDS,
} from '../../shared/words/only-while';
import { propertiesOf, type ObjectState } from '../audience/object-states';

const RUNNING: readonly (string | null)[] = ['active', 'trialing', 'past_due'];

interface Known {
  state: ObjectState;
  others: readonly ObjectState[];
  /** The properties of the event that gave the notice; left out where they are not at hand. */
  event?: Record<string, PropertyValue>;
}

/** Why it is not so, in words; null: it is. `described` says what has become of the subject. */
export function causeAgainst(trigger: ScheduleType, { state, others, event }: Known, described: string): string | null {
  const { status } = state;
  const properties = propertiesOf(state);
  const { cancel_at, cancel_at_period_end, period_end } = properties;
  const isRunning = RUNNING.includes(status);
  switch (trigger) {
    case 'schedule.trial_end':
      return status === 'trialing' ? null : described;
    case 'schedule.renewal': {
      // While a payment is past due, the reminders of it speak; a trial has a notice of its own.
      if (status !== 'active') return described;
      if (properties.collection_paused === true) return COLLECTION_PAUSED;
      const endsBefore = cancel_at && period_end && Date.parse(textOf(cancel_at)) <= Date.parse(textOf(period_end));
      return cancel_at_period_end === true || endsBefore ? SUBSCRIPTION_ENDS : null;
    }
    case 'schedule.cancellation':
      if (!isRunning) return described;
      return cancel_at_period_end === true || cancel_at ? null : CANCELLATION_UNDONE;
    case 'schedule.ended':
      if (isRunning) return described;
      return others.some((other) => RUNNING.includes(other.status)) ? OTHER_SUBSCRIPTION : null;
    case 'schedule.invoice_due':
      if (status !== 'open') return described;
      return properties.amount_remaining === 0 ? NOTHING_LEFT : null;
    case 'schedule.card_expiry': {
      if (!isRunning) return described;
      const endsAt = textOf(cancel_at) || (cancel_at_period_end === true ? textOf(period_end) : '');
      if (event && endsAt && Date.parse(endsAt) <= Date.parse(textOf(event.date))) return SUBSCRIPTION_ENDS;
      // Not there: it could not be asked for.
      const isSame = !event || properties.card_month === undefined || properties.card_month === event.card_month;
      return isSame ? null : OTHER_CARD;
    }
  }
}

const textOf = (value: PropertyValue | undefined): string => (typeof value === 'string' ? value : '');
