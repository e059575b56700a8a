import { transactional, type Template } from './template';

const CARD =
  '{% if subject.card_last4 %}The card ending in {{ subject.card_last4 }}{% else %}The card{% endif %} that we charge for your{% if subject.plan %} {{ subject.plan }}{% endif %} subscription';

export const cardExpires: Template = () => ({
  trigger: { source: 'schedule', event: 'schedule.card_expiry', days: 14, conditions: [], frequency: 'every_time' },
  exit_events: [{ event: 'customer.subscription.deleted', match: 'object' }],
  only_while: true,
  steps: [
    transactional(
      'notice',
      'Your card expires {% if event.date %}on {{ event.date | date }}{% else %}soon{% endif %}',
      'A minute now keeps your subscription going.',
      `
Hi {{ contact.first_name | default: "there" }},

${CARD} expires {% if event.date %}on **{{ event.date | date }}**{% else %}**soon**{% endif %}. So that the next payment goes through, please give us the new card before then. If your bank has told us of it already, there is nothing to do.

If you need a hand, just reply to this email.

Kind regards,`,
    ),
  ],
});
