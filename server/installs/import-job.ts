/** What connecting and disconnecting do to an install's import. The import itself is in lifecycle/import.ts. */
import type { Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

/** Makes an import due that was paused because the install needed reconnecting. `now` in epoch milliseconds. */
export async function resumeImport(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await trx
    .updateTable('import_job')
    .set({ status: 'running', due_at: now, claims: 0, attempts: 0, last_error: null })
    .where(ofTenant(tenant))
    .where('status', '=', 'paused')
    .execute();
}

/** Ends an import that is running or paused: the account was disconnected. `now` in epoch milliseconds. */
export async function failImport(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await trx
    .updateTable('import_job')
    .set({ status: 'failed', due_at: null, claims: 0, last_error: 'The account was disconnected', finished_at: now })
    .where(ofTenant(tenant))
    .where('status', 'in', ['running', 'paused'])
    .execute();
}
