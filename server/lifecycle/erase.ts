/** Erasing an install: every row that is the merchant's or a contact's, in bounded batches, the install itself last. */
import { setImmediate as breathe } from 'node:timers/promises';
import { suppressAddress } from '../audience/suppressions';
import type { Context } from '../context';
import type { Lease } from '../db/queue';
import type { Schema } from '../db/schema';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import type { Install } from '../installs/installs';
import { removeInstallFromSessions } from '../installs/sessions';
import { disconnect } from './disconnect';

const BATCH = 500;

/** Asks for all data of the install to be erased, disconnecting it first if need be; the loop does it from now on. */
export async function eraseInstall(ctx: Context, tenant: Tenant): Promise<void> {
  await disconnect(ctx, tenant);
  await transact(ctx.db, async (trx) => {
    await removeInstallFromSessions(trx, tenant);
    await trx
      .updateTable('install')
      .set({ due_at: ctx.clock.now(), account_name: null, account_email: null })
      .where(ofTenant(tenant))
      .where('status', '=', 'removed')
      .execute();
  });
  ctx.nudge();
}

/** Each with the column that counts out a batch; what refers to others goes before them. */
const TABLES = [
  ['run_step', 'run_id'],
  ['run', 'id'],
  ['email_body', 'email_id'],
  ['email', 'id'],
  ['event_payload', 'seq'],
  ['event', 'seq'],
  ['subscription_state', 'subscription_id'],
  ['customer_link', 'customer_id'],
  ['workflow', 'id'],
] as const satisfies [keyof Schema, string][];

/**
 * Erases what a claimed, removed install has. Only hashes stay of addresses that must not be mailed: who had
 * unsubscribed must not get mail again because the merchant began anew. Stops early when the claim is lost.
 */
export async function eraseData(ctx: Context, install: Install, lease: Lease): Promise<void> {
  const tenant = tenantOf(install);
  for (const [table, key] of TABLES) {
    while ((await deleteBatch(ctx, tenant, table, key)) > 0) {
      if (!(await lease.renew())) return;
      await breathe();
    }
  }
  while ((await deleteContacts(ctx, tenant)) > 0) {
    if (!(await lease.renew())) return;
    await breathe();
  }
  await transact(ctx.db, async (trx) => {
    for (const table of ['setting', 'import_job', 'link_token'] as const)
      await trx.deleteFrom(table).where(ofTenant(tenant)).execute();
    await removeInstallFromSessions(trx, tenant);
    await trx.deleteFrom('install').where(ofTenant(tenant)).where('status', '=', 'removed').execute();
  });
}

async function deleteBatch(ctx: Context, tenant: Tenant, table: keyof Schema, key: string): Promise<number> {
  const { numDeletedRows } = await ctx.db
    .deleteFrom(table as 'event')
    .where(ofTenant(tenant))
    .where(key as 'id', 'in', (eb) =>
      eb
        .selectFrom(table as 'event')
        .select(key as 'id')
        .where(ofTenant(tenant))
        .limit(BATCH),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

const deleteContacts = (ctx: Context, tenant: Tenant): Promise<number> =>
  transact(ctx.db, async (trx) => {
    const contacts = await trx.selectFrom('contact').selectAll().where(ofTenant(tenant)).limit(BATCH).execute();
    if (contacts.length === 0) return 0;
    const unsubscribed = contacts.filter(({ status }) => status === 'unsubscribed');
    for (const { email } of unsubscribed)
      await suppressAddress(trx, tenant, email, { scope: 'marketing', reason: 'unsubscribed', now: ctx.clock.now() });
    const ids = contacts.map(({ id }) => id);
    await trx.deleteFrom('contact').where(ofTenant(tenant)).where('id', 'in', ids).execute();
    return contacts.length;
  });
