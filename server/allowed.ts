/** Whom this Tillpost serves. Without ALLOWED_ACCOUNTS everyone; a public server sets it against strangers. */
import type { Config } from './config';

export const isAllowed = (
  { config: { allowedAccounts } }: { config: Pick<Config, 'allowedAccounts'> },
  accountId: string,
): boolean => allowedAccounts.length === 0 || allowedAccounts.includes(accountId);
