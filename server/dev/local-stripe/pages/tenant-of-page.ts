import type { Tenant } from '../tenant';

/** The tenant of a page for customers: its address says the account, and its secret begins with the mode. */
export type TenantOfPage = (account: string, secret: string) => Tenant | undefined;

export const createTenantOfPage =
  (findTenant: (account: string, livemode: boolean) => Tenant | undefined): TenantOfPage =>
  (account, secret) =>
    findTenant(account, secret.startsWith('live_'));
