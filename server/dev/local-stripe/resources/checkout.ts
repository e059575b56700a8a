/** Checkout sessions, and the payment pages on which customers complete them. */
import type Stripe from 'stripe';
import { idOf } from '../collection';
import { flag, integer, mergeMetadata, nested, required, text, textList, type Params } from '../form';
import { embeddedList, get, listPage, mustFind, post, type Route } from '../route';
import { wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';
import { customerOf } from './customer';
import { createCustomer } from './customers';
import { asSubscriptionItems, lineItemsOf, sumOf } from './line-items';
import { newCheckoutSession } from './new-checkout-session';
import { attachPaymentMethod, EXAMPLE_PAYER, resolvePaymentMethod } from './payment-methods';
import { confirmPaymentIntent, newPaymentIntent } from './payments';
import { createSubscription } from './subscriptions';

const RECOVERY_SECONDS = 30 * 86_400;

export const checkoutRoutes: Route[] = [
  post('/v1/checkout/sessions', 'checkout_session_write', ({ tenant, params }) =>
    createCheckoutSession(tenant, params),
  ),
  get('/v1/checkout/sessions', 'checkout_session_read', (call) => {
    const status = text(call.params, 'status');
    const email = text(nested(call.params, 'customer_details'), 'email');
    return listPage(
      call.tenant.checkoutSessions,
      call,
      (session) =>
        (status === undefined || session.status === status) &&
        (email === undefined || session.customer_details?.email === email),
    );
  }),
  get('/v1/checkout/sessions/:id', 'checkout_session_read', ({ tenant, id }) => find(tenant, id)),
  get('/v1/checkout/sessions/:id/line_items', 'checkout_session_read', ({ tenant, id, path }) =>
    embeddedList(tenant.checkoutLines.get(find(tenant, id).id) ?? [], path),
  ),
  post('/v1/checkout/sessions/:id/expire', 'checkout_session_write', ({ tenant, id }) =>
    expireCheckoutSession(tenant, find(tenant, id)),
  ),
  get('/v1/payment_pages/:id', 'checkout_session_read', ({ tenant, id }) => paymentPage(find(tenant, id))),
  post('/v1/payment_pages/:id/confirm', 'checkout_session_write', ({ tenant, id, params }) =>
    paymentPage(completeCheckout(tenant, find(tenant, id), required(params, 'payment_method'))),
  ),
];

const find = (tenant: Tenant, id: string) => mustFind(tenant.checkoutSessions, 'checkout.session', id);

const paymentPage = (session: Stripe.Checkout.Session) => ({
  id: session.id.replace(/^cs_/, 'ppage_'),
  object: 'payment_page',
  livemode: session.livemode,
  session_id: session.id,
  status: session.status,
  total_summary: { due: session.amount_total, subtotal: session.amount_subtotal, total: session.amount_total },
});

export function createCheckoutSession(tenant: Tenant, params: Params): Stripe.Checkout.Session {
  const mode = (text(params, 'mode') ?? 'payment') as 'payment' | 'subscription';
  const customer = text(params, 'customer');
  if (customer) customerOf(tenant, customer);
  const lines = lineItemsOf(tenant, params);
  const types = textList(params, 'payment_method_types');
  const recovery = nested(nested(params, 'after_expiration'), 'recovery');
  const session = newCheckoutSession(tenant, {
    after_expiration: flag(recovery, 'enabled')
      ? {
          recovery: {
            allow_promotion_codes: flag(recovery, 'allow_promotion_codes') ?? false,
            enabled: true,
            expires_at: null,
            url: null,
          },
        }
      : null,
    amount_subtotal: sumOf(lines),
    amount_total: sumOf(lines),
    cancel_url: text(params, 'cancel_url') ?? null,
    client_reference_id: text(params, 'client_reference_id') ?? null,
    currency: lines[0]!.currency,
    customer: customer ?? null,
    customer_creation: mode === 'payment' && text(params, 'customer_creation') !== 'always' ? 'if_required' : 'always',
    customer_email: text(params, 'customer_email') ?? null,
    metadata: mergeMetadata({}, params),
    mode,
    payment_method_types: types.length > 0 ? types : ['card'],
    success_url: text(params, 'success_url') ?? null,
    ...(integer(params, 'expires_at') && { expires_at: integer(params, 'expires_at') }),
  });
  tenant.checkoutSessions.put(session);
  tenant.checkoutLines.set(session.id, lines);
  return session;
}

/** The customer pays: with a card at once; with a debit the session is complete and the money comes, or doesn't, later. */
export function completeCheckout(tenant: Tenant, session: Stripe.Checkout.Session, method: string) {
  if (session.status !== 'open') throw wrongState('This Checkout Session is no longer open.');
  const paymentMethod = resolvePaymentMethod(tenant, method);
  const behaviour = tenant.cardBehaviours.get(paymentMethod.id);
  const isLater = behaviour === 'pays_later' || behaviour === 'declines_later';
  const customer = payer(tenant, session, paymentMethod);

  if (session.mode === 'subscription') subscribe(tenant, session, idOf(customer!));
  else takePayment(tenant, session, paymentMethod, isLater);
  session.status = 'complete';
  session.url = null;
  session.payment_status = isLater ? 'unpaid' : 'paid';
  tenant.emit('checkout.session.completed', session);

  if (behaviour === 'pays_later') {
    session.payment_status = 'paid';
    tenant.emit('checkout.session.async_payment_succeeded', session);
  }
  if (behaviour === 'declines_later') tenant.emit('checkout.session.async_payment_failed', session);
  return session;
}

/** What somebody typed. */
export const detailsOf = (email: string | null, name: string | null): Stripe.Checkout.Session.CustomerDetails => ({
  address: null,
  business_name: null,
  email,
  individual_name: null,
  name,
  phone: null,
  tax_exempt: 'none',
  tax_ids: [],
});

/** Nobody pays, though somebody had typed an address: an example one unless it is known. Where recovery was asked for, the session gets its link for 30 days. */
export function expireCheckoutSession(tenant: Tenant, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  if (session.status !== 'open') throw wrongState('Only Checkout Sessions with a status in ["open"] can be expired.');
  session.status = 'expired';
  session.url = null;
  const known = typeof session.customer === 'string' ? tenant.customers.find(session.customer) : undefined;
  session.customer_details ??= detailsOf(
    known?.email ?? session.customer_email ?? EXAMPLE_PAYER.email,
    known?.name ?? EXAMPLE_PAYER.name,
  );
  const recovery = session.after_expiration?.recovery;
  if (recovery) {
    recovery.url = `https://buy.stripe.com/r/${tenant.livemode ? 'live' : 'test'}_${tenant.random.letters(40)}`;
    recovery.expires_at = tenant.now() + RECOVERY_SECONDS;
  }
  tenant.emit('checkout.session.expired', session);
  return session;
}

/** Who pays, as the session then says; guests stay without a customer unless the session makes one. */
function payer(tenant: Tenant, session: Stripe.Checkout.Session, { id, billing_details }: Stripe.PaymentMethod) {
  const known = typeof session.customer === 'string' ? tenant.customers.find(session.customer) : undefined;
  const email = known?.email ?? session.customer_email ?? billing_details.email ?? EXAMPLE_PAYER.email;
  const name = billing_details.name ?? known?.name ?? EXAMPLE_PAYER.name;
  session.customer_details = {
    ...detailsOf(email, name),
    address: billing_details.address,
    phone: billing_details.phone,
  };
  if (!known && session.customer_creation === 'always') session.customer = createCustomer(tenant, { email, name }).id;
  if (typeof session.customer === 'string') attachPaymentMethod(tenant, id, session.customer);
  return session.customer;
}

function takePayment(
  tenant: Tenant,
  session: Stripe.Checkout.Session,
  paymentMethod: Stripe.PaymentMethod,
  isLater: boolean,
): void {
  const intent = newPaymentIntent(tenant, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? tenant.account.default_currency,
    customer: session.customer,
    payment_method_types: session.payment_method_types,
  });
  session.payment_intent = intent.id;
  if (isLater) intent.status = 'processing';
  else confirmPaymentIntent(tenant, intent, paymentMethod.id);
}

function subscribe(tenant: Tenant, session: Stripe.Checkout.Session, customer: string): void {
  const items = asSubscriptionItems(tenant.checkoutLines.get(session.id) ?? []);
  const subscription = createSubscription(tenant, { customer, items });
  session.subscription = subscription.id;
  session.invoice = subscription.latest_invoice;
}
