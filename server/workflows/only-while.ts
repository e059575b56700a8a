/** Whether what a workflow's emails take for granted of their subject still is so. Pure. */
import type { ObjectKind, SubjectKind } from '../../shared/api';
import type { EventType, PropertyValue, TriggerType } from '../../shared/catalogue';
import { isScheduleType } from '../../shared/schedules';
import type { Definition } from '../../shared/workflow';
import {
  CANCELLATION_UNDONE,
  describeState,
  HAS_PAID,
  NOTHING_LEFT,
  ONLY_WHILE,
  OTHER_SUBSCRIPTION,
  SUBSCRIPTION_ENDS,
} from '../../shared/words/only-while';
import { ASKING_FOR_PAYMENT } from '../audience/failed-invoices';
import { PAID_SINCE, propertiesOf, type ObjectState } from '../audience/object-states';
import { kindOf } from '../stripe-objects/read-object';
import type { ReadObject } from '../stripe-objects/types';
import { causeAgainst } from './judge-scheduled';

/** `cause`, in words, for what is not so. */
export type Judgement = { kind: 'true' } | { kind: 'not_yet'; cause: string } | { kind: 'over'; cause: string };

/** What has not come about by then will not. */
export const NOT_YET_MS = 7 * 24 * 60 * 60_000;

/** How dates are written in a cause. */
export type WriteDate = (ms: number) => string;

/** What is known of the subject. */
export interface SubjectFacts {
  state: ObjectState;
  /** The other subscriptions of the contact's customers. */
  others: readonly ObjectState[];
  /** The properties of the run's event; left out where they are not at hand. */
  event?: Record<string, PropertyValue>;
}

/** Whether the workflow is to be judged at all. */
export const isConditional = ({ only_while, trigger }: Pick<Definition, 'only_while' | 'trigger'>): boolean =>
  only_while !== false && trigger.event in ONLY_WHILE;

/** What a run started by such an event is about. */
export function subjectOf(type: string, object: ReadObject): { kind: SubjectKind; id: string } | null {
  const named = (kind: SubjectKind, id: string | null) => (id === null ? null : { kind, id });
  if (type === 'invoice.upcoming') return named('subscription', object.subscriptionId);
  if (object.state) return { kind: object.state.kind, id: object.state.id };
  if (type.startsWith('charge.dispute.')) return named('dispute', object.objectId);
  return named('invoice', object.invoiceId) ?? named('customer', object.customerId);
}

/** Whether its emails ask for the payment of an open invoice. */
export const asksForPayment = (trigger: TriggerType): boolean => ASKING_FOR_PAYMENT.includes(trigger);

/** Whether what its emails take for granted is about more than their subject, whose own events don't tell it. */
export const isAboutOthers = (trigger: TriggerType): boolean =>
  ['customer.subscription.deleted', 'checkout.session.expired', 'lifecycle.churned', 'schedule.ended'].includes(
    trigger,
  );

const PAYMENTS: readonly EventType[] = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'invoice.paid',
];

/** The events that end such a workflow by what it takes for granted, as exit events of the contact do. */
export const untrueAfter = (definition: Pick<Definition, 'only_while' | 'trigger'>): readonly EventType[] =>
  definition.trigger.event === 'checkout.session.expired' && isConditional(definition) ? PAYMENTS : [];

/** A checkout counts as paid once it is complete; an invoice of nothing says nothing. */
export const isPayment = (type: string, { amount }: Record<string, PropertyValue>): boolean =>
  (PAYMENTS as readonly string[]).includes(type) && (type !== 'invoice.paid' || amount !== 0);

/** When a checkout was opened, in epoch seconds; infinity where that isn't said. */
export function openedAt({ opened_at }: Record<string, PropertyValue>): number {
  const ms = typeof opened_at === 'string' ? Date.parse(opened_at) : Number.NaN;
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms / 1000;
}

/**
 * From when on a payment makes an expired checkout untrue, in epoch seconds: a completed checkout since this one was
 * opened, for many open two and pay one; any other payment since it expired.
 */
export const paidSince = (payment: string, { created, openedAt }: { created: number; openedAt: number }): number =>
  payment === 'invoice.paid' ? created : Math.min(created, openedAt);

/** The kind of object whose state such a run is judged by; undefined where none is kept. */
export const judgedKind = (trigger: TriggerType): ObjectKind | undefined =>
  trigger === 'invoice.upcoming' ? 'subscription' : kindOf(trigger);

const TRUE: Judgement = { kind: 'true' };
const RUNNING: readonly (string | null)[] = ['active', 'trialing', 'past_due'];

/** Only for triggers that have a condition. */
export function judge(trigger: TriggerType, facts: SubjectFacts, writeDate: WriteDate): Judgement {
  const { state, others } = facts;
  const { kind, status } = state;
  // A state that says nothing denies nothing.
  if (status === null) return TRUE;
  // Only written where it is said: writing a date takes longer than all else here.
  const cause = () => describeState(kind, status, writeDate(state.known_at));
  const over = (): Judgement => ({ kind: 'over', cause: cause() });
  const notYet = (): Judgement => ({ kind: 'not_yet', cause: cause() });
  if (isScheduleType(trigger)) {
    const against = causeAgainst(trigger, facts, cause());
    return against === null ? TRUE : { kind: 'over', cause: against };
  }
  const isIt = (...statuses: string[]) => statuses.includes(status ?? '');
  switch (trigger) {
    case 'invoice.payment_failed':
    case 'invoice.payment_action_required':
    case 'invoice.overdue': {
      if (!isIt('open')) return over();
      const { amount_remaining } = propertiesOf(state);
      return amount_remaining === 0 ? { kind: 'over', cause: NOTHING_LEFT } : TRUE;
    }
    case 'invoice.upcoming': {
      const { cancel_at_period_end, cancel_at } = propertiesOf(state);
      if (!RUNNING.includes(status)) return over();
      return cancel_at_period_end === true || cancel_at ? { kind: 'over', cause: SUBSCRIPTION_ENDS } : TRUE;
    }
    case 'customer.subscription.created':
      if (isIt('active', 'trialing')) return TRUE;
      return isIt('incomplete') ? notYet() : over();
    case 'lifecycle.reactivated':
      return isIt('active', 'trialing') ? TRUE : over();
    case 'lifecycle.past_due':
      return isIt('past_due', 'unpaid') ? TRUE : over();
    case 'lifecycle.cancel_scheduled': {
      const { cancel_at_period_end, cancel_at } = propertiesOf(state);
      if (isIt('canceled', 'incomplete_expired', 'gone')) return over();
      return cancel_at_period_end === true || cancel_at ? TRUE : { kind: 'over', cause: CANCELLATION_UNDONE };
    }
    case 'lifecycle.trial_started':
    case 'customer.subscription.trial_will_end':
      return isIt('trialing') ? TRUE : over();
    case 'customer.subscription.paused':
      return isIt('paused') ? TRUE : over();
    case 'lifecycle.churned':
    case 'customer.subscription.deleted':
      return others.some((other) => RUNNING.includes(other.status))
        ? { kind: 'over', cause: OTHER_SUBSCRIPTION }
        : TRUE;
    case 'quote.finalized':
      return isIt('open') ? TRUE : isIt('draft') ? notYet() : over();
    case 'checkout.session.expired':
      // It asks about the contact: a session that Stripe no longer has denies nothing.
      if (!isIt('expired', 'gone')) return over();
      return propertiesOf(state)[PAID_SINCE] === true ? { kind: 'over', cause: HAS_PAID } : TRUE;
    default:
      return TRUE;
  }
}
