/** Emails that are held: many at once, and put aside. */
import { sql } from 'kysely';
import type { EmailReason } from '../../shared/api';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import type { Context } from '../context';
import { inList } from '../db/bulk';
import { parts } from '../db/parts';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { findEmail } from './emails';
import { emailsWith } from './list-emails';

/** At once: as of events that are replayed. */
export const MOST_HELD = 1_000;

/** Of a workflow, or of one step of it, for one reason. */
export interface HeldOnes {
  workflow: string;
  step: string | undefined;
  reason: EmailReason | undefined;
  /** Those that were held by then, epoch milliseconds: one that comes to be held later, or again, isn't meant. */
  until: number;
}

/** Their ids, the oldest MOST_HELD. */
export async function listHeld(db: Db, tenant: Tenant, { workflow, step, reason, until }: HeldOnes): Promise<string[]> {
  const rows = await emailsWith(db, tenant, { workflow, step, status: 'held' })
    .select('id')
    .where('reason', 'is not distinct from', reason ?? null)
    .where(heldBy(until))
    .orderBy('id')
    .limit(MOST_HELD)
    .execute();
  return rows.map(({ id }) => id);
}

/** Whoever was held before that was noted was held early. */
const heldBy = (until: number) => sql<boolean>`coalesce(decided_at, 0) <= ${until}`;

/** For good. Throws not_found, and invalid_request for one that isn't held. */
export async function discardEmail(ctx: Context, tenant: Tenant, id: string): Promise<void> {
  if ((await discard(ctx, tenant, [id], Number.MAX_SAFE_INTEGER)) > 0) return;
  if (!(await findEmail(ctx.db, tenant, id))) throw new AppError('not_found', 'There is no such email.');
  throw new AppError('invalid_request', 'Only held emails can be discarded.', 'id');
}

/** The oldest MOST_HELD. Returns how many. */
export async function discardHeld(ctx: Context, tenant: Tenant, held: HeldOnes): Promise<number> {
  let discarded = 0;
  for await (const some of parts(await listHeld(ctx.db, tenant, held)))
    discarded += await discard(ctx, tenant, some, held.until);
  return discarded;
}

/** Those of them that are held, and were by then. The sentence goes on with why. */
async function discard({ db, clock, metrics }: Context, tenant: Tenant, ids: readonly string[], until: number) {
  const { numUpdatedRows } = await db
    .updateTable('email')
    .set({
      status: 'suppressed',
      reason: 'discarded',
      outcome: sql<string>`cast(${EMAIL_REASONS.discarded} as text) || coalesce(': ' || outcome, '')`,
      decided_at: clock.now(),
    })
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .where('status', '=', 'held')
    .where(heldBy(until))
    .executeTakeFirst();
  const count = Number(numUpdatedRows);
  metrics.emails.inc({ status: 'suppressed' }, count);
  return count;
}
