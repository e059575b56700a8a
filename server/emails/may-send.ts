/** Whether an email may go out, judged right before it would. Pure. */
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
  suppression: { scope: 'all' | 'marketing'; reason: string } | undefined;
  run: Pick<Row<'run'>, 'status'> | undefined;
}

export type SendVerdict =
  { kind: 'send' } | { kind: 'keep'; status: 'captured' | 'suppressed' | 'failed'; reason: string };

type Mail = Pick<Row<'email'>, 'is_test' | 'kind' | 'to_address'>;

export function maySend(email: Mail, facts: SendFacts): SendVerdict {
  if (!facts.isConnected) return { kind: 'keep', status: 'failed', reason: EMAIL_REASONS.disconnected };
  const obstacle = suppressionOf(email, facts);
  if (obstacle) return { kind: 'keep', status: 'suppressed', reason: obstacle };
  if (!facts.hasTransport) return captured(EMAIL_REASONS.noMailServer);
  if (!facts.livemode && !facts.testRecipients.includes(email.to_address.toLowerCase()))
    return captured(EMAIL_REASONS.notOnTestList);
  return { kind: 'send' };
}

const captured = (reason: string): SendVerdict => ({ kind: 'keep', status: 'captured', reason });

function suppressionOf(email: Mail, { contact, suppression, run }: SendFacts): string | undefined {
  if (suppression?.scope === 'all') return EMAIL_REASONS.addressSuppressed(suppression.reason);
  // A test send answers to nobody's consent.
  if (email.is_test === 1) return undefined;
  if (!contact) return EMAIL_REASONS.contactDeleted;
  if (run?.status === 'exited' || run?.status === 'stopped') return EMAIL_REASONS.runEnded;
  if (email.kind === 'transactional' || contact.status === 'subscribed') return undefined;
  return contact.status === 'unsubscribed' ? EMAIL_REASONS.unsubscribed : EMAIL_REASONS.transactionalOnly;
}
