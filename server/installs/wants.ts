/**
 * Of what somebody wants to be told in an install: kept on its row, so that nothing is written of what nobody wants, and
 * nothing is asked for it where the row is read anyway.
 */
import type { WebhookType } from '../../shared/webhooks';
import { selectByTenants } from '../db/keys';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';

export type Wants = ReadonlySet<WebhookType>;

/** Who wants it: each says so for itself. */
type WantsSource = 'webhooks' | 'workflows' | 'forwarding';

const NOTHING: Wants = new Set();

type Stored = Partial<Record<WantsSource, WebhookType[]>>;

export const wantsOf = (install: Pick<Row<'install'>, 'wants'> | undefined): Wants =>
  install?.wants ? new Set(Object.values(JSON.parse(install.wants) as Stored).flat()) : NOTHING;

/** By tenantKey. */
export async function findWantsOfAll(db: Db, tenants: readonly Tenant[]): Promise<(tenant: Tenant) => Wants> {
  const rows = tenants.length === 0 ? [] : await selectByTenants(db, 'install', tenants, { columns: ['wants'] });
  const found = new Map(rows.map((row) => [tenantKey(tenantOf(row)), wantsOf(row)]));
  return (tenant) => found.get(tenantKey(tenant)) ?? NOTHING;
}

export const findWants = async (db: Db, tenant: Tenant): Promise<Wants> => (await findWantsOfAll(db, [tenant]))(tenant);

/** In the transaction that changes what they are wanted for. In one of `transact`: two at once must not overlook each other. */
export async function setWants(
  trx: Trx,
  tenant: Tenant,
  source: WantsSource,
  types: Iterable<WebhookType>,
): Promise<void> {
  const install = await trx.selectFrom('install').select('wants').where(ofTenant(tenant)).executeTakeFirst();
  if (!install) return;
  const { [source]: _, ...others } = JSON.parse(install.wants ?? '{}') as Stored;
  const own = [...new Set(types)].sort();
  const all: Stored = own.length > 0 ? { ...others, [source]: own } : others;
  const wants = Object.keys(all).length > 0 ? JSON.stringify(all) : null;
  // The same as well: who read beside it what it follows from collides with this.
  await trx.updateTable('install').set({ wants }).where(ofTenant(tenant)).execute();
}
