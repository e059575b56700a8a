import type { Definition } from '../../../shared/workflow';
import { nextPayment } from './next-amount';
import { transactional, type Template } from './template';

const PRICE =
  '{% if subject.amount and subject.interval %} of {{ subject.amount | money: subject.currency }} every {% if subject.interval_count > 1 %}{{ subject.interval_count }} {{ subject.interval }}s{% else %}{{ subject.interval }}{% endif %}{% endif %}';
/** Whether the customer has another card at Stripe isn't known here. */
const NO_CARD =
  '{% if subject.has_payment_method == false and subject.trial_settings == "cancel" %}Without a payment method on file your subscription will end with it. With one, {% elsif subject.has_payment_method == false and subject.trial_settings == "pause" %}Without a payment method on file your subscription will be paused then. With one, {% endif %}';
const STAY_ON =
  '{% if subject.has_payment_method == false and subject.trial_settings != "create_invoice" and subject.trial_settings %}it goes on{% else %}If you’d like to stay, there is nothing to do: your subscription goes on{% endif %}';
const STAY = `${STAY_ON}{% if subject.amount and subject.interval %} at {{ subject.amount | money: subject.currency }} every {% if subject.interval_count > 1 %}{{ subject.interval_count }} {{ subject.interval }}s{% else %}{{ subject.interval }}{% endif %}{% endif %}.`;
const STAY_WITHOUT_PRICE = `${STAY_ON}.`;

/** Stripe's event has what the plan costs; a notice days ahead says what will be asked for, or no amount. */
const AFTER = {
  price: `{% if subject.collection_method == "send_invoice" %}From then on you’ll get an invoice${PRICE}. If you’d rather not go on, cancel before that day.{% else %}${STAY} If you’d rather not, cancel before that day and you won’t be charged.{% endif %}`,
  preview: `${STAY_WITHOUT_PRICE}{% unless subject.has_payment_method == false and subject.trial_settings != "create_invoice" and subject.trial_settings %}${nextPayment('when it ends')}{% endunless %} If you’d rather not, cancel before that day and you won’t be charged.`,
};

const ending = (trigger: Definition['trigger'], after: string): ReturnType<Template> => ({
  trigger,
  exit_events: [{ event: 'customer.subscription.deleted', match: 'object' }],
  only_while: true,
  steps: [
    transactional(
      'notice',
      'Your trial ends {% if subject.trial_end %}on {{ subject.trial_end | date }}{% else %}soon{% endif %}',
      'What happens next, and what you can do.',
      `
Hi {{ contact.first_name | default: "there" }},

Your trial{% if subject.plan %} of {{ subject.plan }}{% endif %} ends {% if subject.trial_end %}on **{{ subject.trial_end | date }}**{% else %}**soon**{% endif %}. We hope you’ve enjoyed it.

{% if subject.cancel_at_period_end or subject.cancel_at %}Your subscription will end with it, and you won’t be charged. If you’d like to stay, reply to this email and we’ll set it up for you.{% else %}${NO_CARD}${after}{% endif %}

Is something missing, or do you need more time? Just reply, we’d love to hear from you.

Kind regards,`,
    ),
  ],
});

export const trialEnding: Template = () =>
  ending({ event: 'customer.subscription.trial_will_end', conditions: [], frequency: 'one_at_a_time' }, AFTER.price);

export const trialEndsInAWeek: Template = () =>
  ending(
    { source: 'schedule', event: 'schedule.trial_end', days: 7, conditions: [], frequency: 'every_time' },
    AFTER.preview,
  );
