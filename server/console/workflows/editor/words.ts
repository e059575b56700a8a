import type { IconName } from '../../components/icon';
import type { Frequency, Operator, Step } from '../../../../shared/workflow';

export const STEP_WORDS: Record<Step['kind'], { label: string; icon: IconName }> = {
  email: { label: 'Send email', icon: 'emails' },
  wait: { label: 'Wait', icon: 'clock' },
  filter: { label: 'Go on only if', icon: 'filter' },
  branch: { label: 'Branch', icon: 'branch' },
  update_contact: { label: 'Set user group', icon: 'person' },
  exit: { label: 'End here', icon: 'exit' },
};

export const FREQUENCY_WORDS: Record<Frequency, string> = {
  every_time: 'Every time',
  one_at_a_time: 'One at a time (per invoice or subscription)',
  once_per_contact: 'Once per contact',
};

export const OPERATOR_WORDS: Record<Operator, string> = {
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
