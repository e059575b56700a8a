/**
 * What was paid and refunded, as rows, and what comes of them for a contact. Whatever the order in which payments and
 * refunds are told, and however often, the rows end the same. Pure.
 */
import { minorDigits } from '../../shared/money';
import type { Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import type { PaymentFacts, RefundFacts } from '../stripe-objects/types';
import { parseEmail } from './address';

export type Payment = Row<'payment'>;

export type PaidColumns = Pick<
  Row<'contact'>,
  'ltv' | 'ltv_currency' | 'ltv_others' | 'payments' | 'first_payment_at' | 'last_payment_at'
>;

export const NOTHING_PAID: PaidColumns = {
  ltv: null,
  ltv_currency: null,
  ltv_others: null,
  payments: 0,
  first_payment_at: null,
  last_payment_at: null,
};

/** The key of the payment that was refunded. `invoiceId`: what Stripe said of a charge that doesn't name it. */
export const refundedPayment = (facts: RefundFacts, invoiceId?: string | null): string =>
  facts.invoiceId ?? invoiceId ?? facts.paymentIntentId ?? facts.chargeId;

/** The row with this payment. `paidAt`, unless it says so itself, in epoch milliseconds. */
export function withPayment(before: Payment | undefined, tenant: Tenant, facts: PaymentFacts, paidAt: number): Payment {
  const at = facts.paidAt === null ? paidAt : facts.paidAt * 1000;
  return counted({
    id: facts.id,
    ...ownerOf(facts),
    currency: facts.currency,
    amount_paid: Math.max(facts.amount, before?.amount_paid ?? 0),
    amount_refunded: 0,
    refunds: before?.refunds ?? '{}',
    paid_at: Math.min(at, before?.paid_at ?? at),
    ...tenantColumns(tenant),
  });
}

/** By charge: the sum of its refunds, and when that was told, in epoch seconds. */
type Refunds = Record<string, [amount: number, created: number]>;

/** The row with what was refunded; `created`, when that was so, in epoch seconds. A refund that failed lowers the sum again. */
export function withRefund(
  before: Payment | undefined,
  tenant: Tenant,
  id: string,
  facts: RefundFacts,
  created: number,
): Payment {
  const refunds = JSON.parse(before?.refunds ?? '{}') as Refunds;
  const known = Object.hasOwn(refunds, facts.chargeId) ? refunds[facts.chargeId] : undefined;
  const isNews = !known || created > known[1] || (created === known[1] && facts.amount > known[0]);
  const all = Object.entries({ ...refunds, ...(isNews ? { [facts.chargeId]: [facts.amount, created] } : {}) });
  const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  const owner = before ? { customer_id: before.customer_id, email: before.email } : ownerOf(facts);
  return counted({
    id,
    ...owner,
    currency: before?.currency ?? facts.currency,
    amount_paid: before?.amount_paid ?? null,
    amount_refunded: 0,
    refunds: JSON.stringify(sorted),
    paid_at: before?.paid_at ?? null,
    ...tenantColumns(tenant),
  });
}

/** Nothing more than was paid counts as refunded. */
function counted(payment: Payment): Payment {
  const refunds = Object.values(JSON.parse(payment.refunds) as Refunds);
  const refunded = refunds.reduce((sum, [amount]) => sum + amount, 0);
  return { ...payment, amount_refunded: Math.min(refunded, payment.amount_paid ?? refunded) };
}

function ownerOf({ customerId, email }: { customerId: string | null; email: string | null }) {
  const address = parseEmail(email);
  return { customer_id: customerId, email: customerId === null && address.kind === 'valid' ? address.email : null };
}

/** Payments of one customer, or one guest, in one currency. */
export interface PaidSum {
  currency: string;
  /** Minor units, less what was refunded. */
  net: number;
  payments: number;
  /** Epoch milliseconds. */
  first_at: number;
  last_at: number;
}

/**
 * What a contact has paid: in the currency of most of it, the others beside it. There are no exchange rates here: sums of
 * several currencies are compared in their whole units, as they are written.
 */
export function derivePaid(sums: readonly PaidSum[]): PaidColumns {
  if (sums.length === 0) return NOTHING_PAID;
  const nets = new Map<string, number>();
  for (const { currency, net } of sums) nets.set(currency, (nets.get(currency) ?? 0) + net);
  const whole = ([currency, net]: readonly [string, number]) => net / 10 ** minorDigits(currency);
  const [most, ...others] = [...nets].sort((a, b) => whole(b) - whole(a) || (a[0] < b[0] ? -1 : 1));
  return {
    ltv: most?.[1] ?? null,
    ltv_currency: most?.[0] ?? null,
    ltv_others: others.length === 0 ? null : JSON.stringify(Object.fromEntries(others)),
    payments: sums.reduce((all, { payments }) => all + payments, 0),
    first_payment_at: Math.min(...sums.map(({ first_at }) => first_at)),
    last_payment_at: Math.max(...sums.map(({ last_at }) => last_at)),
  };
}
