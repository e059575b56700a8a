/**
 * Two updates of one customer bore the same second, so their order can't be known: the customer is fetched once more,
 * and what Stripe has now is the truth.
 */
import { applySnapshot } from './apply-customer';
import { openAudience } from './audience';
import { snapshotStamp } from './stamp';
import { parseEmail } from './address';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { claim } from '../db/claim';
import type { Row } from '../db/schema';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { NeedsReconnect, withStripe } from '../installs/credentials';
import { readSettings } from '../settings/settings';
import { classifyStripeError } from '../stripe';
import { stripeTime } from '../stripe-time';
import { customerFromStripe } from '../stripe-objects/customer';
import type { CustomerFacts } from '../stripe-objects/types';
import { mergeContacts } from './merge';
import type { Lane } from '../worker';

const BATCH = 10;
const MAX_ATTEMPTS = 10;
const AGAIN_MS = 1_000;

export function createRecheckLane(): Lane {
  const fetches = new Set<Promise<void>>();
  return {
    name: 'rechecks',
    queue: 'customer_link',
    async work(ctx) {
      const limit = BATCH - fetches.size;
      if (limit <= 0) return 0;
      const links = await claim(ctx.db, 'customer_link', { now: ctx.clock.now(), limit });
      for (const link of links) {
        const fetch = recheck(ctx, link)
          .catch((error: unknown) => putOff(ctx, link, error))
          .catch((error: unknown) => ctx.log.error({ err: error }, 'a recheck failed; its lease will end'))
          .finally(() => fetches.delete(fetch));
        fetches.add(fetch);
      }
      return links.length;
    },
    async settle() {
      while (fetches.size > 0) await Promise.all(fetches);
    },
  };
}

async function recheck(ctx: Context, link: Row<'customer_link'>): Promise<void> {
  const tenant = tenantOf(link);
  const askedAt = ctx.clock.now();
  const customer = await withStripe(ctx, tenant, (stripe) => stripe.customers.retrieve(link.customer_id));
  const stamp = snapshotStamp(stripeTime(customer, { askedAt, answeredAt: ctx.clock.now() }));
  // Our clock is ahead: at Stripe that second isn't over yet.
  const isTooEarly = stamp < link.stamp && link.attempts < MAX_ATTEMPTS;
  if (isTooEarly) return void (await setDue(ctx.db, link, { due_at: ctx.clock.now() + AGAIN_MS }));
  const facts = customerFromStripe(customer);
  await transact(ctx.db, async (trx) => {
    if (facts && !facts.deleted) await applyFetched(trx, ctx, tenant, facts, stamp);
    await setDue(trx, link, { due_at: null, attempts: 0 });
  });
}

async function applyFetched(
  trx: Parameters<typeof openAudience>[0],
  ctx: Context,
  tenant: Tenant,
  facts: CustomerFacts,
  stamp: number,
): Promise<void> {
  const settings = await readSettings(trx, tenant);
  const address = parseEmail(facts.email);
  const emails = address.kind === 'valid' ? [address.email] : [];
  const audience = await openAudience(trx, tenant, { customerIds: [facts.id], emails }, ctx.clock.now());
  const choice = { ...settings.events['customer.updated'], consent: settings.consent };
  const applied = applySnapshot(audience, facts, choice, stamp);
  await audience.save();
  if (applied?.merges) await mergeContacts(trx, tenant, applied.merges.from.id, applied.merges.into.id);
}

async function putOff(ctx: Context, link: Row<'customer_link'>, error: unknown): Promise<void> {
  const isFinal = classifyStripeError(error) === 'gone' || link.attempts >= MAX_ATTEMPTS;
  if (!isFinal && !(error instanceof NeedsReconnect))
    ctx.log.warn({ err: error }, 'a customer could not be fetched again yet');
  await setDue(ctx.db, link, { due_at: isFinal ? null : ctx.clock.now() + backOffMs(link.attempts) });
}

const setDue = (db: Context['db'], link: Row<'customer_link'>, fields: { due_at: number | null; attempts?: number }) =>
  db
    .updateTable('customer_link')
    .set({ ...fields, claims: 0 })
    .where(ofTenant(tenantOf(link)))
    .where('customer_id', '=', link.customer_id)
    .execute();
