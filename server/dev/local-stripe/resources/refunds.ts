import type Stripe from 'stripe';
import { idOf } from '../collection';
import { integer, mergeMetadata, text, type Params } from '../form';
import { get, listPage, mustFind, post, type Route } from '../route';
import { invalidParam, missingParam } from '../stripe-error';
import type { Tenant } from '../tenant';

export const refundRoutes: Route[] = [
  post('/v1/refunds', 'charge_write', ({ tenant, params }) => createRefund(tenant, params)),
  get('/v1/refunds', 'charge_read', (call) => listPage(call.tenant.refunds, call)),
  get('/v1/refunds/:id', 'charge_read', ({ tenant, id }) => mustFind(tenant.refunds, 'refund', id)),
];

/** All that is left of the charge, or `amount` of it. @throws StripeApiError 400 when there isn't that much left */
export function createRefund(tenant: Tenant, params: Params): Stripe.Refund {
  const charge = mustFind(tenant.charges, 'charge', chargeIn(tenant, params), 'charge');
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = integer(params, 'amount') ?? left;
  if (left <= 0)
    throw invalidParam('charge', `Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  if (amount <= 0 || amount > left)
    throw invalidParam('amount', `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`);
  const refund: Stripe.Refund = {
    id: tenant.newId('re'),
    object: 'refund',
    amount,
    balance_transaction: tenant.newId('txn'),
    charge: charge.id,
    created: tenant.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    metadata: mergeMetadata({}, params),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: text(params, 'reason') ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  const before = charge.amount_refunded;
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  tenant.refunds.put(refund);
  tenant.emit('charge.refunded', charge, {
    amount_refunded: before,
    ...(charge.refunded && { refunded: false }),
  });
  return refund;
}

function chargeIn(tenant: Tenant, params: Params): string {
  const charge = text(params, 'charge');
  if (charge) return charge;
  const intent = text(params, 'payment_intent');
  if (!intent) throw missingParam('payment_intent');
  const { latest_charge } = mustFind(tenant.paymentIntents, 'payment_intent', intent, 'payment_intent');
  return latest_charge ? idOf(latest_charge) : '';
}
