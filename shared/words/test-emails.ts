/** Test emails: who may get them, how many, and the email that asks an address. */

export const TEST_EMAIL_WORDS = {
  // These say of an address what is wrong with it.
  notAnAddress: 'must be an email address',
  asked:
    'has not confirmed yet that it wants test emails. A link was sent there just now: open it, confirm, then try again',
  askedBefore:
    'has not confirmed yet that it wants test emails. A link was sent there within the last day: open it, confirm, then try again',
  saidNo: 'takes no mail from here any more: it bounced, or its owner said no',
  cannotAsk: 'has not confirmed that it wants test emails, and can’t be asked: this Tillpost has no mail server',

  /** `at` is a time as people read it. */
  tooMany: (limit: number, at: string) =>
    `No more than ${limit} test ${limit === 1 ? 'email goes' : 'emails go'} out in an hour. The next one can be sent at ${at}`,
};

/** The email that asks. It holds nobody's words but ours: it goes to people who don't know the account. */
export const CONFIRM_EMAIL = {
  subject: 'Do you want test emails from Tillpost?',
  paragraphs: (accountId: string) => [
    `Somebody wants to send test emails of the Stripe account ${accountId} to this address.`,
    'If that is you, open this link and confirm. It works for 24 hours:',
    CONFIRM_LINK,
    'If it is not you, do nothing, and nothing more is sent.',
  ],
};

/** Stands in the console in the link's place. */
export const CONFIRM_LINK = '(the link is only in the email that was sent)';
