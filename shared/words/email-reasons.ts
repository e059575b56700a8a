import type { EmailReason } from '../api';

/** Why an email was not sent, not yet or not again: the sentence that is stored on it. */
export const EMAIL_REASONS = {
  disconnected: 'The account was disconnected',
  noMailServer: 'No mail server is configured',
  notOnTestList: 'Test mode mails only the addresses on the test list',
  overTestLimit: (limit: number) =>
    `Test mode sends no more than ${limit} emails in an hour to test addresses that have not confirmed: this one was kept here`,
  contentGone: 'Its content is gone',
  crashed: 'Sending it ended the process several times',

  contactDeleted: 'The contact was deleted',
  stepRemoved: 'The step was removed from the workflow before the email went out',
  payloadGone: 'The event that caused it is no longer kept',
  runEnded: 'The workflow ended for this contact before the email went out',
  unsubscribed: 'The contact has unsubscribed',
  transactionalOnly: 'The contact gets transactional email only',
  leftList: (list: string) => `The contact has left the mailing list ${list}`,
  notOnList: (list: string) => `The contact is not on the mailing list ${list}`,
  listGone: 'The mailing list of this email was deleted',
  noBillingContact: 'The address is not a billing contact of this contact any more',
  notForCopies: 'Billing contacts get transactional email only',
  addressSuppressed: (why: string) => `The address takes no mail: ${why}`,

  /** `answer` is the mail server's. */
  addressRefused: (answer: string) => `The mail server refused the address: ${answer}`,
  refused: (answer: string) => `The mail server refused it: ${answer}`,
  lettersNotTaken: 'The address has letters before the @ that the mail server can’t take: it does not offer SMTPUTF8',
  noEncryption: 'The mail server offers no encryption (STARTTLS), and SMTP_URL wants it: nothing was sent to it',
  willBeRetried: (answer: string) => `Will be tried again: ${answer}`,
  givenUp: (answer: string) => `Given up after a day: ${answer}`,

  noReply: 'the mail server gave no reply in time',
  stopped: 'Tillpost was stopped before the mail server had all of it',
  unknownAcceptance:
    'The connection ended after the whole email was handed over and before the mail server replied: it may have arrived, so it is sent again only by hand',
  /** `said` is the mail server's or the provider's. */
  bounced: (said: string) => withWords('The address bounced', said),
  notDelivered: (said: string) => withWords('Not delivered so far', said),
  complained: 'The recipient reported it as spam',
  /** Why it was held follows. */
  discarded: 'Discarded by hand. It was held',

  emptySubject: 'The subject came out empty',
  htmlTooLong: 'The email is too long: its HTML would be over 500 kB',
  tooLong: 'The template makes an email that is too long',
  tooCostly: 'The template takes too long, over 250 ms, or too much memory',
  costlyMinute: 'Templates of this account have used up their 2 s of a minute: they go on when it is over',
  noValue: (path: string) => `No value for ${path}: give the merge tag a default, or fill it in Stripe`,
  faultyTemplate: (problem: string) => `The template could not be filled in: ${problem}`,
};

/** The reasons as a filter and counts name them; the sentence on an email says more. */
export const EMAIL_REASON_LABELS: Record<EmailReason, string> = {
  not_true: 'What it says was no longer so',
  state_unknown: 'Stripe could not be asked whether it still was so',
  over_budget: 'Too large, or too slow to make',
  retrying: 'Will be tried again',
  gave_up: 'Given up after many tries',
  unsubscribed: EMAIL_REASONS.unsubscribed,
  transactional_only: EMAIL_REASONS.transactionalOnly,
  not_on_list: 'Not on its mailing list',
  address_suppressed: 'The address takes no mail',
  contact_deleted: EMAIL_REASONS.contactDeleted,
  run_ended: 'Its run had ended',
  test_mode: 'Test mode: not on the test list, or too many in an hour',
  no_mail_server: EMAIL_REASONS.noMailServer,
  missing_value: 'A merge tag had no value',
  refused: 'The mail server refused it',
  unknown_acceptance: 'Not known whether it arrived',
  disconnected: EMAIL_REASONS.disconnected,
  bounced: 'The address bounced',
  discarded: 'Discarded by hand',
};

const withWords = (sentence: string, said: string) => (said === '' ? sentence : `${sentence}: ${said}`);

export const DISCARD_WORDS = {
  one: 'It isn’t sent, now or later, and waits for nobody any more. It stays in the list, with why it was held. This can’t be undone.',
  many: 'None of them is sent, now or later, and they wait for nobody any more. They stay in the list, with why they were held. This can’t be undone.',
  canNotBeRetried: 'It can’t be tried again, for what it is made of is gone: discard it to put it aside.',
};

/** Why an address is suppressed: of the mail server's answer only its codes (RFC 3463), for its words often name the person. */
export function reasonOfRefusal(answer: string): string {
  const [codes] = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(answer) ?? [];
  return codes === undefined ? 'refused' : `refused with ${codes.replace('-', ' ')}`;
}

/** Why the address of a billing contact is suppressed that complained. */
export const COMPLAINED = 'reported as spam';

const BOUNCED = 'bounced';

/** Why an address that bounced is suppressed: the code alone, as above. */
export function reasonOfBounce(said: string): string {
  const [codes] = /\b(?:\d{3}[ -])?[45]\.\d{1,3}\.\d{1,3}\b/.exec(said) ?? [];
  return codes === undefined ? BOUNCED : `${BOUNCED} with ${codes.replace('-', ' ')}`;
}

export const isBounce = (reason: string): boolean => reason.startsWith(BOUNCED);
