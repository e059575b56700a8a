/** The emails that Stripe sends to customers by itself where a merchant turned them on, and the workflows that say the same. */
import type { TriggerType } from './catalogue';
import type { Definition, Step } from './workflow';

export const STRIPE_SENDS = [
  'receipt',
  'refund',
  'failed_payment',
  'payment_confirmation_3ds',
  'renewal_reminder',
  'trial_ending',
  'expiring_card',
] as const;
export type StripeSend = (typeof STRIPE_SENDS)[number];

const SAME_AS: Partial<Record<TriggerType, StripeSend>> = {
  'invoice.paid': 'receipt',
  'checkout.session.completed': 'receipt',
  'checkout.session.async_payment_succeeded': 'receipt',
  'charge.refunded': 'refund',
  'invoice.payment_failed': 'failed_payment',
  'invoice.payment_action_required': 'payment_confirmation_3ds',
  'invoice.upcoming': 'renewal_reminder',
  'schedule.renewal': 'renewal_reminder',
  'customer.subscription.trial_will_end': 'trial_ending',
  'schedule.trial_end': 'trial_ending',
  'schedule.card_expiry': 'expiring_card',
};

/** Which of the emails that Stripe sends a workflow would say once more. */
export function findDouble(
  { trigger, steps }: Pick<Definition, 'trigger' | 'steps'>,
  stripeSends: readonly StripeSend[],
): StripeSend | undefined {
  const same = SAME_AS[trigger.event];
  return same && stripeSends.includes(same) && hasEmail(steps) ? same : undefined;
}

/** Apart from the schemas, which views don't bundle. */
const hasEmail = (steps: readonly Step[]): boolean =>
  steps.some((step) =>
    step.kind === 'branch'
      ? hasEmail(step.else) || step.paths.some((path) => hasEmail(path.steps))
      : step.kind === 'email',
  );
