/**
 * The token in `{{ pay_url }}` names the email, which knows what is to be paid and moves along when contacts are merged. It is
 * signed; how long it works is judged where it is opened.
 */
import type { Context } from '../context';
import { modeOf, type Tenant } from '../db/tenant';

const PURPOSE = 'pay';
/** In place of an email's id, in previews and test sends. */
const SAMPLE = 'sample';

/** `emailId` null: the link leads to a page that says that it is a sample. */
export function payUrl(
  { config, vault }: Pick<Context, 'config' | 'vault'>,
  tenant: Tenant,
  emailId: string | null,
): string {
  const text = [tenant.accountId, modeOf(tenant), emailId ?? SAMPLE].join(' ');
  return `${config.publicUrl}/pay/${vault.sign(text, PURPOSE)}`;
}

export interface PayToken {
  tenant: Tenant;
  /** Null: a sample. */
  emailId: string | null;
}

/** Undefined for a token that we didn't make. */
export function readPayToken({ vault }: Pick<Context, 'vault'>, token: string): PayToken | undefined {
  const [accountId, mode, id] = vault.verify(token, PURPOSE)?.split(' ') ?? [];
  if (!accountId || !id) return undefined;
  return { tenant: { accountId, livemode: mode === 'live' }, emailId: id === SAMPLE ? null : id };
}
