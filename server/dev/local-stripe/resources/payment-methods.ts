import type Stripe from 'stripe';
import { previousAttributes } from '../changes';
import { nested, required, text, type Params } from '../form';
import { get, listPage, mustFind, post, type Route } from '../route';
import { noSuch } from '../stripe-error';
import type { CardBehaviour, Tenant } from '../tenant';
import { customerOf } from './customer';
import { declineOf } from './declines';

/** The address and name on test cards that carry none of their own. */
export const EXAMPLE_PAYER = { email: 'jenny.rosen@example.com', name: 'Jenny Rosen' };

/** Test account numbers whose debit fails. Source: https://docs.stripe.com/payments/sepa-debit/accept-a-payment */
const FAILING_IBANS = new Set(['AT861904300235473202', 'DE62370400440532013001', 'IT60X0542811101000000123456']);

export const paymentMethodRoutes: Route[] = [
  post('/v1/payment_methods', 'payment_method_write', ({ tenant, params }) => createPaymentMethod(tenant, params)),
  get('/v1/payment_methods', 'payment_method_read', (call) => listPage(call.tenant.paymentMethods, call)),
  get('/v1/payment_methods/:id', 'payment_method_read', ({ tenant, id }) =>
    mustFind(tenant.paymentMethods, 'PaymentMethod', id),
  ),
  post('/v1/payment_methods/:id/attach', 'payment_method_write', ({ tenant, id, params }) =>
    attachPaymentMethod(tenant, id, required(params, 'customer')),
  ),
];

/** The bank of a card tells that it was renewed: it now expires three years later. */
export function renewCard(tenant: Tenant, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const before = structuredClone(method);
  method.card!.exp_year += 3;
  tenant.emit('payment_method.automatically_updated', method, previousAttributes(before, method));
  return method;
}

export function createPaymentMethod(tenant: Tenant, params: Params): Stripe.PaymentMethod {
  const details = nested(params, 'billing_details');
  const given = { email: text(details, 'email') ?? null, name: text(details, 'name') ?? null };
  if (text(params, 'type') !== 'sepa_debit')
    return cardOf(tenant, text(nested(params, 'card'), 'token') ?? 'pm_card_visa', given);
  const iban = required(nested(params, 'sepa_debit'), 'iban');
  return store(tenant, FAILING_IBANS.has(iban) ? 'declines_later' : 'pays_later', {
    ...baseOf(tenant, given),
    type: 'sepa_debit',
    sepa_debit: {
      bank_code: iban.slice(4, 9),
      branch_code: null,
      country: iban.slice(0, 2),
      fingerprint: tenant.random.letters(16),
      generated_from: null,
      last4: iban.slice(-4),
    },
  });
}

/**
 * A payment method of the account, or a fresh one for a shared test name (`pm_card_visa`, `tok_visa`,
 * `pm_card_chargeCustomerFail`, `pm_card_createDispute`…). Source: https://docs.stripe.com/testing
 */
export function resolvePaymentMethod(tenant: Tenant, name: string): Stripe.PaymentMethod {
  if (/^(pm_card_|tok_)/.test(name)) return cardOf(tenant, name, { email: null, name: null });
  const found = tenant.paymentMethods.find(name);
  if (!found) throw noSuch('PaymentMethod', name, 'payment_method');
  return found;
}

export function attachPaymentMethod(tenant: Tenant, name: string, customer: string): Stripe.PaymentMethod {
  customerOf(tenant, customer);
  const paymentMethod = resolvePaymentMethod(tenant, name);
  if (paymentMethod.customer === customer) return paymentMethod;
  paymentMethod.customer = customer;
  tenant.paymentMethods.put(paymentMethod);
  tenant.emit('payment_method.attached', paymentMethod);
  return paymentMethod;
}

function cardOf(tenant: Tenant, name: string, payer: { email: string | null; name: string | null }) {
  const decline = declineOf(name);
  const card = store(tenant, behaviourOf(name), {
    ...baseOf(tenant, payer),
    type: 'card',
    card: {
      brand: 'visa',
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: 'visa',
      exp_month: 12,
      exp_year: new Date(tenant.now() * 1000).getUTCFullYear() + 3,
      fingerprint: tenant.random.letters(16),
      funding: 'credit',
      generated_from: null,
      last4: '4242',
      networks: { available: ['visa'], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  });
  if (decline) tenant.declines.set(card.id, decline);
  return card;
}

function behaviourOf(name: string): CardBehaviour {
  if (/createDisputeInquiry/.test(name)) return 'inquiry';
  if (/createDispute/.test(name)) return 'dispute';
  return declineOf(name) ? 'declines' : 'pays';
}

const baseOf = (tenant: Tenant, payer: { email: string | null; name: string | null }) => ({
  id: tenant.newId('pm'),
  object: 'payment_method' as const,
  allow_redisplay: 'unspecified' as const,
  billing_details: { address: null, email: payer.email, name: payer.name, phone: null, tax_id: null },
  created: tenant.now(),
  customer: null,
  customer_account: null,
  livemode: tenant.livemode,
  metadata: {},
});

function store(tenant: Tenant, behaviour: CardBehaviour, paymentMethod: Stripe.PaymentMethod): Stripe.PaymentMethod {
  tenant.cardBehaviours.set(paymentMethod.id, behaviour);
  return tenant.paymentMethods.put(paymentMethod);
}
