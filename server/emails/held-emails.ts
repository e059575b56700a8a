/** Emails that are held, many at once. */
import type { EmailReason } from '../../shared/api';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { emailsWith } from './list-emails';

/** Of a workflow, or of one step of it, for one reason. */
export interface HeldOnes {
  workflow: string;
  step: string | undefined;
  reason: EmailReason | undefined;
  /** Those that were held by then, epoch milliseconds: one that comes to be held later, or again, isn't meant. */
  until: number;
}

/** Their ids, the oldest `most`. */
export async function listHeld(
  db: Db,
  tenant: Tenant,
  { workflow, step, reason, until }: HeldOnes,
  most: number,
): Promise<string[]> {
  const rows = await emailsWith(db, tenant, { workflow, step, status: 'held' })
    .select('id')
    .where('reason', 'is not distinct from', reason ?? null)
    .where((eb) => eb.or([eb('decided_at', 'is', null), eb('decided_at', '<=', until)]))
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map(({ id }) => id);
}
