import { transactional, type Template } from './template';

export const trialEnding: Template = () => ({
  trigger: { event: 'customer.subscription.trial_will_end', conditions: [], frequency: 'one_at_a_time' },
  exit_events: [{ event: 'customer.subscription.deleted', match: 'object' }],
  steps: [
    transactional(
      'notice',
      'Your trial ends {% if event.trial_end %}on {{ event.trial_end | date }}{% else %}soon{% endif %}',
      'What happens next, and what you can do.',
      `
Hi {{ contact.first_name | default: "there" }},

Your trial{% if event.plan %} of {{ event.plan }}{% endif %} ends {% if event.trial_end %}on **{{ event.trial_end | date }}**{% else %}**soon**{% endif %}. We hope you’ve enjoyed it.

{% if event.cancel_at_period_end %}Your subscription will end with it, and you won’t be charged. If you’d like to stay, reply to this email and we’ll set it up for you.{% elsif event.amount and event.interval %}If you’d like to stay, there is nothing to do: your subscription goes on at {{ event.amount | money: event.currency }} every {% if event.interval_count > 1 %}{{ event.interval_count }} {{ event.interval }}s{% else %}{{ event.interval }}{% endif %}. If you’d rather not, cancel before that day and you won’t be charged.{% else %}If you’d like to stay, there is nothing to do. If you’d rather not, cancel before that day and you won’t be charged.{% endif %}

Is something missing, or do you need more time? Just reply, we’d love to hear from you.

Kind regards,`,
    ),
  ],
});
