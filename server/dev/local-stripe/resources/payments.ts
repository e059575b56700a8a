/** Charges and the payment intents around them. */
import type Stripe from 'stripe';
import { flag, mergeMetadata, required, requiredInteger, text, textList, type Params } from '../form';
import { get, listPage, mustFind, post, type Route } from '../route';
import { cardDeclined } from '../stripe-error';
import type { Tenant } from '../tenant';
import { customerOf } from './customer';
import { declineOf, type Decline } from './declines';
import { openDispute } from './disputes';
import { EXAMPLE_PAYER, resolvePaymentMethod } from './payment-methods';

export const paymentRoutes: Route[] = [
  get('/v1/charges', 'charge_read', (call) => listPage(call.tenant.charges, call)),
  get('/v1/charges/:id', 'charge_read', ({ tenant, id }) => mustFind(tenant.charges, 'charge', id)),
  post('/v1/payment_intents', 'payment_intent_write', ({ tenant, params }) => createPaymentIntent(tenant, params)),
  get('/v1/payment_intents', 'payment_intent_read', (call) => listPage(call.tenant.paymentIntents, call)),
  get('/v1/payment_intents/:id', 'payment_intent_read', ({ tenant, id }) =>
    mustFind(tenant.paymentIntents, 'payment_intent', id),
  ),
  post('/v1/payment_intents/:id/confirm', 'payment_intent_write', ({ tenant, id, params }) =>
    confirmPaymentIntent(
      tenant,
      mustFind(tenant.paymentIntents, 'payment_intent', id),
      required(params, 'payment_method'),
    ),
  ),
];

/** @throws StripeApiError 402 when it is confirmed at once and the card declines */
export function createPaymentIntent(tenant: Tenant, params: Params): Stripe.PaymentIntent {
  const customer = text(params, 'customer');
  if (customer) customerOf(tenant, customer);
  const types = textList(params, 'payment_method_types');
  const intent = newPaymentIntent(tenant, {
    amount: requiredInteger(params, 'amount'),
    currency: required(params, 'currency'),
    customer: customer ?? null,
    description: text(params, 'description') ?? null,
    receipt_email: text(params, 'receipt_email') ?? null,
    metadata: mergeMetadata({}, params),
    payment_method_types: types.length > 0 ? types : ['card'],
  });
  tenant.emit('payment_intent.created', intent);
  if (flag(params, 'confirm')) return confirmPaymentIntent(tenant, intent, required(params, 'payment_method'));
  return intent;
}

type NewPaymentIntent = Pick<Stripe.PaymentIntent, 'amount' | 'currency' | 'customer'> & Partial<Stripe.PaymentIntent>;

/** An intent that waits for its payment method. */
export function newPaymentIntent(tenant: Tenant, given: NewPaymentIntent): Stripe.PaymentIntent {
  const id = tenant.newId('pi');
  return tenant.paymentIntents.put({
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${tenant.random.letters(24)}`,
    confirmation_method: 'automatic',
    created: tenant.now(),
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: tenant.livemode,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_group: null,
    ...given,
  });
}

/** Charges the payment method, or says that the customer must confirm it. @throws StripeApiError 402 when it declines */
export function confirmPaymentIntent(tenant: Tenant, intent: Stripe.PaymentIntent, method: string) {
  const paymentMethod = resolvePaymentMethod(tenant, method);
  const behaviour = tenant.cardBehaviours.get(paymentMethod.id);
  const isDeclined = behaviour === 'declines' || behaviour === 'declines_later';
  const decline = isDeclined ? (tenant.declines.get(paymentMethod.id) ?? declineOf('declined')!) : null;
  const charge = newCharge(tenant, intent, paymentMethod, decline);
  intent.latest_charge = charge.id;
  if (decline) {
    const error = cardDeclined(charge.id, decline);
    const isAuthentication = decline.code === 'authentication_required';
    intent.status = isAuthentication ? 'requires_action' : 'requires_payment_method';
    intent.next_action = isAuthentication ? { type: 'use_stripe_sdk', use_stripe_sdk: {} } : null;
    intent.last_payment_error = {
      ...(error.body as Stripe.PaymentIntent.LastPaymentError),
      payment_method: structuredClone(paymentMethod),
    };
    tenant.emit('charge.failed', charge);
    tenant.emit('payment_intent.payment_failed', intent);
    throw error;
  }
  Object.assign(intent, {
    status: 'succeeded',
    amount_received: intent.amount,
    payment_method: paymentMethod.id,
    last_payment_error: null,
    next_action: null,
  });
  tenant.emit('charge.succeeded', charge);
  tenant.emit('payment_intent.succeeded', intent);
  if (behaviour === 'dispute') openDispute(tenant, charge, 'fraudulent', 'needs_response');
  if (behaviour === 'inquiry') openDispute(tenant, charge, 'general', 'warning_needs_response');
  return intent;
}

function newCharge(
  tenant: Tenant,
  intent: Stripe.PaymentIntent,
  paymentMethod: Stripe.PaymentMethod,
  decline: Decline | null,
): Stripe.Charge {
  const isDeclined = decline !== null;
  const id = tenant.newId('ch');
  return tenant.charges.put({
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: isDeclined ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: isDeclined ? null : tenant.newId('txn'),
    billing_details: { ...paymentMethod.billing_details, ...payerOf(intent, paymentMethod), tax_id: null },
    calculated_statement_descriptor: tenant.account.name.slice(0, 22).toUpperCase(),
    captured: !isDeclined,
    created: tenant.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: tenant.livemode,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: decline?.advice_code ?? null,
      network_advice_code: null,
      network_decline_code: isDeclined ? '02' : null,
      network_status: isDeclined ? 'declined_by_network' : 'approved_by_network',
      reason: decline?.decline_code ?? null,
      risk_level: 'normal',
      risk_score: 17,
      seller_message: isDeclined
        ? 'The bank did not return any further details with this decline.'
        : 'Payment complete.',
      type: isDeclined ? 'issuer_declined' : 'authorized',
    },
    paid: !isDeclined,
    payment_intent: intent.id,
    payment_method: paymentMethod.id,
    payment_method_details: {
      type: paymentMethod.type,
      [paymentMethod.type]: { ...(paymentMethod.card ?? paymentMethod.sepa_debit) },
    },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: isDeclined ? null : `https://pay.stripe.com/receipts/payment/${tenant.random.letters(40)}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: isDeclined ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  });
}

/** A shared test card has no payer; it gets the receipt's address, else an example one, so that a dispute has somebody. */
function payerOf(intent: Stripe.PaymentIntent, paymentMethod: Stripe.PaymentMethod) {
  const { email, name } = paymentMethod.billing_details;
  if (email || name || intent.customer) return { email, name };
  return { email: intent.receipt_email ?? EXAMPLE_PAYER.email, name: EXAMPLE_PAYER.name };
}
