import type { Random } from './random';

/** A merchant's account as the local Stripe keeps it. */
export interface Account {
  id: string;
  name: string;
  email: string;
  /** Two letters. */
  country: string;
  default_currency: string;
  /** The person who installs the app and looks at the Dashboard. */
  user_id: string;
  /** Epoch seconds. */
  created: number;
}

export type NewAccount = Partial<Omit<Account, 'created'>>;

export function newAccount(given: NewAccount, random: Random, created: number): Account {
  const person = random.newPerson();
  return {
    id: `acct_1${random.letters(15)}`,
    name: `${person.name.split(' ')[1]} & Co.`,
    email: person.email,
    country: 'US',
    default_currency: 'usd',
    user_id: `usr_${random.letters(14)}`,
    created,
    ...given,
  };
}

/** The part of Stripe's account object that any of its readers uses. */
export const accountObject = (account: Account) => ({
  id: account.id,
  object: 'account',
  business_profile: { name: account.name, url: null, support_email: account.email },
  business_type: 'company',
  charges_enabled: true,
  country: account.country,
  created: account.created,
  default_currency: account.default_currency,
  details_submitted: true,
  email: account.email,
  metadata: {},
  payouts_enabled: true,
  settings: { dashboard: { display_name: account.name, timezone: 'Etc/UTC' } },
  type: 'standard',
});
