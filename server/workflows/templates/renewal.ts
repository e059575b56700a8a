import type { Condition } from '../../../shared/workflow';
import { nextPayment } from './next-amount';
import { transactional, type Template } from './template';

const IS_YEARLY: Condition = { property: 'event.interval', operator: 'is', value: 'year' };
/** The yearly ones have a notice of their own. */
const IS_NOT_YEARLY: Condition = { property: 'event.interval', operator: 'is_not', value: 'year' };

const PLAN = '{% if subject.plan %}{{ subject.plan }} {% endif %}';

const renewal =
  (days: number, condition: Condition): Template =>
  () => ({
    trigger: { source: 'schedule', event: 'schedule.renewal', days, conditions: [condition], frequency: 'every_time' },
    exit_events: [],
    only_while: true,
    steps: [
      transactional(
        'notice',
        `Your ${PLAN}subscription renews {% if subject.period_end %}on {{ subject.period_end | date }}{% else %}soon{% endif %}`,
        'What happens then, and what you can do.',
        `
Hi {{ contact.first_name | default: "there" }},

Your ${PLAN}subscription renews {% if subject.period_end %}on **{{ subject.period_end | date }}**{% else %}**soon**{% endif %}.${nextPayment('then')}

If you’d like to go on, there is nothing to do. If not, cancel before that day, or reply to this email and we’ll help.

Kind regards,`,
      ),
    ],
  });

export const yearlyRenewal = renewal(30, IS_YEARLY);
export const renewalComing = renewal(7, IS_NOT_YEARLY);
