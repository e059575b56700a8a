/**
 * The queue of re-checks. Two updates of one customer bore the same second, so their order can't be known: the customer
 * is fetched once more, and what Stripe has now is the truth. Half a minute later it is fetched again, in case Stripe
 * answered as it was before them.
 */
import { createQueue, CrashedTooOften, retryLater, type Job, type Queue } from '../db/queue';
import { inList } from '../db/bulk';
import { PART, pages } from '../db/parts';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { NeedsReconnect, withStripe } from '../installs/credentials';
import { readSettings } from '../settings/settings';
import { classifyStripeError } from '../stripe';
import { customerFromStripe } from '../stripe-objects/customer';
import type { CustomerFacts } from '../stripe-objects/types';
import { stripeTime } from '../stripe-time';
import { parseEmail } from './address';
import { applySnapshot } from './apply-customer';
import { loadAudiences } from './load';
import { saveAudiences } from './save';
import { isSnapshot, snapshotStamp } from './stamp';

/** As often the end of the second is waited for. */
const MAX_ATTEMPTS = 10;
const AGAIN_MS = 1_000;
/** Longer than Stripe's replicas lag. */
const TO_BE_SURE_MS = 30_000;

/** A customer as Stripe has it; `stamp` says since when. */
interface Snapshot {
  /** Null when what Stripe returned is no customer. */
  facts: CustomerFacts | null;
  stamp: number;
}
type Recheck = Job<'customer_link', Snapshot>;

/** At Stripe, the second in question isn't over yet: our clock is ahead. */
class TooEarly extends Error {}

export const createRecheckQueue = (): Queue =>
  createQueue<'customer_link', Snapshot>({
    table: 'customer_link',
    concurrency: 10,
    async work(ctx, jobs) {
      const answered = jobs.filter((job) => job.result);
      if (answered.length > 0) await transact(ctx.db, (trx) => applyAll(trx, answered, ctx.clock.now()));
      return jobs.filter((job) => !job.result);
    },
    async background(ctx, { row }) {
      const askedAt = ctx.clock.now();
      const customer = await withStripe(ctx, tenantOf(row), (stripe) => stripe.customers.retrieve(row.customer_id));
      const stamp = snapshotStamp(stripeTime(customer, { askedAt, answeredAt: ctx.clock.now() }));
      if (stamp < row.stamp && row.attempts < MAX_ATTEMPTS) throw new TooEarly();
      return { facts: customerFromStripe(customer), stamp };
    },
    explain(ctx, row, error) {
      if (error instanceof TooEarly) return { againIn: AGAIN_MS, fields: {} };
      const isGone = classifyStripeError(error) === 'gone';
      if (!(error instanceof NeedsReconnect) && !isGone)
        ctx.log.warn({ err: error, attempts: row.attempts }, 'a customer could not be fetched again');
      // However long Stripe is away: until it answers, the address may be an old one.
      return isGone || error instanceof CrashedTooOften
        ? { againIn: null, fields: {} }
        : retryLater<'customer_link'>(row);
    },
  });

async function applyAll(trx: Trx, jobs: readonly Recheck[], now: number): Promise<void> {
  for (const { row, result } of jobs) {
    const tenant = tenantOf(row);
    const facts = result?.facts?.deleted ? null : result?.facts;
    if (result && facts) await apply(trx, tenant, facts, result.stamp, now);
    const due_at = facts && !isSnapshot(row.stamp) ? now + TO_BE_SURE_MS : null;
    await trx
      .updateTable('customer_link')
      .set({ due_at, attempts: 0, claims: 0 })
      .where(ofTenant(tenant))
      .where('customer_id', '=', row.customer_id)
      .execute();
  }
}

async function apply(trx: Trx, tenant: Tenant, facts: CustomerFacts, stamp: number, now: number): Promise<void> {
  const settings = await readSettings(trx, tenant);
  const address = parseEmail(facts.email);
  const emails = address.kind === 'valid' ? [address.email] : [];
  const audience = (await loadAudiences(trx, [{ tenant, customerIds: [facts.id], emails }], now)).get(
    tenantKey(tenant),
  );
  if (!audience) return;
  const { consent, billing_email_key, events } = settings;
  applySnapshot(audience, facts, { ...events['customer.updated'], consent, billing_email_key }, stamp);
  await saveAudiences(trx, [audience], { cause: 'stripe', now });
}

/** The install ends. */
export async function stopRechecks(trx: Trx, tenant: Tenant): Promise<void> {
  // Along the queue's index; what is stopped is not found again.
  const next = () =>
    trx
      .selectFrom('customer_link')
      .select('customer_id')
      .where(ofTenant(tenant))
      .where('due_at', '>', 0)
      .orderBy('due_at')
      .limit(PART)
      .execute();
  for await (const some of pages(next))
    await trx
      .updateTable('customer_link')
      .set({ due_at: null })
      .where(ofTenant(tenant))
      .where('customer_id', 'in', inList(some.map(({ customer_id }) => customer_id)))
      .execute();
}
