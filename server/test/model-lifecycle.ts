/** What became of the subscriptions of the model's Stripe, read from their whole history instead of from events. */
import { RUNNING, type createModelStripe, type ModelSubscription } from './model-stripe';

type Stripe = ReturnType<typeof createModelStripe>;

/** "upgraded of sub_7", one for each time, in no order. */
export const lifecycleOf = (stripe: Stripe): string[] =>
  stripe
    .of('subscription')
    .flatMap((one) =>
      [...turnsOf(stripe, one.id), ...(isReturn(stripe, one) ? ['reactivated'] : [])].map(
        (turn) => `${turn} of ${one.id}`,
      ),
    );

function turnsOf(stripe: Stripe, id: string): string[] {
  const states = stripe.versionsOf<ModelSubscription>(id).map(({ state }) => state);
  const isPaid = ({ status }: ModelSubscription) => status === 'active' || status === 'past_due';
  return states.flatMap((after, n) => {
    const before = states[n - 1];
    if (!before) return after.status === 'trialing' ? ['trial_started'] : [];
    const turns: string[] = [];
    if (before.seats !== after.seats && isPaid(before) && isPaid(after))
      turns.push(before.seats < after.seats ? 'upgraded' : 'downgraded');
    if (before.ends !== after.ends) turns.push(after.ends ? 'cancel_scheduled' : 'cancel_undone');
    const turn = TURNS[`${before.status} ${after.status}`];
    return turn ? [...turns, turn] : turns;
  });
}

const TURNS: Record<string, string> = {
  'trialing active': 'trial_converted',
  'trialing paused': 'trial_expired',
  'trialing canceled': 'trial_expired',
  'active past_due': 'past_due',
  'past_due active': 'recovered',
  'active canceled': 'churned',
  'past_due canceled': 'churned',
};

/** Whether all that the customer had before was over when it began. */
function isReturn(stripe: Stripe, one: ModelSubscription): boolean {
  const hasBegun = ({ id }: ModelSubscription) =>
    stripe.versionsOf<ModelSubscription>(id).some(({ state }) => RUNNING.includes(state.status));
  const before = stripe
    .of('subscription')
    .filter((other) => other.customer === one.customer && other.startedAt < one.startedAt && hasBegun(other));
  return hasBegun(one) && before.length > 0 && before.every(({ endedAt }) => (endedAt ?? Infinity) <= one.startedAt);
}
