/** The parts of a workflow as its editor and its runs name them. */
import type { TriggerSource } from '../catalogue';
import { DAYS_AFTER, type ScheduleType } from '../schedules';
import type { Frequency, Operator, START_AFTER_ATTEMPTS, Step, WaitStep } from '../workflow';

export const STEP_LABELS: Record<Step['kind'], string> = {
  email: 'Send email',
  wait: 'Wait',
  filter: 'Go on only if',
  branch: 'Branch',
  update_contact: 'Set user group',
  exit: 'End here',
};

/** Where what starts a workflow comes from: what it is called, and when it comes. */
export const TRIGGER_SOURCE_WORDS: Record<TriggerSource, { label: string; hint: string }> = {
  stripe: { label: 'Stripe', hint: 'Comes with a single event that Stripe sends.' },
  lifecycle: { label: 'Lifecycle', hint: 'Comes when a subscription takes a turn, such as a trial that converts.' },
  schedule: { label: 'Schedule', hint: 'Comes some days before or after a date, such as a renewal.' },
};

/** What the number of days of a scheduled trigger counts. */
export const nameDays = (type: ScheduleType): string => (DAYS_AFTER.includes(type) ? 'Days after' : 'Days before');

export const FREQUENCY_LABELS: Record<Frequency, string> = {
  every_time: 'Every time',
  one_at_a_time: 'One at a time (per invoice or subscription)',
  once_per_subject: 'Once per invoice or subscription, ever',
  once_per_contact: 'Once per contact',
};

/** Of `start_after_attempt`. */
export const ATTEMPT_LABELS: Record<(typeof START_AFTER_ATTEMPTS)[number], string> = {
  1: 'The first failed attempt',
  2: 'The second failed attempt',
  3: 'The third failed attempt',
};
export const ATTEMPT_HINT =
  'Stripe tries again by itself, and often recovers the payment before anybody has to be asked.';

export const OPERATOR_LABELS: Record<Operator, string> = {
  is_set: 'has any value',
  is_not_set: 'has no value',
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  does_not_contain: 'does not contain',
  starts_with: 'starts with',
  greater: 'is greater than',
  greater_or_equal: 'is at least',
  less: 'is less than',
  less_or_equal: 'is at most',
  before: 'is before',
  after: 'is after',
  is_true: 'is true',
  is_false: 'is false',
};

/** One step of a certain workflow: "Wait 1 day", "Email “Welcome”". */
export function nameStep(step: Step): string {
  switch (step.kind) {
    case 'wait':
      return `Wait ${nameDuration(step)}`;
    case 'email':
      return `Email “${step.email.subject}”`;
    default:
      return STEP_LABELS[step.kind];
  }
}

const nameDuration = ({ amount, unit }: WaitStep): string => `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;
