/** One page of the import: the next 100 customers, subscriptions, open and paid invoices, fetched side by side. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { classifyStripeError, type StripeClient } from '../stripe';
import { stripeTime } from '../stripe-time';
import { customerFromStripe } from '../stripe-objects/customer';
import { paymentOfInvoice } from '../stripe-objects/payment';
import { readFetched } from '../stripe-objects/read-object';
import { subscriptionFacts } from '../stripe-objects/subscription';
import type { CustomerFacts, ObjectFacts, PaymentFacts, SubscriptionFacts } from '../stripe-objects/types';

const PAGE = 100;

const positionSchema = z.union([
  z.literal('start'),
  z.literal('end'),
  z.object({
    after: z.string(),
    /** Epoch seconds: where to go on when the object itself was deleted in the meantime. */
    created: z.number(),
  }),
]);
type Position = z.infer<typeof positionSchema>;

const cursorSchema = z.object({
  customers: positionSchema,
  subscriptions: positionSchema,
  /** The release before wrote none. */
  invoices: positionSchema.default('start'),
  /** Nor of these. */
  paid: positionSchema.default('start'),
});
/** How far the lists, newest first, have been read. */
export type Cursor = z.infer<typeof cursorSchema>;

export const readCursor = (text: string | null): Cursor =>
  text === null
    ? { customers: 'start', subscriptions: 'start', invoices: 'start', paid: 'start' }
    : cursorSchema.parse(JSON.parse(text));
export const writeCursor = (cursor: Cursor): string => JSON.stringify(cursor);
export const isAtEnd = (cursor: Cursor): boolean => Object.values(cursor).every((position) => position === 'end');

export interface ImportPage {
  customers: CustomerFacts[];
  subscriptions: SubscriptionFacts[];
  /** The subscriptions and open invoices as emails are judged by. */
  objects: ObjectFacts[];
  /** What was paid by invoices. */
  payments: PaymentFacts[];
  next: Cursor;
  /** By Stripe's clock, in epoch milliseconds: what events wrote later is newer. */
  askedAt: number;
}

/** Throws NeedsReconnect, or Stripe's errors. */
export async function fetchPage(ctx: Context, tenant: Tenant, cursor: Cursor): Promise<ImportPage> {
  const listInvoices = (stripe: StripeClient, position: Position, status: 'open' | 'paid') =>
    nextOf(ctx.clock, position, (params) => stripe.invoices.list({ ...params, status })).catch((error: unknown) =>
      doWithout(ctx, error, status),
    );
  const [customers, subscriptions, invoices, paid] = await withStripe(ctx, tenant, (stripe) =>
    Promise.all([
      nextOf(ctx.clock, cursor.customers, (params) => stripe.customers.list(params)),
      nextOf(ctx.clock, cursor.subscriptions, (params) => stripe.subscriptions.list({ ...params, status: 'all' })),
      listInvoices(stripe, cursor.invoices, 'open'),
      listInvoices(stripe, cursor.paid, 'paid'),
    ]),
  );
  return {
    customers: customers.objects.map(customerFromStripe).filter((facts) => facts !== null),
    subscriptions: subscriptions.objects.map(subscriptionFacts).filter((facts) => facts !== null),
    objects: [
      ...subscriptions.objects.flatMap((one) => readFetched('subscription', one) ?? []),
      ...invoices.objects.flatMap((one) => readFetched('invoice', one) ?? []),
    ],
    payments: paid.objects.flatMap(paidOf),
    next: { customers: customers.next, subscriptions: subscriptions.next, invoices: invoices.next, paid: paid.next },
    askedAt: Math.min(customers.askedAt, subscriptions.askedAt, invoices.askedAt, paid.askedAt),
  };
}

/** With a time of its own, also where Stripe's oldest invoices say only when they were made. */
function paidOf(invoice: Stripe.Invoice): PaymentFacts[] {
  const payment = paymentOfInvoice(invoice);
  return payment ? [{ ...payment, paidAt: payment.paidAt ?? invoice.created }] : [];
}

const NOTHING = { objects: [], next: 'end' as const, askedAt: Infinity };

/** Invoices that may not be read are asked for when an email is about one, which then names the missing permission. */
function doWithout(ctx: Context, error: unknown, status: 'open' | 'paid'): typeof NOTHING {
  if (classifyStripeError(error) !== 'forbidden') throw error;
  ctx.log.warn({ err: error, permission: 'invoice_read' }, `an import goes on without ${status} invoices`);
  return NOTHING;
}

interface ListParams {
  limit: number;
  starting_after?: string;
  created?: { lte: number };
}
interface Listed {
  id: string;
  created: number;
}

async function nextOf<T extends Listed>(
  clock: Context['clock'],
  position: Position,
  list: (params: ListParams) => Promise<Stripe.Response<Stripe.ApiList<T>>>,
): Promise<{ objects: T[]; next: Position; askedAt: number }> {
  if (position === 'end') return NOTHING;
  const askedAt = clock.now();
  const answer = await listFrom(position, list);
  const { data, has_more: hasMore } = answer;
  const last = data.at(-1);
  return {
    objects: data,
    next: hasMore && last ? { after: last.id, created: last.created } : 'end',
    askedAt: stripeTime(answer, { askedAt, answeredAt: clock.now() }),
  };
}

async function listFrom<T>(position: Exclude<Position, 'end'>, list: (params: ListParams) => Promise<T>): Promise<T> {
  if (position === 'start') return list({ limit: PAGE });
  try {
    return await list({ limit: PAGE, starting_after: position.after });
  } catch (error) {
    if (classifyStripeError(error) !== 'gone') throw error;
    return list({ limit: PAGE, created: { lte: position.created } });
  }
}

/**
 * How many customers there are, where Stripe tells: lists carry no total, but searches do (not in every country).
 * https://docs.stripe.com/search#search-with-total-count
 */
export const countCustomers = (ctx: Context, tenant: Tenant): Promise<number | null> =>
  withStripe(ctx, tenant, async (stripe: StripeClient) => {
    try {
      const found = await stripe.customers.search({ query: 'created>0', limit: 1, expand: ['total_count'] });
      return found.total_count ?? null;
    } catch (error) {
      if (classifyStripeError(error) === undefined || classifyStripeError(error) === 'dead_credentials') throw error;
      ctx.log.info({ err: error }, 'Stripe does not tell how many customers there are');
      return null;
    }
  });
