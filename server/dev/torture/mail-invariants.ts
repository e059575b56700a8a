/** The mail server's book against our own: every email once, and none that only one side knows. */
import type { Row } from '../../db/schema';
import { REFUSED } from './mail-server';
import type { Stage } from './stage';
import type { Tables } from './tables';
import type { Violation } from './violation';

export function checkMails({ mail, away }: Stage, { emails }: Tables): Violation[] {
  const byMessageId = new Map(emails.map((email) => [email.message_id, email]));
  const steps = new Map(emails.map((email) => [`${email.run_id} ${email.step_id}`, email.id]));
  const describe = ({ id, status, reason, to_address }: Row<'email'>) =>
    `${id} to ${to_address} ${status} ${reason ?? ''}`;
  return [
    {
      rule: 'one email per run and step',
      kind: 'doubled',
      ids: emails.filter((email) => steps.get(`${email.run_id} ${email.step_id}`) !== email.id).map(describe),
    },
    {
      rule: 'every mail that was accepted is one of ours',
      kind: 'doubled',
      ids: [...mail.accepted.keys()].filter((messageId) => !byMessageId.has(messageId)),
    },
    {
      rule: 'every email noted as sent was accepted',
      kind: 'lost',
      ids: emails.filter(({ status, message_id }) => status === 'sent' && !mail.accepted.has(message_id)).map(describe),
    },
    {
      rule: 'every email ends as it should',
      ids: emails
        .filter((email) => !isUnknown(email) && !isGivenUp(email) && !ENDS_OF(email).includes(email.status))
        .map(describe),
    },
    {
      rule: 'an email is given up only after a day without mail server or Stripe',
      ids: emails
        .filter((email) => isGivenUp(email) && !away.some((span) => wasTriedForADay(email, span)))
        .map(describe),
    },
    {
      rule: 'whether an email was accepted is unknown only where the mail server gave no reply in time',
      ids: emails.filter((email) => isUnknown(email) && !mail.heldUp.has(email.message_id)).map(describe),
    },
  ];
}

const isUnknown = ({ status, reason }: Row<'email'>): boolean => status === 'failed' && reason === 'unknown_acceptance';

/** By the mail server, or since nobody could say whether what it says still is so. */
const isGivenUp = ({ reason }: Row<'email'>): boolean => reason === 'gave_up' || reason === 'state_unknown';

const DAY_MS = 24 * 60 * 60_000;
/** One that was queued shortly before both went away may not have been tried before. */
const wasTriedForADay = ({ created_at }: Row<'email'>, { from, until }: Stage['away'][number]): boolean =>
  until - Math.max(created_at, from) >= DAY_MS;

/** Suppressed: of marketing when a customer left, of anything when the workflow ended before it went out. */
const ENDS_OF = ({ to_address }: Row<'email'>): readonly Row<'email'>['status'][] =>
  to_address.startsWith(REFUSED) ? ['failed', 'suppressed'] : ['sent', 'suppressed'];
