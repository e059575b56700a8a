/** The invoices of an audience whose payment failed: followed in memory until they are paid or lost. Pure. */
import type { Tenant } from '../db/tenant';
import type { ObjectFacts } from '../stripe-objects/types';
import { isPaymentFailure, withEnding, withFailure, type FailedInvoice } from './failed-invoices';
import { stateRow, type ObjectState } from './object-states';

/** What an event is about. */
interface EventAboutInvoices {
  state: ObjectFacts | null;
  customerId: string | null;
}

/** What else the audience knows. */
interface Surroundings {
  isGone: (customerId: string | null) => boolean;
  /** When the customer was deleted at Stripe, as far as its link says; epoch milliseconds. */
  goneAt: (customerId: string | null) => number | null;
  objectOf: (id: string | null) => ObjectState | undefined;
}

export function createFailedInvoices(
  tenant: Tenant,
  known: readonly FailedInvoice[],
  { isGone, goneAt, objectOf }: Surroundings,
) {
  const rows = new Map(known.map((row) => [row.invoice_id ?? '', row]));
  const changed = new Set<string>();

  /**
   * Writes what has become of it. What an event is just telling counts whatever is known: of the invoice, or that its
   * customer was deleted.
   */
  function settle(row: FailedInvoice, told: { invoice?: ObjectState; customerGoneAt?: number } = {}): void {
    const subscription = objectOf(row.subscription_id);
    const customerGoneAt = told.customerGoneAt ?? goneAt(row.customer_id);
    const states = [told.invoice, objectOf(row.invoice_id)];
    const ended = states.reduce((one, invoice) => withEnding(one, { invoice, subscription, customerGoneAt }), row);
    const id = row.invoice_id ?? '';
    rows.set(id, ended);
    changed.add(id);
  }

  return {
    /**
     * What an event says of them, after what it is about was recorded. `createdMs` in epoch milliseconds; `holdoutPercent`
     * of settings.
     */
    follow(type: string, facts: EventAboutInvoices, createdMs: number, holdoutPercent: number): void {
      const { state, customerId } = facts;
      if (isGone(customerId)) return;
      if (type === 'customer.deleted') {
        for (const row of rows.values()) if (row.customer_id === customerId) settle(row, { customerGoneAt: createdMs });
      } else if (state?.kind === 'subscription' && state.status === 'canceled') {
        for (const row of rows.values()) if (row.subscription_id === state.id) settle(row);
      } else if (state?.kind === 'invoice') {
        const before = rows.get(state.id);
        const failure = { invoice: state, at: createdMs, holdoutPercent };
        const row = isPaymentFailure(type) ? withFailure(tenant, before, failure) : before;
        if (row) settle(row, { invoice: stateRow(tenant, state, { stamp: 0, knownAt: createdMs, dueAt: null }) });
      }
    },

    /** One that was found open after an attempt; when that was isn't known, nor is it news of one that is known. */
    recordFound(invoice: ObjectFacts, now: number, holdoutPercent: number): void {
      const { attempt_count, finalized_at } = invoice.properties;
      if (invoice.status !== 'open' || !attempt_count || rows.has(invoice.id) || isGone(invoice.customerId)) return;
      const at = typeof finalized_at === 'string' ? Date.parse(finalized_at) : now;
      const row = withFailure(tenant, undefined, { invoice, at, holdoutPercent });
      if (row) settle(row);
    },

    /** Whether the invoice is one of those that get no reminders. */
    isHeldOut: (invoiceId: string | null): boolean => invoiceId !== null && rows.get(invoiceId)?.is_holdout === 1,

    /** What is to be written. */
    changed: (): FailedInvoice[] => [...changed].flatMap((id) => rows.get(id) ?? []),
  };
}
