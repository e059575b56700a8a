/** What isn't done by one press, in the console and in the Dashboard's views: it wants the account's name or id typed. */
export interface NamedAccount {
  /** `acct_…` */
  id: string;
  name: string | null;
}

export function namesAccount(text: string, { id, name }: NamedAccount): boolean {
  const typed = text.trim();
  return typed === id || (typed !== '' && typed === name?.trim());
}

export const CONFIRM_BY_NAME_WORDS = {
  /** The id follows. */
  ask: (name: string | null) => `To confirm, type ${name ? `the account’s name, ${name}, or ` : ''}its id`,
  refused: 'That is neither the name nor the id of this account. Nothing was done.',
};
