/** An install is the tenant: one Stripe account in one mode. Every query names it. */
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import { flag } from './columns';
import type { Flag, Schema } from './schema';

export interface Tenant {
  accountId: string;
  livemode: boolean;
}

type TenantTable = {
  [T in keyof Schema]: 'account_id' extends keyof Schema[T] ? T : never;
}[keyof Schema];

export const tenantColumns = (tenant: Tenant): { account_id: string; livemode: Flag } => ({
  account_id: tenant.accountId,
  livemode: flag(tenant.livemode),
});

export const tenantOf = (row: { account_id: string; livemode: Flag }): Tenant => ({
  accountId: row.account_id,
  livemode: row.livemode === 1,
});

export const tenantKey = (tenant: Tenant): string => `${tenant.accountId}:${tenant.livemode ? 'live' : 'test'}`;

/** The condition every query of a tenant table starts with: `.where(ofTenant(tenant))`. In joins name the table. */
export function ofTenant(tenant: Tenant, table?: TenantTable) {
  const prefix = table ? `${table}.` : '';
  return (eb: ExpressionBuilder<never, never>): ExpressionWrapper<never, never, SqlBool> => {
    const columns = eb as unknown as ExpressionBuilder<Schema, 'install'>;
    return columns.and([
      columns(`${prefix}account_id` as 'account_id', '=', tenant.accountId),
      columns(`${prefix}livemode` as 'livemode', '=', flag(tenant.livemode)),
    ]) as unknown as ExpressionWrapper<never, never, SqlBool>;
  };
}
