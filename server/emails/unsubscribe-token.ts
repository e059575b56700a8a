/**
 * The token in an unsubscribe link names the email, not the contact: when contacts are merged, the email's row moves
 * along and the link still finds the person. It is signed and never expires.
 */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';

const PURPOSE = 'unsubscribe';

export function unsubscribeUrl({ config, vault }: Pick<Context, 'config' | 'vault'>, tenant: Tenant, emailId: string) {
  const text = [tenant.accountId, tenant.livemode ? 'live' : 'test', emailId].join(' ');
  return `${config.publicUrl}/unsubscribe/${vault.sign(text, PURPOSE)}`;
}

/** Undefined for a token that we didn't make. */
export function readUnsubscribeToken({ vault }: Pick<Context, 'vault'>, token: string) {
  const [accountId, mode, emailId] = vault.verify(token, PURPOSE)?.split(' ') ?? [];
  if (!accountId || !emailId) return undefined;
  return { tenant: { accountId, livemode: mode === 'live' }, emailId };
}
