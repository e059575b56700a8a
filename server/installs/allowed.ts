import type { Context } from '../context';

/** A public Tillpost must not be a mail relay for strangers: ALLOWED_ACCOUNTS, when set, says who may connect. */
export const isAllowed = ({ config: { allowedAccounts } }: Context, accountId: string): boolean =>
  allowedAccounts.length === 0 || allowedAccounts.includes(accountId);
