/**
 * What Stripe could not deliver, fetched from its Events API and put into the same log, where duplicates fall out.
 * https://docs.stripe.com/webhooks/process-undelivered-events
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { ACCOUNT_EVENT_TYPES } from '../../shared/catalogue';
import { parseCleanJson } from '../clean-text';
import type { Context } from '../context';
import type { Lease } from '../db/queue';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { releaseInstall, type Install } from '../installs/installs';
import type { StripeClient } from '../stripe';
import { readDelivery, type Delivery } from '../events/delivery';
import { recordDeliveries, releaseCaughtUp, takeUpIgnored } from '../events/record';

export const CATCH_UP_EVERY_MS = 60 * 60_000;
/** Stripe keeps events this long. */
const WINDOW_S = 30 * 24 * 60 * 60;
/** Events may become visible in lists a little after they were created. */
const OVERLAP_S = 15 * 60;
/** An install that has heard nothing for this long may have a broken endpoint: delivered or not, all is fetched. */
const SILENCE_MS = 24 * 60 * 60_000;

/** One round for a claimed install. Begun anew when the process dies in it. Throws NeedsReconnect, or Stripe's errors. */
export async function catchUp(ctx: Context, install: Install, lease: Lease): Promise<void> {
  const tenant = tenantOf(install);
  const startedAt = ctx.clock.now();
  for (const span of await spansOf(ctx, install, startedAt))
    for (const types of TYPE_GROUPS)
      for (let after: string | undefined; ;) {
        const page = await withStripe(ctx, tenant, (stripe) => listEvents(stripe, span, types, after));
        const dueAt = ctx.clock.now() + HELD_BACK_MS;
        for await (const some of deliveriesOf(page.data, startedAt, tenant))
          await ctx.db.transaction().execute(async (trx) => {
            await recordDeliveries(trx, some, ctx.clock.now(), dueAt);
            if (install.missed_since !== null) await takeUpIgnored(trx, some, dueAt);
          });
        if (!(await lease.renew())) return;
        after = page.data.at(-1)?.id;
        if (!page.has_more || after === undefined) break;
      }
  await releaseCaughtUp(ctx.db, tenant, ctx.clock.now());
  ctx.nudge();
  await releaseInstall(ctx.db, install, {
    due_at: startedAt + CATCH_UP_EVERY_MS,
    attempts: 0,
    last_error: null,
    catch_up_from: Math.floor(startedAt / 1000),
    missed_since: null,
  });
}

/** Stripe takes at most 20 types at once: https://docs.stripe.com/api/events/list */
const TYPES_AT_ONCE = 20;
const TYPE_GROUPS = Array.from({ length: Math.ceil(ACCOUNT_EVENT_TYPES.length / TYPES_AT_ONCE) }, (_, n) =>
  ACCOUNT_EVENT_TYPES.slice(n * TYPES_AT_ONCE, (n + 1) * TYPES_AT_ONCE),
);

/** Stripe lists the newest first: what was fetched is due once all is there, or when the round ends with its process. */
const HELD_BACK_MS = 10 * 60_000;

interface Span {
  /** Epoch seconds. */
  from: number;
  isUndeliveredOnly: boolean;
}

/**
 * What Stripe knows to be undelivered, since the last round; after a silence, or after the account was shut out, also
 * everything since. That
 * one alone proves nothing: an event from before it may have failed.
 */
async function spansOf(ctx: Context, install: Install, now: number): Promise<Span[]> {
  const earliest = Math.max(Math.floor(now / 1000) - WINDOW_S, Math.floor(install.connected_at / 1000));
  const latest = await latestEvent(ctx, tenantOf(install));
  const heardAt = Math.max(latest?.received_at ?? 0, install.connected_at);
  const undelivered = {
    from: Math.max(earliest, (install.catch_up_from ?? 0) - OVERLAP_S),
    isUndeliveredOnly: true,
  };
  const gaps = [
    ...(now - heardAt > SILENCE_MS ? [latest?.created ?? 0] : []),
    // While it was shut out events were delivered, and ignored.
    ...(install.missed_since === null ? [] : [Math.floor(install.missed_since / 1000) - OVERLAP_S]),
  ];
  if (gaps.length === 0) return [undelivered];
  return [undelivered, { from: Math.max(earliest, Math.min(...gaps)), isUndeliveredOnly: false }];
}

const latestEvent = (ctx: Context, tenant: Tenant) =>
  ctx.db
    .selectFrom('event')
    .select(['received_at', 'created'])
    .where(ofTenant(tenant))
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();

const listEvents = (
  stripe: StripeClient,
  { from, isUndeliveredOnly }: Span,
  types: readonly string[],
  after: string | undefined,
) =>
  stripe.events.list({
    // Not those about the app: after uninstalling nothing may be asked any more.
    types: [...types],
    created: { gte: from },
    limit: 100,
    ...(isUndeliveredOnly ? { delivery_success: false } : {}),
    ...(after === undefined ? {} : { starting_after: after }),
  });

/** Bytes of payloads from which no more events are stored at once: a page may hold large ones only. */
const MAX_BYTES = 2 * 1024 * 1024;

async function* deliveriesOf(events: readonly object[], now: number, tenant: Tenant): AsyncGenerator<Delivery[]> {
  let some: Delivery[] = [];
  let bytes = 0;
  for (const event of events) {
    const delivery = asDelivery(event, now, tenant);
    some.push(delivery);
    bytes += delivery.payload?.length ?? 0;
    if (bytes < MAX_BYTES) continue;
    yield some;
    [some, bytes] = [[], 0];
    await breathe();
  }
  if (some.length > 0) yield some;
}

function asDelivery(event: object, now: number, tenant: Tenant): Delivery {
  const { value, raw } = parseCleanJson(JSON.stringify(event));
  return readDelivery(value as Record<string, unknown>, raw, now, tenant);
}
