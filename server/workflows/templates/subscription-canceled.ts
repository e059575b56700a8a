import { transactional, type Template } from './template';

export const subscriptionCanceled: Template = () => ({
  trigger: { event: 'customer.subscription.deleted', conditions: [], frequency: 'every_time' },
  exit_events: [],
  only_while: true,
  steps: [
    transactional(
      'goodbye',
      'Your {% if event.plan %}{{ event.plan }} {% endif %}subscription has ended',
      'You won’t be charged again. Thank you for the time with us.',
      `
Hi {{ contact.first_name | default: "there" }},

Your{% if event.plan %} {{ event.plan }}{% endif %} subscription ended{% if event.ended_at %} on {{ event.ended_at | date }}{% endif %}, and you won’t be charged for it again.

We’re sorry to see you go. If there is one thing we could have done better, would you tell us? Just reply to this email. One sentence is plenty, and we read every answer.

Should you want to come back one day, you’ll be more than welcome.

All the best,`,
    ),
  ],
});
