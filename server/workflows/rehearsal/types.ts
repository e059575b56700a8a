/** Which types of events can matter to a rehearsal. Pure. */
import type { ObjectKind } from '../../../shared/api';
import { ACCOUNT_EVENT_TYPES, type TriggerType } from '../../../shared/catalogue';
import type { Definition } from '../../../shared/workflow';
import { kindOf } from '../../stripe-objects/read-object';
import { asksForPayment, isAboutOthers, isConditional, judgedKind, untrueAfter } from '../only-while';

/** What starts its runs, first; then what ends them, or tells of what they are about. */
export function typesFor(definition: Definition): string[] {
  const { trigger, exit_events } = definition;
  const exits = exit_events.map(({ event }) => event);
  return [...new Set([...typesTelling(definition), ...exits, ...typesEnding(trigger.event)])];
}

/** Of these each matters, whoever it is of: the trigger, first, and what tells of what its runs are about. */
export const typesTelling = (definition: Definition): string[] => [
  definition.trigger.event,
  ...typesAbout(judgedKind(definition.trigger.event)),
  ...untrueAfter(definition),
];

/** Whether its emails depend on other subscriptions of the same contact too. */
export function judgesOthers(definition: Definition): boolean {
  const trigger = definition.trigger.event;
  return isAboutOthers(trigger) && judgedKind(trigger) === 'subscription' && isConditional(definition);
}

const typesAbout = (kind: ObjectKind | undefined): string[] =>
  ACCOUNT_EVENT_TYPES.filter((type) => kind !== undefined && kindOf(type) === kind);

/** Nobody is asked to pay for what has ended. */
const typesEnding = (trigger: TriggerType): string[] =>
  asksForPayment(trigger) ? [...typesAbout('subscription'), 'customer.deleted'] : [];
