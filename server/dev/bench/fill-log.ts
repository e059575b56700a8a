/** Fills a log with whole events, as rehearsals read them. */
import { insertNew } from '../../db/bulk';
import { firstIdAt } from '../../db/new-id';
import type { Db } from '../../db/schema';
import { newCustomer, paidInvoice } from './event-body';
import { ACCOUNT } from './processes';

const DAYS = 89;
const DAY_MS = 86_400_000;
/** Rows of one transaction. */
const AT_ONCE = 1_000;
const COLUMNS = { account_id: ACCOUNT, livemode: 1 } as const;

/** Of ten events in turn; two failures in ten, of which one is paid. */
const MIX = [
  'invoice.payment_failed',
  'customer.subscription.updated',
  'invoice.paid',
  'customer.updated',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.finalized',
  'charge.refunded',
  'customer.subscription.updated',
  'invoice.paid',
] as const;
/** Which of them pays what failed two days before. */
const PAYS = 2;
type LoggedType = (typeof MIX)[number];

export interface Log {
  events: number;
  customers: number;
  /** Left out: some of many. */
  type?: LoggedType;
}

/** Evenly over the last days until `now` (epoch milliseconds). */
export async function fillLog(db: Db, { events, customers, type }: Log, now: number): Promise<void> {
  for (let start = 0; start < customers; start += AT_ONCE) await addContacts(db, start, now);
  // So that each customer has events of all types.
  const customerOf = (about: number) => (about + events + 7 * Math.floor((about + events) / MIX.length)) % customers;
  // Two days.
  const lag = Math.floor((events * 2) / DAYS / MIX.length) * MIX.length;
  for (let start = 0; start < events; start += AT_ONCE) {
    const rows = Array.from({ length: Math.min(AT_ONCE, events - start) }, (_, n) => {
      const i = start + n;
      const at = Math.floor(now - DAYS * DAY_MS * (1 - i / events));
      const about = type === undefined && i % MIX.length === PAYS ? i - PAYS - lag : i;
      return loggedEvent(type ?? MIX[i % MIX.length]!, { i, about, customer: customerOf(about), at });
    });
    await db.transaction().execute(async (trx) => {
      await insertNew(
        trx,
        'event',
        rows.map(({ row }) => row),
      );
      await insertNew(
        trx,
        'event_payload',
        rows.map(({ row: { seq }, payload }) => ({ ...COLUMNS, seq, payload })),
      );
    });
  }
}

const contactId = (customer: number) => `con_${String(customer).padStart(32, '0')}`;

async function addContacts(db: Db, start: number, now: number): Promise<void> {
  const contacts = Array.from({ length: AT_ONCE }, (_, n) => ({
    ...COLUMNS,
    id: contactId(start + n),
    email: `customer${start + n}@example.com`,
    first_name: 'Customer',
    search_text: `customer${start + n}@example.com customer`,
    name_stamp: 1,
    status: 'subscribed' as const,
    source: 'Stripe',
    created_at: now,
    updated_at: now,
  }));
  await insertNew(db, 'contact', contacts);
}

interface Place {
  i: number;
  /** The number of its object. */
  about: number;
  customer: number;
  at: number;
}

function loggedEvent(type: LoggedType, { i, about, customer, at }: Place) {
  const id = `evt_${i}`;
  const created = Math.floor(at / 1000);
  const object = { ...objectOf(type, about), customer: `cus_${customer}`, created };
  const event = {
    id,
    object: 'event',
    account: ACCOUNT,
    api_version: '2026-01-28.clover',
    created,
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    data: { object },
  };
  const row = {
    ...COLUMNS,
    id,
    seq: `${firstIdAt(at)}7${String(i).padStart(19, '0')}`,
    type,
    created,
    received_at: at,
    status: 'processed' as const,
    outcome: 'Updated contact',
    customer_id: `cus_${customer}`,
    contact_id: contactId(customer),
  };
  return { row, payload: JSON.stringify(event) };
}

function objectOf(type: LoggedType, i: number): Record<string, unknown> {
  switch (type) {
    case 'customer.subscription.updated':
      return subscription(i);
    case 'customer.updated':
      return { ...newCustomer(String(i), i) };
    case 'charge.refunded':
      return { id: `ch_${i}`, object: 'charge', amount: 2000, amount_refunded: 2000, currency: 'usd', refunded: true };
    case 'invoice.payment_failed':
      return { ...paidInvoice(String(i), i), id: `in_${i}`, status: 'open', amount_paid: 0, amount_remaining: 2000 };
    case 'invoice.finalized':
      return { ...paidInvoice(String(i), i), status: 'open', amount_paid: 0, amount_remaining: 2000 };
    case 'invoice.paid':
      return { ...paidInvoice(String(i), i), id: `in_${i}` };
  }
}

function subscription(i: number): Record<string, unknown> {
  const price = {
    id: 'price_1',
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    currency: 'usd',
    metadata: {},
    nickname: 'Pro',
    product: 'prod_1',
    recurring: { interval: 'month', interval_count: 1, meter: null, usage_type: 'licensed' },
    type: 'recurring',
    unit_amount: 2000,
    unit_amount_decimal: '2000',
  };
  const period = { current_period_start: 1_790_000_000, current_period_end: 1_792_592_000 };
  const item = { id: `si_${i}`, object: 'subscription_item', metadata: {}, price, quantity: 1, ...period };
  return {
    id: `sub_${i}`,
    object: 'subscription',
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: 1_790_000_000,
    billing_mode: { type: 'flexible' },
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    currency: 'usd',
    default_payment_method: 'pm_1',
    items: { object: 'list', has_more: false, data: [item] },
    latest_invoice: `in_${i}`,
    metadata: { order: `order_${i}` },
    pause_collection: null,
    payment_settings: { payment_method_types: ['card'], save_default_payment_method: 'on_subscription' },
    start_date: 1_790_000_000,
    status: 'active',
    trial_end: null,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    description: 'The plan for teams of any size. '.repeat(40),
  };
}
