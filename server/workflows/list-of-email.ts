/** Whether a marketing email of a mailing list goes to a contact: only to who is on it. Pure. */
import { stepsOf, type Definition, type EmailStep } from '../../shared/workflow';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import type { Row } from '../db/schema';

type List = Pick<Row<'mailing_list'>, 'name'>;
type Membership = Pick<Row<'list_membership'>, 'list_id' | 'is_member'>;

/** Why it doesn't, in a sentence; undefined: it does. `list` is the step's, undefined where it is gone. */
export function whyOffList(
  step: EmailStep,
  list: List | undefined,
  memberships: readonly Membership[],
): string | undefined {
  if (step.list === undefined || step.email.kind !== 'marketing') return undefined;
  if (!list) return EMAIL_REASONS.listGone;
  const membership = memberships.find(({ list_id }) => list_id === step.list);
  if (membership?.is_member === 1) return undefined;
  return membership ? EMAIL_REASONS.leftList(list.name) : EMAIL_REASONS.notOnList(list.name);
}

/** The lists that its emails are about, by id. */
export const listsNamedIn = (definition: Pick<Definition, 'steps'>): string[] =>
  stepsOf(definition).flatMap(({ step }) => (step.kind === 'email' && step.list !== undefined ? step.list : []));
