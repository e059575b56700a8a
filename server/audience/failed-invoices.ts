/** Invoices whose payment failed, and what became of them: what one fact says of one of them. Pure. */
import type { LossReason } from '../../shared/api';
import type { EventType, TriggerType } from '../../shared/catalogue';
import { newId } from '../db/new-id';
import type { Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import type { ObjectFacts } from '../stripe-objects/types';
import { sha256 } from '../vault';
import { propertiesOf, type ObjectState } from './object-states';

export type FailedInvoice = Row<'failed_invoice'>;

const FAILURES: readonly string[] = ['invoice.payment_failed', 'invoice.payment_action_required'] satisfies EventType[];

/** What triggers workflows whose emails ask for the payment of an open invoice. */
export const ASKING_FOR_PAYMENT: readonly string[] = [
  ...FAILURES,
  ...(['invoice.overdue', 'schedule.invoice_due'] satisfies TriggerType[]),
];

/** A payment that the customer would have to confirm has failed as long as they don't. */
export const isPaymentFailure = (type: string): boolean => FAILURES.includes(type);

interface Failure {
  /** As it was then. */
  invoice: ObjectFacts;
  /** Epoch milliseconds. */
  at: number;
  /** Which share of failed invoices gets no reminders. */
  holdoutPercent: number;
}

/**
 * The row with one more failure. What was to be paid is what the earliest of them says, in whatever order they are told.
 * Undefined for the first invoice of a sign-up, which nobody has paid before, and for what names no customer or currency.
 */
export function withFailure(
  tenant: Tenant,
  before: FailedInvoice | undefined,
  { invoice: { id, customerId, properties }, at, holdoutPercent }: Failure,
): FailedInvoice | undefined {
  const { currency, subscription_id, billing_reason } = properties;
  if (customerId === null || typeof currency !== 'string' || billing_reason === 'subscription_create') return undefined;
  const number = (name: string) => (typeof properties[name] === 'number' ? properties[name] : null);
  const attempts = Math.max(1, number('attempt_count') ?? 1, before?.attempts ?? 1);
  if (before && before.first_failed_at <= at) return { ...before, attempts };
  return {
    id: before?.id ?? newId('fin', at),
    invoice_id: id,
    customer_id: customerId,
    subscription_id: typeof subscription_id === 'string' ? subscription_id : null,
    currency,
    amount: number('amount_remaining') ?? number('amount_due') ?? 0,
    paid_before: number('amount_paid') ?? 0,
    first_failed_at: at,
    attempts,
    first_mailed_at: before?.first_mailed_at ?? null,
    clicked_at: before?.clicked_at ?? null,
    recovered_at: before?.recovered_at ?? null,
    recovered_amount: before?.recovered_amount ?? null,
    lost_at: before?.lost_at ?? null,
    lost_reason: before?.lost_reason ?? null,
    is_holdout: before ? before.is_holdout : holdoutGroup(tenant, id, holdoutPercent),
    ...tenantColumns(tenant),
  };
}

/** Null where nothing is measured. An invoice always falls on the same side of a percentage. */
function holdoutGroup({ accountId, livemode }: Tenant, invoiceId: string, percent: number): 0 | 1 | null {
  if (percent === 0) return null;
  const drawn = Number.parseInt(sha256(`holdout ${accountId} ${livemode} ${invoiceId}`).slice(0, 8), 16) % 100;
  return drawn < percent ? 1 : 0;
}

/** The newest known states of what decides about it. */
export interface Deciding {
  invoice: ObjectState | undefined;
  subscription: ObjectState | undefined;
  /** When its customer was deleted at Stripe, epoch milliseconds; null: it wasn't. */
  customerGoneAt: number | null;
}

/** The row with what has become of the invoice. What was known before stays: states are told in any order. */
export function withEnding(before: FailedInvoice, { invoice, subscription, customerGoneAt }: Deciding): FailedInvoice {
  const row = { ...before };
  if (invoice?.status === 'paid') {
    const { paid_at, amount_paid } = propertiesOf(invoice);
    row.recovered_at = timeOf(paid_at) ?? invoice.known_at;
    row.recovered_amount = Math.max(0, (typeof amount_paid === 'number' ? amount_paid : 0) - row.paid_before);
  }
  const losses: [LossReason, number | null][] = [];
  if (invoice) {
    const { voided_at, uncollectible_at } = propertiesOf(invoice);
    const { status, known_at } = invoice;
    losses.push(['voided', timeOf(voided_at) ?? (status === 'void' ? known_at : null)]);
    losses.push(['uncollectible', timeOf(uncollectible_at) ?? (status === 'uncollectible' ? known_at : null)]);
  }
  // Stripe ends its attempts with the subscription. An invoice that failed only later has another story.
  if (subscription?.status === 'canceled') {
    const endedAt = timeOf(propertiesOf(subscription).ended_at) ?? subscription.known_at;
    losses.push(['subscription_ended', endedAt >= row.first_failed_at ? endedAt : null]);
  }
  losses.push(['deleted', customerGoneAt]);
  for (const [reason, at] of losses) {
    if (at === null || (row.lost_at !== null && row.lost_at < at)) continue;
    if (row.lost_at === at && RANKS.indexOf(reason) >= RANKS.indexOf(row.lost_reason!)) continue;
    Object.assign(row, { lost_at: at, lost_reason: reason });
  }
  return row;
}

/** Of losses of one second the first counts. */
const RANKS: readonly LossReason[] = ['voided', 'uncollectible', 'subscription_ended', 'deleted'];

const timeOf = (value: unknown): number | null => (typeof value === 'string' ? Date.parse(value) : null);
