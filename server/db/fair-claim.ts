/**
 * Claims that no busy install can keep from the others. As long as a claim finds room for all that is due, the longest
 * due goes first. Once a queue is behind, half of each claim goes to installs in turn, however much any of them has due:
 * an install waits for at most one round of the others, not for the whole of the busiest one's backlog.
 */
import { sql } from 'kysely';
import { claim, type QueueRow, type QueueTable } from './claim';
import type { Db } from './schema';
import { tenantOf, type Tenant } from './tenant';

/** Queues with many rows for one install: those that a busy install could fill for a long time. */
const SHARED: ReadonlySet<QueueTable> = new Set([
  'event',
  'run',
  'email',
  'object_state',
  'outbox',
  'webhook_delivery',
  'forward',
]);

/** Installs looked at for one claim, and of those with something due how many get a part of it. */
const LOOKED_AT = 500;
const SERVED = 16;

/** Made anew for each queue: it remembers whose turn it is. */
export function createFairClaim<T extends QueueTable>(table: T) {
  let isBehind = false;
  let last: Tenant = { accountId: '', livemode: false };

  async function claimInTurn(db: Db, now: number, limit: number): Promise<QueueRow<T>[]> {
    const { looked, due } = await nextInstalls(db, table, last, now);
    // One alone gets all the room: most likely it is the busy one.
    const room = due.length === 1 ? limit : Math.ceil(limit / 2);
    const served = due.slice(0, Math.min(SERVED, room));
    // Past the last install it begins anew.
    last = (served.length < due.length ? served.at(-1) : looked) ?? { accountId: '', livemode: false };
    const rows: QueueRow<T>[] = [];
    const share = Math.floor(room / served.length);
    for (const tenant of served) rows.push(...(await claim(db, table, { now, limit: share, tenant })));
    return rows;
  }

  return async (db: Db, { now, limit }: { now: number; limit: number }): Promise<QueueRow<T>[]> => {
    const rows = isBehind ? await claimInTurn(db, now, limit) : [];
    if (rows.length < limit) rows.push(...(await claim(db, table, { now, limit: limit - rows.length })));
    isBehind = SHARED.has(table) && rows.length >= limit;
    return rows;
  };
}

/** The installs after `last`: those with something due, and the last one looked at, undefined at the end of all. */
async function nextInstalls(db: Db, table: QueueTable, last: Tenant, now: number) {
  const installs = await db
    .selectFrom('install')
    .select(['account_id', 'livemode'])
    // Not `exists`: PostgreSQL would read every due row once instead of stepping into the index for each install.
    .select(
      sql<number | null>`(
        select due_at from ${sql.table(table)} q
        where q.account_id = install.account_id and q.livemode = install.livemode and q.due_at <= ${now}
        order by q.due_at limit 1
      )`.as('first'),
    )
    .where(sql<boolean>`(account_id, livemode) > (${last.accountId}, ${last.livemode ? 1 : 0})`)
    .orderBy('account_id')
    .orderBy('livemode')
    .limit(LOOKED_AT)
    .execute();
  const end = installs.length === LOOKED_AT ? installs.at(-1) : undefined;
  return { looked: end && tenantOf(end), due: installs.filter(({ first }) => first !== null).map(tenantOf) };
}
