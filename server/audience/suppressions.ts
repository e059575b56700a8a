/** Addresses that must not be mailed, kept as hashes: they outlive the contact without keeping the address. */
import type { Db } from '../db/schema';
import { inList } from '../db/bulk';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { sha256 } from '../vault';

export interface Suppression {
  /** `all`: no mail at all. `marketing`: the owner had unsubscribed. */
  scope: 'all' | 'marketing';
  reason: string;
  at: number;
}

const hashOf = (address: string) => sha256(address.trim().toLowerCase());

export async function findSuppressions(db: Db, tenant: Tenant, addresses: string[]): Promise<Map<string, Suppression>> {
  const byHash = new Map(addresses.map((address) => [hashOf(address), address]));
  if (byHash.size === 0) return new Map();
  const rows = await db
    .selectFrom('suppression')
    .selectAll()
    .where(ofTenant(tenant))
    .where('address_hash', 'in', inList(byHash.keys()))
    .execute();
  return new Map(
    rows.map((row) => [
      byHash.get(row.address_hash) ?? '',
      { scope: row.scope, reason: row.reason, at: row.created_at },
    ]),
  );
}

export async function findSuppression(db: Db, tenant: Tenant, address: string): Promise<Suppression | undefined> {
  return (await findSuppressions(db, tenant, [address])).get(address);
}

/** A wider scope replaces a narrower one, never the other way round. */
export async function suppressAddress(
  db: Db,
  tenant: Tenant,
  address: string,
  { scope, reason, now }: { scope: Suppression['scope']; reason: string; now: number },
): Promise<void> {
  await db
    .insertInto('suppression')
    .values({ ...tenantColumns(tenant), address_hash: hashOf(address), scope, reason, created_at: now })
    .onConflict((oc) =>
      scope === 'all'
        ? oc.columns(['account_id', 'livemode', 'address_hash']).doUpdateSet({ scope, reason, created_at: now })
        : oc.doNothing(),
    )
    .execute();
}

/** The owner wants marketing again; a refusal of the mail server stays. */
export async function liftUnsubscribe(db: Db, tenant: Tenant, address: string): Promise<void> {
  await db
    .deleteFrom('suppression')
    .where(ofTenant(tenant))
    .where('address_hash', '=', hashOf(address))
    .where('scope', '=', 'marketing')
    .execute();
}

export async function liftSuppression(db: Db, tenant: Tenant, address: string): Promise<void> {
  await db.deleteFrom('suppression').where(ofTenant(tenant)).where('address_hash', '=', hashOf(address)).execute();
}
