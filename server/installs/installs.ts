/** The install: one Stripe account connected in one mode. Its row holds its credentials, encrypted. */
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { isPostgres } from '../db/engine';
import { transact } from '../db/transact';
import { resumeImport } from './import-job';
import { ACCESS_TOKEN_MS } from './token-exchange';

export type Install = Row<'install'>;

/** `locked`: its status stays until this transaction commits (PostgreSQL's `for share`; SQLite has one writer anyway). */
export const findInstall = (
  db: Db,
  tenant: Tenant,
  { locked = false }: { locked?: boolean } = {},
): Promise<Install | undefined> =>
  db
    .selectFrom('install')
    .selectAll()
    .where(ofTenant(tenant))
    .$if(locked && isPostgres(db), (query) => query.forShare())
    .executeTakeFirst();

export const findInstallById = (db: Db, id: string): Promise<Install | undefined> =>
  db.selectFrom('install').selectAll().where('id', '=', id).executeTakeFirst();

/** All installs ever connected, removed ones included until they are erased; the oldest first. */
export const listInstalls = (db: Db): Promise<Install[]> =>
  db.selectFrom('install').selectAll().orderBy('id').execute();

/** Also while it needs to be connected again: its events are received and its data can be read. */
export const isConnected = (install: Install | undefined): install is Install =>
  install !== undefined && install.status !== 'removed';

/**
 * When Stripe last gave us a token (epoch milliseconds). An uninstall from before that is not the end of this
 * connection: uninstalling kills all tokens, so the account has been connected again since.
 */
export const lastGrantAt = (install: Install): number =>
  install.token_expires_at === null ? install.connected_at : install.token_expires_at - ACCESS_TOKEN_MS;

/** What connecting obtained; tokens and secrets are encrypted (see seals.ts). */
export type Credentials = Pick<
  Install,
  'kind' | 'access_token' | 'refresh_token' | 'token_expires_at' | 'webhook_endpoint_id' | 'webhook_secret'
>;

/**
 * Creates or renews the install in one transaction: the id never changes, `connected_at` only after a removal. What
 * waited for the connection becomes due: waiting events, the paused import, the catch-up. `now` in epoch milliseconds.
 * Undefined while the account's earlier data is being erased: the person has to wait for that.
 */
export function connectInstall(
  db: Db,
  tenant: Tenant,
  credentials: Credentials,
  { now, id = newId('ins') }: { now: number; id?: string },
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
    };
    const install = await trx
      .insertInto('install')
      .values({ ...tenantColumns(tenant), id, account_name: null, account_email: null, ...values })
      .onConflict((conflict) => conflict.columns(['account_id', 'livemode']).doUpdateSet(values))
      .returningAll()
      .executeTakeFirstOrThrow();
    await wakeWaitingEvents(trx, tenant, now);
    await resumeImport(trx, tenant, now);
    return install;
  });
}

/** A removed install's `due_at` is when its data is to be erased; once a claim has begun on that, it is under way. */
const isBeingErased = (install: Install, now: number): boolean =>
  install.status === 'removed' && (install.attempts > 0 || (install.due_at ?? Infinity) <= now);

async function wakeWaitingEvents(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await trx
    .updateTable('event')
    .set({ due_at: now })
    .where(ofTenant(tenant))
    .where('status', '=', 'waiting')
    .where('claims', '=', 0)
    .execute();
}

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
