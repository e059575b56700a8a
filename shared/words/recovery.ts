/** What the report of recovered payments counts, in words. */
import type { HoldoutComparison, LossReason, RecoveryOutcome } from '../api';

export const FAILED_LABEL = 'Failed';

export const RECOVERY_WORDS: Record<RecoveryOutcome, { label: string; definition: string }> = {
  recovered_without_mail: {
    label: 'Without an email',
    definition: 'Paid since, and no reminder of ours had gone out before: Stripe’s own retry, or the customer alone.',
  },
  recovered_after_mail: {
    label: 'After an email',
    definition:
      'Paid after the mail server had taken a reminder about this invoice. Some would have been paid all the same: a holdout tells how many. In test mode an email kept in the console counts as sent.',
  },
  recovered_after_click: {
    label: 'After a click',
    definition:
      'Paid after a person had gone on from the payment link of such a reminder, or opened another link of it where clicks are counted.',
  },
  open: {
    label: 'Still open',
    definition: 'Neither paid nor lost yet. They count in every share, so a share of recent months still grows.',
  },
  lost: {
    label: 'Lost',
    definition:
      'Voided, marked uncollectible, the subscription ended before it was paid, or the customer or contact was deleted. One that is paid all the same is recovered.',
  },
};

export const FAILED_DEFINITION =
  'Invoices whose payment failed at least once, or waits for the customer to confirm it, in the month of the first failure, with what was then to be paid. The first invoice of a sign-up doesn’t count: nobody was a customer yet. Invoices that an import found open after an attempt count from the day they were finalized.';
export const AMOUNT_DEFINITION =
  'Recovered amounts are what was really paid since the first failure; currencies are never added up.';

export const LOSS_WORDS: Record<LossReason, string> = {
  voided: 'Voided',
  uncollectible: 'Marked uncollectible',
  subscription_ended: 'Subscription ended',
  deleted: 'Customer or contact deleted',
};

export const HOLDOUT_GROUPS = { held_out: 'No reminders (holdout)', others: 'May get reminders' } as const;

export const HOLDOUT_VERDICTS: Record<HoldoutComparison['verdict'], string> = {
  too_few: 'Too few invoices to say anything: wait until each side has at least 50.',
  no_difference: 'No difference that chance alone couldn’t make. More invoices may show one.',
  more: 'With reminders more is recovered than chance alone would explain.',
  fewer: 'With reminders less is recovered than chance alone would explain. Have a look at what they say.',
};
