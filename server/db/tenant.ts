/** An install is the tenant: one Stripe account in one mode. Every query names it. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { flag } from './columns';
import type { Flag, Schema } from './schema';

export interface Tenant {
  accountId: string;
  livemode: boolean;
}

type TenantTable = {
  [T in keyof Schema]: 'account_id' extends keyof Schema[T] ? T : never;
}[keyof Schema];

/** In rows made by the thousand spread it last: V8 takes microseconds for a literal that adds fields after a spread. */
export const tenantColumns = (tenant: Tenant): { account_id: string; livemode: Flag } => ({
  account_id: tenant.accountId,
  livemode: flag(tenant.livemode),
});

export const tenantOf = (row: { account_id: string; livemode: Flag }): Tenant => ({
  accountId: row.account_id,
  livemode: row.livemode === 1,
});

export const tenantKey = (tenant: Tenant): string => `${tenant.accountId}:${modeOf(tenant)}`;

export const modeOf = ({ livemode }: Pick<Tenant, 'livemode'>): 'live' | 'test' => (livemode ? 'live' : 'test');

/** The installs that the rows belong to, each once. */
export const tenantsOf = (rows: readonly { account_id: string; livemode: Flag }[]): Tenant[] => [
  ...new Map(rows.map(tenantOf).map((tenant) => [tenantKey(tenant), tenant])).values(),
];

/** The condition every query of a tenant table starts with: `.where(ofTenant(tenant))`. In joins name the table. */
export function ofTenant(tenant: Tenant, table?: TenantTable): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(table ? `${table}.${name}` : name);
  return sql<SqlBool>`${column('account_id')} = ${tenant.accountId} and ${column('livemode')} = ${flag(tenant.livemode)}`;
}
