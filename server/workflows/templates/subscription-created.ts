import { transactional, type Template } from './template';

export const subscriptionCreated: Template = () => ({
  trigger: { event: 'customer.subscription.created', conditions: [], frequency: 'every_time' },
  exit_events: [],
  only_while: true,
  steps: [
    transactional(
      'confirm',
      'Your {{ event.plan | default: "new" }} subscription',
      'Everything is set up. Here is what you subscribed to.',
      `
Hi {{ contact.first_name | default: "there" }},

Thank you for subscribing! Everything is set up. Here it is at a glance:

- **Plan:** {{ event.plan | default: "Your subscription" }}{% if event.quantity > 1 %} × {{ event.quantity }}{% endif %}
{% if event.amount and event.interval %}- **Price:** {{ event.amount | money: event.currency }} every {% if event.interval_count > 1 %}{{ event.interval_count }} {{ event.interval }}s{% else %}{{ event.interval }}{% endif %}
{% endif %}{% if subject.status == "trialing" and subject.trial_end %}- **Free until:** {{ subject.trial_end | date }}
{% endif %}{% if subject.cancel_at %}- **Ends on:** {{ subject.cancel_at | date }}
{% elsif subject.cancel_at_period_end and subject.period_end %}- **Ends on:** {{ subject.period_end | date }}
{% elsif subject.status != "trialing" and subject.period_end %}- **Renews on:** {{ subject.period_end | date }}
{% endif %}
If you have any questions, just reply to this email.

Enjoy,`,
    ),
  ],
});
