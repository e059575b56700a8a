/** How each turn in a subscription's life comes about: what has to be there, and the change that Stripe tells of. */
import type Stripe from 'stripe';
import type { EventType } from '../../../shared/catalogue';
import type { LifecycleType } from '../../../shared/lifecycle';
import { idOf } from './collection';
import { failPayment, latestInvoice, setCard, subscribe, subscriptionIn, subscriptionsOf, type Scene } from './recipes';
import { payInvoice } from './resources/invoice-payment';
import { cancelSubscription, pauseSubscription, updateSubscription } from './resources/subscriptions';

interface LifecycleRecipe {
  /** The Stripe event that tells of it. */
  type: EventType;
  /** Silently; left out where it begins with the change itself. */
  prepare?(scene: Scene): Stripe.Subscription;
  change(scene: Scene, subscription: Stripe.Subscription | undefined): Stripe.Subscription;
}

const UPDATED = 'customer.subscription.updated';

const update = (
  prepare: (scene: Scene) => Stripe.Subscription,
  act: (scene: Scene, subscription: Stripe.Subscription) => unknown,
): LifecycleRecipe => ({
  type: UPDATED,
  prepare,
  change(scene, subscription) {
    act(scene, subscription!);
    return subscription!;
  },
});

const inStatus = (scene: Scene, status: string) => subscriptionsOf(scene).find((one) => one.status === status);
const trial = (scene: Scene) => inStatus(scene, 'trialing') ?? subscribe(scene, { trial_period_days: '14' });
const paid = (scene: Scene) => inStatus(scene, 'active') ?? subscribe(scene);

function overdue(scene: Scene): Stripe.Subscription {
  const known = inStatus(scene, 'past_due');
  if (known) return known;
  const subscription = paid(scene);
  failPayment(scene.tenant, subscription);
  return subscription;
}

function setToEnd(scene: Scene, subscription: Stripe.Subscription, ends: boolean): Stripe.Subscription {
  if (subscription.cancel_at_period_end === ends) return subscription;
  return updateSubscription(scene.tenant, subscription, { cancel_at_period_end: String(ends) });
}

function setSeats({ tenant }: Scene, subscription: Stripe.Subscription, seats: number): Stripe.Subscription {
  const [item] = subscription.items.data;
  return updateSubscription(tenant, subscription, { items: [{ id: item!.id, quantity: String(seats) }] });
}

const seatsOf = (subscription: Stripe.Subscription) => subscription.items.data[0]!.quantity ?? 1;

export const LIFECYCLE_RECIPES: Record<LifecycleType, LifecycleRecipe> = {
  'lifecycle.trial_started': {
    type: 'customer.subscription.created',
    change: (scene) => subscribe(scene, { trial_period_days: '14' }),
  },
  'lifecycle.trial_converted': update(trial, ({ tenant }, one) =>
    updateSubscription(tenant, one, { trial_end: 'now' }),
  ),
  'lifecycle.trial_expired': update(trial, ({ tenant }, one) =>
    pauseSubscription(tenant, one, 'trial_end_without_payment_method'),
  ),
  'lifecycle.past_due': update(paid, ({ tenant }, one) => failPayment(tenant, one)),
  'lifecycle.recovered': update(overdue, ({ tenant }, one) => {
    setCard(tenant, tenant.customers.find(idOf(one.customer))!, 'pm_card_visa');
    payInvoice(tenant, latestInvoice(tenant, one));
  }),
  'lifecycle.upgraded': update(paid, (scene, one) => setSeats(scene, one, seatsOf(one) + 1)),
  'lifecycle.downgraded': update(
    (scene) => {
      const one = paid(scene);
      return seatsOf(one) > 1 ? one : setSeats(scene, one, 2);
    },
    (scene, one) => setSeats(scene, one, seatsOf(one) - 1),
  ),
  'lifecycle.cancel_scheduled': update(
    (scene) => setToEnd(scene, subscriptionIn(scene), false),
    (scene, one) => setToEnd(scene, one, true),
  ),
  'lifecycle.cancel_undone': update(
    (scene) => setToEnd(scene, subscriptionIn(scene), true),
    (scene, one) => setToEnd(scene, one, false),
  ),
  'lifecycle.reactivated': { type: 'customer.subscription.created', change: (scene) => subscribe(scene) },
  'lifecycle.churned': {
    type: 'customer.subscription.deleted',
    prepare: subscriptionIn,
    change: ({ tenant }, one) => cancelSubscription(tenant, one!, {}),
  },
};
