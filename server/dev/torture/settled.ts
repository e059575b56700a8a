/** Waits until every queue is empty: everything that was taken has come to its end. */
import { setTimeout as wait } from 'node:timers/promises';
import { LEASE_MS } from '../../db/claim';
import type { Db } from '../../db/schema';
import { ofTenant, type Tenant } from '../../db/tenant';
import type { Stage } from './stage';

/** Without anything coming to its end: longer than a dead process's lease and one more retry of a mail. */
const PATIENCE_MS = 3 * LEASE_MS;
const LOOK_EVERY_MS = 500;

/** What is still on its way once patience is over; empty when all has settled. */
export async function waitUntilSettled({ db, deliveries, tenant }: Stage): Promise<string[]> {
  let giveUpAt = performance.now() + PATIENCE_MS;
  if (deliveries.pending() > 0) {
    const isDelivered = await Promise.race([deliveries.settle().then(() => true), wait(PATIENCE_MS, false)]);
    if (!isDelivered) return ['deliveries that nobody answers with 200'];
  }
  for (let least = Infinity; ;) {
    const left = await leftovers(db, tenant);
    if (left.length < least) giveUpAt = performance.now() + PATIENCE_MS;
    least = Math.min(least, left.length);
    if (left.length === 0 || performance.now() > giveUpAt) return left;
    await wait(LOOK_EVERY_MS);
  }
}

/** Runs that wait for a later day are where they should be. */
async function leftovers(db: Db, tenant: Tenant): Promise<string[]> {
  const own = ofTenant(tenant);
  const events = await db
    .selectFrom('event')
    .select(['id', 'status', 'reason'])
    .where(own)
    .where('status', 'in', ['pending', 'waiting'])
    .execute();
  const runs = await db
    .selectFrom('run')
    .select('id')
    .where(own)
    .where('status', '=', 'running')
    .where((eb) => eb.or([eb('is_waiting', '=', 0), eb('claims', '>', 0)]))
    .execute();
  const emails = await db
    .selectFrom('email')
    .select(['id', 'reason'])
    .where(own)
    .where('status', '=', 'queued')
    .execute();
  const links = await db
    .selectFrom('customer_link')
    .select('customer_id')
    .where(own)
    .where('due_at', 'is not', null)
    .execute();
  const installs = await db.selectFrom('install').select('id').where('claims', '>', 0).execute();
  return [
    ...events.map(({ id, status, reason }) => `event ${id} ${status} ${reason ?? ''}`),
    ...runs.map(({ id }) => `run ${id}`),
    ...emails.map(({ id, reason }) => `email ${id} ${reason ?? ''}`),
    ...links.map(({ customer_id }) => `recheck of ${customer_id}`),
    ...installs.map(({ id }) => `catching up of ${id}`),
  ];
}
