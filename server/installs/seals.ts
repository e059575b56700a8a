/** An install's secrets, encrypted at rest. Each is bound to its install and purpose and opens nowhere else. */
import type { Context } from '../context';
import { tenantOf, type Tenant } from '../db/tenant';
import type { Install } from './installs';

type SecretName = 'token' | 'refresh' | 'webhook';

const sealContext = (name: SecretName, tenant: Tenant): string => `${name}:${tenant.accountId}:${tenant.livemode}`;

export const sealSecret = (ctx: Context, name: SecretName, tenant: Tenant, secret: string): string =>
  ctx.vault.seal(secret, sealContext(name, tenant));

const COLUMNS = { token: 'access_token', refresh: 'refresh_token', webhook: 'webhook_secret' } as const;

/** The plain secret. Undefined when the row holds none, or one that no key in ENCRYPTION_KEY opens (which is logged). */
export function openSecret(ctx: Context, name: SecretName, install: Install): string | undefined {
  const sealed = install[COLUMNS[name]];
  if (sealed === null) return undefined;
  try {
    return ctx.vault.open(sealed, sealContext(name, tenantOf(install)));
  } catch (error) {
    ctx.log.error({ err: error, install: install.id, column: COLUMNS[name] }, 'a stored secret can not be opened');
    return undefined;
  }
}
