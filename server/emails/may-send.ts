/** Whether an email may go out, judged right before it would. Pure. */
import type { EmailReason } from '../../shared/api';
import { notSent } from '../../shared/words/only-while';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import type { Row } from '../db/schema';

export interface SendFacts {
  /** Whether the install is; without one nothing goes out in the merchant's name, asked for or not. */
  isConnected: boolean;
  livemode: boolean;
  hasTransport: boolean;
  testRecipients: readonly string[];
  /** Undefined when it was deleted, or for a test send. */
  contact: Pick<Row<'contact'>, 'status'> | undefined;
  /** Where it goes: to the contact as it is now, or to a billing contact. */
  to: string;
  /** Of a copy: its address is a billing contact no more. */
  isDropped: boolean;
  suppression: { scope: 'all' | 'marketing'; reason: string } | undefined;
  run: Pick<Row<'run'>, 'status' | 'outcome'> | undefined;
}

interface Why {
  reason: EmailReason;
  /** The reason in a sentence. */
  outcome: string;
}

/** `capture`: made and kept to be looked at, instead of being sent. */
export type SendVerdict =
  { kind: 'send' } | ({ kind: 'capture' } & Why) | ({ kind: 'keep'; status: 'suppressed' | 'failed' } & Why);

type Mail = Pick<Row<'email'>, 'is_test' | 'kind'> & Partial<Pick<Row<'email'>, 'transactional_id'>>;

export function maySend(email: Mail, facts: SendFacts): SendVerdict {
  if (!facts.isConnected)
    return { kind: 'keep', status: 'failed', reason: 'disconnected', outcome: EMAIL_REASONS.disconnected };
  const obstacle = obstacleTo(email, facts);
  if (obstacle) return { kind: 'keep', status: 'suppressed', ...obstacle };
  if (!facts.hasTransport) return { kind: 'capture', reason: 'no_mail_server', outcome: EMAIL_REASONS.noMailServer };
  if (!facts.livemode && !facts.testRecipients.includes(facts.to.toLowerCase()))
    return { kind: 'capture', reason: 'test_mode', outcome: EMAIL_REASONS.notOnTestList };
  return { kind: 'send' };
}

function obstacleTo(email: Mail, { contact, to, isDropped, suppression, run }: SendFacts): Why | undefined {
  if (suppression?.scope === 'all')
    return { reason: 'address_suppressed', outcome: EMAIL_REASONS.addressSuppressed(suppression.reason) };
  // A test send answers to nobody's consent.
  if (email.is_test === 1) return undefined;
  // A program's answers to nobody's consent either; without an address its recipient was forgotten.
  if (email.transactional_id && to !== '') return undefined;
  if (!contact) return { reason: 'contact_deleted', outcome: EMAIL_REASONS.contactDeleted };
  if (run?.status === 'exited' && run.outcome) return { reason: 'not_true', outcome: notSent(run.outcome) };
  if (run?.status === 'exited' || run?.status === 'stopped')
    return { reason: 'run_ended', outcome: EMAIL_REASONS.runEnded };
  if (isDropped) return { reason: 'address_suppressed', outcome: EMAIL_REASONS.noBillingContact };
  if (email.kind === 'transactional' || contact.status === 'subscribed') return undefined;
  return contact.status === 'unsubscribed'
    ? { reason: 'unsubscribed', outcome: EMAIL_REASONS.unsubscribed }
    : { reason: 'transactional_only', outcome: EMAIL_REASONS.transactionalOnly };
}
