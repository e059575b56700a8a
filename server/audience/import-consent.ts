/** How other programs' files say who wants no marketing: columns that are read, and signs of others that are not. Pure. */

/** What a column's cells say: a status, or yes and no. */
export type ConsentColumn = 'status' | 'subscribed' | 'unsubscribed' | 'suppressed';

/** Folded, without spaces and marks. */
const NAMES: Record<ConsentColumn, readonly string[]> = {
  status: ['status', 'subscriptionstate'],
  subscribed: ['subscribed', 'issubscribed'],
  unsubscribed: [
    'unsubscribed',
    'isunsubscribed',
    'hasunsubscribed',
    'optedout',
    'optout',
    'hasoptedout',
    'isoptedout',
  ],
  suppressed: ['suppressed', 'issuppressed'],
};

export const consentColumnOf = (folded: string): ConsentColumn | undefined =>
  (Object.keys(NAMES) as ConsentColumn[]).find((means) => NAMES[means].includes(folded));

/** Whether a column's name sounds like consent. Rather too often: the merchant says that it is about something else. */
export const isAboutLeaving = (folded: string): boolean =>
  /unsub|subscribed|subscriber|opt|consent|bounce|complain|suppress|marketing|newsletter|spam|donotmail|donotemail/.test(
    folded,
  );

/** Whether a cell says that somebody left, whatever its column is called. */
export const saysLeft = (text: string): boolean =>
  /^(?:unsubscribed?|opted[ _-]?out|opt[ _-]?out|(?:hard[ _-]?)?bounced?|complained?|complaint|cleaned|suppressed|spam)$/i.test(
    text.trim(),
  );
