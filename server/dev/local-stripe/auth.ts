/** Whose key this is, and what it may do. */
import type { Request } from 'express';
import { APP_KEYS, APP_PERMISSIONS, isAccessToken, type OAuth } from './oauth';
import { expiredApiKey, invalidApiKey, missingPermission, noAccessToAccount, noApiKey } from './stripe-error';
import type { Tenant } from './tenant';

export interface RestrictedKey {
  key: string;
  account: string;
  livemode: boolean;
  permissions: ReadonlySet<string> | 'all';
}

export interface Caller {
  key: string;
  tenant: Tenant;
  permissions: ReadonlySet<string> | 'all';
}

export interface Keyring {
  oauth: OAuth;
  restrictedKeys: Map<string, RestrictedKey>;
  defaultAccount: string;
  /** Undefined when there is no such account. */
  findTenant(account: string, livemode: boolean): Tenant | undefined;
}

/** The key of a request: Bearer, or Basic with the key as the user. */
export function apiKeyOf(req: Request): string | undefined {
  const [scheme = '', credentials = ''] = (req.get('authorization') ?? '').split(' ');
  if (/^bearer$/i.test(scheme)) return credentials || undefined;
  if (/^basic$/i.test(scheme)) return Buffer.from(credentials, 'base64').toString().split(':')[0] || undefined;
  return undefined;
}

/** @throws StripeApiError 401 or 403, in Stripe's words */
export function authenticate(keyring: Keyring, req: Request): Caller {
  const key = apiKeyOf(req);
  if (!key) throw noApiKey();
  const { account, livemode, permissions, mayActForOthers } = identify(keyring, key);
  const acting = req.get('stripe-account') ?? account;
  const tenant = mayActForOthers || acting === account ? keyring.findTenant(acting, livemode) : undefined;
  if (!tenant) throw noAccessToAccount(key, acting);
  return { key, tenant, permissions };
}

function identify({ oauth, restrictedKeys, defaultAccount }: Keyring, key: string) {
  const grant = oauth.readAccessToken(key);
  if (grant) {
    if (!grant.isAlive) throw expiredApiKey(key);
    return {
      account: grant.account.id,
      livemode: grant.livemode,
      permissions: APP_PERMISSIONS,
      mayActForOthers: false,
    };
  }
  const restricted = restrictedKeys.get(key);
  if (restricted) return { ...restricted, mayActForOthers: false };
  if (key === APP_KEYS.live)
    return { account: defaultAccount, livemode: true, permissions: 'all' as const, mayActForOthers: true };
  // The official CLI may bring any test key of its user.
  if (/^sk_test_.{4,}$/.test(key) && !isAccessToken(key))
    return { account: defaultAccount, livemode: false, permissions: 'all' as const, mayActForOthers: true };
  throw invalidApiKey(key);
}

/** @throws StripeApiError 403 that names what is missing; writing includes reading */
export function demand({ key, tenant, permissions }: Caller, permission: string): void {
  if (permissions === 'all' || permissions.has(permission)) return;
  if (permission.endsWith('_read') && permissions.has(permission.replace(/_read$/, '_write'))) return;
  throw missingPermission(key, tenant.account.id, permission);
}
