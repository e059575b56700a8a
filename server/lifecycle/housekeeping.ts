/** Hourly, in bounded batches: what has expired is deleted. */
import type { Context } from '../context';
import { sql } from 'kysely';
import { firstIdAt } from '../db/new-id';
import type { Queue } from '../db/queue';

const EVERY_MS = 60 * 60_000;
const BATCH = 1_000;
const DAY_MS = 24 * 60 * 60_000;

export function createHousekeeping(): Queue {
  let dueAt = 0;
  return {
    name: 'housekeeping',
    async turn(ctx) {
      const now = ctx.clock.now();
      if (now < dueAt) return 0;
      const deleted = (await deleteExpired(ctx, now)) + (await deleteOldPayloads(ctx, now));
      if (deleted === 0) dueAt = now + EVERY_MS;
      return deleted;
    },
  };
}

const EXPIRING = [
  ['session', 'id_hash'],
  ['oauth_state', 'state_hash'],
  ['link_token', 'token_hash'],
] as const;

async function deleteExpired(ctx: Context, now: number): Promise<number> {
  let deleted = 0;
  for (const [table, key] of EXPIRING) {
    const { numDeletedRows } = await ctx.db
      .deleteFrom(table as 'session')
      .where(key as 'id_hash', 'in', (eb) =>
        eb
          .selectFrom(table as 'session')
          .select(key as 'id_hash')
          .where('expires_at', '<=', now)
          .limit(BATCH),
      )
      .executeTakeFirst();
    deleted += Number(numDeletedRows);
  }
  return deleted;
}

/**
 * `seq` begins with the time of receipt, so the key finds the old ones. An event that still waits keeps its payload however
 * old it is (while an account has to be reconnected, without limit), and so does one that a run needs for its emails.
 */
async function deleteOldPayloads(ctx: Context, now: number): Promise<number> {
  const before = now - ctx.config.payloadRetentionDays * DAY_MS;
  const { numAffectedRows } = await sql`
    delete from event_payload where (account_id, livemode, seq) in (
      select p.account_id, p.livemode, p.seq
      from install i
      join event_payload p on p.account_id = i.account_id and p.livemode = i.livemode and p.seq < ${firstIdAt(before)}
      where not exists (
          select 1 from event e
          where e.account_id = p.account_id and e.livemode = p.livemode and e.seq = p.seq
            and (
              e.status in ('pending', 'waiting')
              or exists (
                select 1 from run r
                where r.account_id = e.account_id and r.livemode = e.livemode and r.event_id = e.id
                  and r.status = 'running'
              )
            )
        )
      limit ${BATCH}
    )`.execute(ctx.db);
  return Number(numAffectedRows ?? 0);
}
