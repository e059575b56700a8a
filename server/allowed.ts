import type { Context } from '../context';

/** Whether the account may connect. Without ALLOWED_ACCOUNTS all may; a public server sets it against strangers. */
export const isAllowed = ({ config: { allowedAccounts } }: Context, accountId: string): boolean =>
  allowedAccounts.length === 0 || allowedAccounts.includes(accountId);
