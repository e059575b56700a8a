/**
 * The install: one Stripe account connected in one mode. Its row holds its credentials, encrypted. `now` is in epoch
 * milliseconds throughout.
 */
import { ofClaim } from '../db/claim';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { selectByTenants } from '../db/keys';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { resumeImport } from './import-job';
import { askToPlanAnew } from './planning-job';
import { removeInstallFromSessions } from './sessions';
import { ACCESS_TOKEN_MS } from './token-exchange';

export type Install = Row<'install'>;

/** What events are decided by. */
export type HeldInstall = Pick<Install, (typeof HELD)[number]>;
const HELD = ['status', 'shut_out_at', 'has_schedules', 'connected_at', 'token_expires_at', 'wants'] as const;

export const findInstall = (db: Db, tenant: Tenant): Promise<Install | undefined> =>
  db.selectFrom('install').selectAll().where(ofTenant(tenant)).executeTakeFirst();

/** By tenantKey; nobody ends them before this transaction commits (PostgreSQL; SQLite has one writer anyway). */
export async function holdInstalls(trx: Trx, tenants: readonly Tenant[]): Promise<Map<string, HeldInstall>> {
  const rows = await selectByTenants(trx, 'install', tenants, { columns: HELD, lock: 'share' });
  return new Map(rows.map((row) => [tenantKey(tenantOf(row)), row]));
}

export const findInstallById = (db: Db, id: string): Promise<Install | undefined> =>
  db.selectFrom('install').selectAll().where('id', '=', id).executeTakeFirst();

/** All installs ever connected, removed ones included until they are erased; the oldest first. */
export const listInstalls = (db: Db): Promise<Install[]> =>
  db.selectFrom('install').selectAll().orderBy('id').execute();

/** Also while it needs to be connected again: its events are received and its data can be read. Not while it is shut out. */
export const isConnected = <I extends Pick<Install, 'status' | 'shut_out_at'>>(install: I | undefined): install is I =>
  install !== undefined && install.status !== 'removed' && install.shut_out_at === null;

/**
 * When Stripe last gave us a token (epoch milliseconds). An uninstall from before that is not the end of this
 * connection: uninstalling kills all tokens, so the account has been connected again since.
 */
export const lastGrantAt = (install: Pick<Install, 'token_expires_at' | 'connected_at'>): number =>
  install.token_expires_at === null ? install.connected_at : install.token_expires_at - ACCESS_TOKEN_MS;

/** What connecting obtained; tokens and secrets are encrypted (see seals.ts). */
export type Credentials = Pick<
  Install,
  'kind' | 'access_token' | 'refresh_token' | 'token_expires_at' | 'webhook_endpoint_id' | 'webhook_secret'
>;

/**
 * Makes or renews the install in one transaction: the id stays for ever, `connected_at` until it is removed. It is due at
 * once: its queue makes what waited for the connection go on.
 * Undefined when the account's earlier data is being erased right now: the person has to wait for that.
 */
export function connectInstall(
  db: Db,
  tenant: Tenant,
  credentials: Credentials,
  { now, id = newId('ins', now) }: { now: number; id?: string },
): Promise<Install | undefined> {
  return transact(db, async (trx) => {
    const existing = await findInstall(trx, tenant);
    if (existing && isBeingErased(existing, now)) return undefined;
    const values = {
      ...credentials,
      status: 'active' as const,
      token_lease_until: null,
      connected_at: isConnected(existing) ? existing.connected_at : now,
      removed_at: null,
      needs_reconnect_at: null,
      reconnect_notified_at: null,
      due_at: now,
      claims: 0,
      attempts: 0,
      last_error: null,
      catch_up_from: null,
      missing_permission: null,
      shut_out_at: null,
      missed_since: isConnected(existing) ? existing.missed_since : null,
    };
    const install = await trx
      .insertInto('install')
      .values({ ...tenantColumns(tenant), id, account_name: null, account_email: null, ...values })
      .onConflict((conflict) => conflict.columns(['account_id', 'livemode']).doUpdateSet(values))
      .returningAll()
      .executeTakeFirstOrThrow();
    await resumeImport(trx, tenant, now);
    await askToPlanAnew(trx, tenant, now);
    return install;
  });
}

/** A removed install's `due_at` is when its data is to be erased; once a claim has begun on that, it is under way. */
const isBeingErased = (install: Install, now: number): boolean =>
  install.status === 'removed' && (install.attempts > 0 || (install.due_at ?? Infinity) <= now);

/**
 * Stripe refuses the install's credentials for good. Takes effect once, and only when the row still holds the
 * credentials that were refused; the row becomes due for the notice to the merchant.
 */
export async function markNeedsReconnect(db: Db, refused: Install, now: number): Promise<void> {
  await db
    .updateTable('install')
    .set({
      status: 'needs_reconnect',
      needs_reconnect_at: now,
      reconnect_notified_at: null,
      token_lease_until: null,
      due_at: now,
      claims: 0,
      attempts: 0,
    })
    .where('id', '=', refused.id)
    .where('status', '=', 'active')
    .where('access_token', '=', refused.access_token)
    .execute();
}

/** What Stripe wouldn't let us read of why a payment failed; null: it did. */
export async function noteMissingPermission(db: Db, tenant: Tenant, permission: string | null): Promise<void> {
  await db
    .updateTable('install')
    .set({ missing_permission: permission })
    .where(ofTenant(tenant))
    .where((eb) =>
      permission === null
        ? eb('missing_permission', 'is not', null)
        : eb.or([eb('missing_permission', 'is', null), eb('missing_permission', '!=', permission)]),
    )
    .execute();
}

/** By their ids, at most `limit` after that one. */
export const listConnected = (db: Db, after: string | undefined, limit: number) =>
  db
    .selectFrom('install')
    .select(['id', 'account_id', 'livemode'])
    .where('status', '!=', 'removed')
    .where('id', '>', after ?? '')
    .orderBy('id')
    .limit(limit)
    .execute();

export async function closeChecklist(db: Db, tenant: Tenant, now: number): Promise<void> {
  await db.updateTable('install').set({ checklist_closed_at: now }).where(ofTenant(tenant)).execute();
}

export async function openChecklist(db: Db, tenant: Tenant): Promise<void> {
  await db.updateTable('install').set({ checklist_closed_at: null }).where(ofTenant(tenant)).execute();
}

/** Every connected install is to look back over the whole window. Returns them. */
export const makeAllDue = (db: Db, now: number): Promise<Pick<Install, 'id' | 'kind'>[]> =>
  db
    .updateTable('install')
    .set({ due_at: now, catch_up_from: null })
    .where('status', '=', 'active')
    .where('claims', '=', 0)
    .returning(['id', 'kind'])
    .execute();

/** Ends a claim with its result; without effect when it is lost to a connection, a disconnection or another claim. */
export async function releaseInstall(
  db: Db,
  install: Install,
  fields: Partial<
    Pick<Install, 'due_at' | 'attempts' | 'last_error' | 'catch_up_from' | 'missed_since' | 'reconnect_notified_at'>
  >,
): Promise<void> {
  await db
    .updateTable('install')
    .set({ ...fields, claims: 0 })
    .where(ofClaim('install', install))
    .where('status', '=', install.status)
    .execute();
}

/** A removed install is to be erased now; nobody is signed in to it any more, no key opens it, and nobody is told of it. */
export async function askForErasure(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await removeInstallFromSessions(trx, tenant);
  await trx.deleteFrom('api_key').where(ofTenant(tenant)).execute();
  await trx
    .updateTable('install')
    .set({ due_at: now, account_name: null, account_email: null, wants: null })
    .where(ofTenant(tenant))
    .where('status', '=', 'removed')
    .execute();
}

/** The last of a removed install. */
export async function deleteInstall(trx: Trx, tenant: Tenant): Promise<void> {
  for (const table of ['import_job', 'planning_job', 'link_token', 'api_key', 'api_answer'] as const)
    await trx.deleteFrom(table).where(ofTenant(tenant)).execute();
  await removeInstallFromSessions(trx, tenant);
  await trx.deleteFrom('install').where(ofTenant(tenant)).where('status', '=', 'removed').execute();
}
