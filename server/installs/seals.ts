/** An install's secrets at rest. Each is bound to its install and use, so a sealed text is worth nothing elsewhere. */
import type { Context } from '../context';
import { tenantOf, type Tenant } from '../db/tenant';
import type { Install } from './installs';

type Sealed = 'token' | 'refresh' | 'webhook';

const sealContext = (what: Sealed, tenant: Tenant): string => `${what}:${tenant.accountId}:${tenant.livemode}`;

export const sealSecret = (ctx: Context, what: Sealed, tenant: Tenant, secret: string): string =>
  ctx.vault.seal(secret, sealContext(what, tenant));

const COLUMNS = { token: 'access_token', refresh: 'refresh_token', webhook: 'webhook_secret' } as const;

/** Undefined when the row holds none, or one that no configured ENCRYPTION_KEY opens (logged: the operator's fault). */
export function openSecret(ctx: Context, what: Sealed, install: Install): string | undefined {
  const sealed = install[COLUMNS[what]];
  if (sealed === null) return undefined;
  try {
    return ctx.vault.open(sealed, sealContext(what, tenantOf(install)));
  } catch (error) {
    ctx.log.error({ err: error, install: install.id, secret: what }, 'a stored secret can not be opened');
    return undefined;
  }
}
