/** Addresses that must not be mailed, kept as keyed hashes: they outlive the contact without keeping the address. */
import { flag } from '../db/columns';
import { selectByKeys, type TenantKey } from '../db/keys';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { hashAddress } from './suppression-key';

export interface Suppression {
  /** `all`: no mail at all. `marketing`: the owner had unsubscribed, and nothing more is the matter. */
  scope: 'all' | 'marketing';
  /** Whether the owner had unsubscribed: of `marketing` always, of `all` as well. */
  hasLeft: boolean;
  reason: string;
  /** Epoch milliseconds. */
  at: number;
}

/** The same keys with the hashes of their addresses. */
export const hashKeys = (db: Db, addresses: readonly TenantKey[]): TenantKey[] =>
  addresses.map((key) => ({ ...key, value: hashAddress(db, key.value) }));

/** By tenantKey, then by address. The keys' values are normalised addresses; `hashed` are those of hashKeys. */
export async function findSuppressionsOfAll(
  db: Db,
  addresses: readonly TenantKey[],
  hashed = hashKeys(db, addresses),
): Promise<Map<string, Map<string, Suppression>>> {
  const byHash = new Map(hashed.map(({ value }, i) => [value, addresses[i]?.value ?? '']));
  const found = new Map<string, Map<string, Suppression>>();
  for (const row of await selectByKeys(db, 'suppression', 'address_mac', hashed)) {
    const key = tenantKey(tenantOf(row));
    const own = found.get(key) ?? new Map<string, Suppression>();
    found.set(key, own);
    own.set(byHash.get(row.address_mac) ?? '', {
      scope: row.scope,
      hasLeft: row.has_left === 1,
      reason: row.reason,
      at: row.created_at,
    });
  }
  return found;
}

/** By address. */
export async function findSuppressions(
  db: Db,
  tenant: Tenant,
  addresses: readonly string[],
): Promise<Map<string, Suppression>> {
  const keys = addresses.map((value) => ({ ...tenantColumns(tenant), value }));
  return (await findSuppressionsOfAll(db, keys)).get(tenantKey(tenant)) ?? new Map<string, Suppression>();
}

export async function findSuppression(db: Db, tenant: Tenant, address: string): Promise<Suppression | undefined> {
  return (await findSuppressions(db, tenant, [address])).get(address);
}

/** A wider scope replaces a narrower one, never the other way round; that the owner had left stays. `now` in epoch milliseconds. */
export async function suppressAddress(
  db: Db,
  tenant: Tenant,
  address: string,
  { scope, reason, now }: { scope: Suppression['scope']; reason: string; now: number },
): Promise<void> {
  const row = { scope, reason, created_at: now, has_left: flag(scope === 'marketing') };
  await db
    .insertInto('suppression')
    .values({ ...tenantColumns(tenant), address_mac: hashAddress(db, address), ...row })
    .onConflict((oc) =>
      oc
        .columns(['account_id', 'livemode', 'address_mac'])
        .doUpdateSet(scope === 'all' ? { scope, reason, created_at: now } : { has_left: 1 }),
    )
    .execute();
}

/** The owner wants marketing again; a refusal of the mail server stays. */
export async function liftUnsubscribe(db: Db, tenant: Tenant, address: string): Promise<void> {
  const mac = hashAddress(db, address);
  await db
    .deleteFrom('suppression')
    .where(ofTenant(tenant))
    .where('address_mac', '=', mac)
    .where('scope', '=', 'marketing')
    .execute();
  await db
    .updateTable('suppression')
    .set({ has_left: 0 })
    .where(ofTenant(tenant))
    .where('address_mac', '=', mac)
    .where('has_left', '=', 1)
    .execute();
}

/** The address may take mail again; who had unsubscribed stays so. */
export async function liftRefusal(db: Db, tenant: Tenant, address: string): Promise<void> {
  const mac = hashAddress(db, address);
  await db
    .deleteFrom('suppression')
    .where(ofTenant(tenant))
    .where('address_mac', '=', mac)
    .where('scope', '=', 'all')
    .where('has_left', '=', 0)
    .execute();
  await db
    .updateTable('suppression')
    .set({ scope: 'marketing', reason: 'unsubscribed' })
    .where(ofTenant(tenant))
    .where('address_mac', '=', mac)
    .where('scope', '=', 'all')
    .execute();
}

/** What keeps mail from the address, the refusal first: a person who lifts it was not shown what it hides. */
export async function liftSuppression(db: Db, tenant: Tenant, address: string): Promise<void> {
  if ((await findSuppression(db, tenant, address))?.scope === 'all') return liftRefusal(db, tenant, address);
  await db
    .deleteFrom('suppression')
    .where(ofTenant(tenant))
    .where('address_mac', '=', hashAddress(db, address))
    .execute();
}
