/** The log of what is forwarded: each thing a row, that waits in the queue and then stays. */
import { sql } from 'kysely';
import type { ForwardStatus } from '../../shared/forwarding';
import { FORWARD_OUTCOMES } from '../../shared/words/forwarding';
import { addressOf } from '../audience/find-addresses';
import type { ErasedTable } from '../db/erase';
import { firstIdAt } from '../db/new-id';
import type { OldRows } from '../db/old-rows';
import { checkStart, pageOf, toTwoWayList, type TwoWayList, type TwoWayRequest } from '../db/page';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';

export type Forward = Row<'forward'>;

export const FORWARD_TABLES = [
  // Before what is made for it.
  { table: 'forwarding', key: 'account_id' },
  { table: 'forward', key: 'id' },
] as const satisfies ErasedTable[];

/** For housekeeping: what has come to its end. */
export const oldForwards = (before: number): OldRows => ({
  ...oldWaitingForwards(before),
  stays: sql`due_at is not null`,
});

/** And with it what has waited so long for a key that nobody saved. */
export const oldWaitingForwards = (before: number): OldRows => ({
  table: 'forward',
  key: 'id',
  end: `fwd_${firstIdAt(before)}`,
  stays: sql`false`,
});

/** Newest first. */
export async function listForwards(
  db: Db,
  tenant: Tenant,
  { status, ...request }: TwoWayRequest & { status?: ForwardStatus | undefined },
): Promise<TwoWayList<Forward & { email: string | null }>> {
  await checkStart(request, 'row', (id) => findForward(db, tenant, id));
  const query = db
    .selectFrom('forward')
    .selectAll('forward')
    .select(addressOf('forward').as('email'))
    .where(ofTenant(tenant, 'forward'))
    .$if(status !== undefined, (all) => all.where('forward.status', '=', status ?? 'waiting'));
  return toTwoWayList(await pageOf(query, 'forward.id', request).execute(), request, (row) => row);
}

const findForward = (db: Db, tenant: Tenant, id: string): Promise<Forward | undefined> =>
  db.selectFrom('forward').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();

/** Throws not_found, and invalid_request for one that hasn't ended, or of which nothing more is known. */
export async function sendAgain(trx: Trx, tenant: Tenant, id: string, now: number): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('forward')
    .set({
      status: 'waiting',
      outcome: FORWARD_OUTCOMES.waits,
      decided_at: null,
      give_up_at: null,
      // Whoever asks for it has been told that it may be there.
      sent_since: null,
      due_at: now,
      claims: 0,
      attempts: 0,
    })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .where('status', 'in', ['failed', 'canceled'])
    .where((eb) => eb.or([eb('kind', '!=', 'deletion'), eb('address', 'is not', null)]))
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  if (!(await findForward(trx, tenant, id))) throw new AppError('not_found', 'There is no such page.');
  throw new AppError('invalid_request', 'This waits already, or has gone.', 'id');
}
