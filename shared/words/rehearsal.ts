/** What a rehearsal says of its results, and of what it can't know. */
import { explainRun } from './explanations';

export const REHEARSAL_LEAD =
  'Plays this workflow, as it is in the form, over the events of the log: who would have got what, and when. Nothing is sent or written.';

/** Of what happens to contacts: the log has it only from when a workflow asked, which tells nothing of the time before. */
export const NOT_IN_LOG =
  'This can’t be rehearsed: what happens to contacts is kept in the log only while an active workflow asks for it. Once such an event has come, “Dry run or start…” on the flow shows what this workflow does with it.';

/** What a rehearsal can't know. */
export const REHEARSAL_LIMITS =
  'Contacts, consent, suppressed addresses and the holdout are taken as they are now, copies to billing contacts aren’t counted, other workflows are left out of account, and Stripe isn’t asked: where the log doesn’t tell how something stood then, it says so. Whether every merge tag has a value shows only in each email.';

export const REHEARSAL_VERDICT_WORDS = {
  would_send: { label: 'Would be sent', tone: 'good' },
  stopped: { label: 'Stopped', tone: 'plain' },
  not_known: { label: 'Not known', tone: 'warn' },
} as const;

export const STATE_NOT_TOLD = 'Not known: the log doesn’t tell how it stood then';

const STOPS: Record<string, string> = {
  not_true: 'It was no longer so',
  not_known: 'The log doesn’t tell whether it still was so',
  payload_dropped: 'The event is no longer kept whole',
  unsubscribed: 'The contact has unsubscribed',
  transactional_only: 'The contact gets transactional email only',
  address_suppressed: 'The address takes no mail',
  run_ended: 'The run had ended before the email',
};

/** A reason of `Rehearsal.stopped` in words. */
export const nameStop = (reason: string): string => STOPS[reason] ?? explainRun(reason) ?? reason;
