/** Why the payment of an invoice failed, as emails and conditions name it: what its newest state says, and what Stripe said when it was asked. Pure. */
import type { PropertyValue } from '../../shared/catalogue';
import { namesFailure } from '../../shared/failure';
import { stepsOf, type Condition, type Definition, type EmailContent } from '../../shared/workflow';
import { propertiesOf, type ObjectState } from '../audience/object-states';
import { readKeptFailure, type KeptFailure } from '../stripe-objects/payment-failure';
import type { PropertyScope } from './match';

/** With what is known of the invoice's newest attempt, which may be a later one than its event's. */
export function withFailure<S extends PropertyScope>(scope: S, state: ObjectState | undefined): S {
  if (!Object.hasOwn(scope.event, 'failure_kind') || state?.kind !== 'invoice') return scope;
  const failure = failureOf(state);
  return {
    ...scope,
    event: { ...scope.event, ...failure },
    ...(scope.subject ? { subject: { ...scope.subject, ...failure } } : {}),
  };
}

function failureOf(state: ObjectState): Record<string, PropertyValue> {
  const kept = keptFailureOf(state);
  const { failure_kind = 'unknown', decline_code = null, is_last_attempt = null } = propertiesOf(state);
  const isKnown = kept && kept.kind !== 'unknown';
  return {
    failure_kind: isKnown ? kept.kind : failure_kind,
    decline_code: isKnown ? kept.declineCode : decline_code,
    is_last_attempt: is_last_attempt ?? kept?.isLastAttempt ?? null,
  };
}

/** What Stripe said of the newest attempt; null where it wasn't asked since. */
function keptFailureOf(state: ObjectState): KeptFailure | null {
  const kept = readKeptFailure(state.failure);
  return kept && kept.attempt >= attemptOf(state) ? kept : null;
}

function attemptOf(state: ObjectState): number {
  const { attempt_count } = propertiesOf(state);
  return typeof attempt_count === 'number' ? attempt_count : 0;
}

/** Whether Stripe could tell more than is known. */
function lacksFailure(state: ObjectState | undefined): boolean {
  if (state?.kind !== 'invoice' || state.status !== 'open' || keptFailureOf(state)) return false;
  const { failure_kind, is_last_attempt } = failureOf(state);
  return failure_kind === 'unknown' || is_last_attempt === null;
}

/** Whether Stripe is to be asked before the email is made. */
export const emailLacksFailure = (
  { subject, preview_text, body }: EmailContent,
  state: ObjectState | undefined,
): boolean => [subject, preview_text, body].some(namesFailure) && lacksFailure(state);

/** Whether Stripe is to be asked before a run's steps are done. */
export const stepsLackFailure = (definition: Definition, state: ObjectState | undefined): boolean =>
  lacksFailure(state) &&
  stepsOf(definition).some(({ step }) => conditionsOf(step).some(({ property }) => namesFailure(property)));

function conditionsOf(step: Definition['steps'][number]): readonly Condition[] {
  if (step.kind === 'filter') return step.conditions;
  return step.kind === 'branch' ? step.paths.flatMap(({ conditions }) => conditions) : [];
}
