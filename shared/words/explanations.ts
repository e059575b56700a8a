/** What events and people are called, and the reasons for the status of emails and runs. */
import type { ContactView, EmailView } from '../api';
import { capitalize } from '../capitalize';
import { isBounce } from './email-reasons';
import { entryOf, HOUSEKEEPING_TYPES, isTriggerType, type HousekeepingType } from '../catalogue';
import { causeOf } from './only-while';

const HOUSEKEEPING: Record<HousekeepingType, string> = {
  'account.application.authorized': 'App installed',
  'account.application.deauthorized': 'App uninstalled',
  'invoice.voided': 'Invoice voided',
  'invoice.marked_uncollectible': 'Invoice marked uncollectible',
};
const isHousekeepingType = (type: string): type is HousekeepingType =>
  (HOUSEKEEPING_TYPES as readonly string[]).includes(type);

/** "Payment failed" for invoice.payment_failed; types that Tillpost doesn't support go by their own name. */
export function nameEvent(type: string): string {
  if (isTriggerType(type)) return entryOf(type).label;
  return isHousekeepingType(type) ? HOUSEKEEPING[type] : type;
}

/** First and last name as far as known; empty when neither is. */
export const nameContact = (contact: Pick<ContactView, 'first_name' | 'last_name'>): string =>
  [contact.first_name, contact.last_name].filter(Boolean).join(' ');

/** An email's subject; it has none until it is made, right before it goes. */
export const nameEmail = ({ subject }: Pick<EmailView, 'subject'>): string => subject || 'No subject yet';

/** What an email's status alone doesn't say; null when that says it all. */
export function explainEmail({ status, outcome, kind }: Pick<EmailView, 'status' | 'outcome' | 'kind'>): string | null {
  if (outcome) return outcome;
  switch (status) {
    case 'captured':
      return 'Kept in the console instead of being sent';
    case 'suppressed':
      return kind === 'marketing' ? 'This contact doesn’t get marketing email' : 'This address no longer takes email';
    case 'held':
      return 'A merge tag has no value; open the email in the console';
    case 'failed':
      return 'The mail server refused it';
    case 'queued':
    case 'sent':
      return null;
  }
}

/** Why an email has no content to show. */
export function explainNoContent({ status, to }: Pick<EmailView, 'status' | 'to'>): string {
  if (to === '') return 'Its contact was deleted, and what it said with it.';
  if (status === 'sent' || status === 'captured') return 'What it said is no longer kept: its time has passed.';
  if (status === 'failed') return 'There is nothing to show: it was never made, or its time has passed.';
  return 'There is nothing to show: it was never made.';
}

const RUN_ENDINGS: Record<string, string> = {
  filtered: 'A condition did not hold',
  exit_step: 'Came to a step that ends it',
  holdout: 'Held out: no reminders for this invoice, so that their effect is measured',
  contact_deleted: 'The contact was deleted',
  workflow_deleted: 'The workflow was deleted',
  disconnected: 'The account was disconnected',
  by_hand: 'Stopped by hand',
  not_true: 'What it was about was over',
};

/** Why a run ended: its sentence, or from its reason code or the type of its exit event. Null while there is nothing to say. */
export function explainRun(reason: string | null, outcome: string | null = null): string | null {
  // Where its email found that it is over, the run has the email's sentence.
  if (outcome) return `Ended: ${causeOf(outcome)}`;
  if (reason === null || reason === 'waiting') return null;
  if (isTriggerType(reason)) return `Ended by: ${entryOf(reason).label}`;
  return RUN_ENDINGS[reason] ?? capitalize(reason.replaceAll('_', ' '));
}

export const NO_EMAIL_CAUSED = 'This event caused no email.';
export const NO_RUN_STARTED = 'This event started no workflow.';
const ADDRESS_SUPPRESSED = 'No email goes to this address';
const ADDRESS_BOUNCED = 'Email to this address bounced';

/** Why an address gets no email, in its shortest. */
export const nameSuppression = ({ reason }: { reason: string }): string =>
  isBounce(reason) ? ADDRESS_BOUNCED : ADDRESS_SUPPRESSED;
