/** An account's connection to Stripe, and the import of its customers. */
import type { ImportProgress, ImportStatus } from '../api';

export const RECONNECT_WORDS = {
  title: 'Reconnect to Stripe',
  description: 'Stripe no longer accepts this connection. Nothing is lost: events wait until you reconnect.',
};

/** An email to the account’s owner and the operator. */
export interface NoticeWords {
  /** `account` is its name or id. */
  subject(account: string): string;
  /** `account` as "Acme (acct_1)". */
  text(about: { account: string; mode: 'live' | 'test'; url: string }): string;
}

export const RECONNECT_NOTICE: NoticeWords = {
  subject: (account) => `Tillpost lost its connection to ${account}`,
  text: ({ account, mode, url }) =>
    [
      `Stripe no longer accepts Tillpost's access to ${account} in ${mode} mode.`,
      'Events are still received and stored. Those that need a look-up at Stripe wait; nothing is lost.',
      `Connect the account again: ${url}`,
    ].join('\n\n'),
};

export const notAllowed = (accountId: string) =>
  `This Tillpost accepts certain Stripe accounts only, and ${accountId} is not one of them. Its operator can add it to ALLOWED_ACCOUNTS.`;

export const DISCONNECT_WORDS = {
  /** `mode` as "test mode". */
  describe: (mode: string) =>
    `Gives up access to Stripe in ${mode} and stops every workflow. You can connect again at any time.`,
  warning:
    'Events stop arriving and all runs end now. Contacts, workflows, events and emails are erased after 30 days unless you connect again.',
  strip: 'This account is disconnected: nothing is received or sent.',
};

/** The page that connects the account on screen in a mode it isn't connected in yet, or anew. */
export const CONNECT_PAGE_WORDS = {
  title: { live: 'Connect live mode', test: 'Connect test mode' },
  isNew: {
    live: 'This account is connected in test mode only. Live mode is connected apart, and has contacts, workflows and settings of its own. Nothing is sent there until you turn it on.',
    test: 'This account is connected in live mode only. Test mode is connected apart, and has contacts, workflows and settings of its own. Emails there are kept in this console, except to test addresses.',
  },
  isAnew: 'Everything that is kept of this account stays as it is.',
} as const;

export const IMPORT_QUESTION = {
  title: 'Import all customers of this account?',
  description:
    'Their names, addresses and subscriptions are copied from Stripe into the audience. Contacts that are there already are brought up to date.',
};

/** `next` says how a halted import goes on. */
export const IMPORT_WORDS: Record<ImportStatus, { title: string; next?: string }> = {
  running: { title: 'Importing customers' },
  paused: { title: 'The import is paused', next: 'It goes on by itself once you reconnect.' },
  failed: { title: 'The import stopped', next: 'Starting it again updates them and doubles none.' },
  done: { title: 'Done' },
};

/** "120 of 400", "120 so far", "400 customers" once done. `format` writes numbers as the reader does. */
export function countImported({ status, done, total }: ImportProgress, format: (count: number) => string): string {
  if (status === 'done') return `${format(done)} ${done === 1 ? 'customer' : 'customers'}`;
  return total === null ? `${format(done)} so far` : `${format(done)} of ${format(total)}`;
}

/** Of a permission that Stripe refused as it was asked why a payment failed. */
export const WHY_UNKNOWN_WORDS = {
  title: 'Emails can’t say why a payment failed',
  description: (permission: string, kind: 'oauth' | 'restricted_key') =>
    kind === 'oauth'
      ? `Stripe doesn’t let Tillpost read that: ${permission} is missing. Emails go out without the cause until the account accepts the permission of a newer version of the app.`
      : `Stripe doesn’t let Tillpost read that: ${permission} is missing. Emails go out without the cause until you add it to the restricted key in the Stripe Dashboard.`,
};
