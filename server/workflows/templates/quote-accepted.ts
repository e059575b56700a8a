import { transactional, type Template } from './template';

export const quoteAccepted: Template = () => ({
  trigger: { event: 'quote.accepted', conditions: [], frequency: 'every_time' },
  exit_events: [],
  steps: [
    transactional(
      'confirm',
      'Thank you for accepting {% if event.number %}quote {{ event.number }}{% else %}our quote{% endif %}',
      'We’re looking forward to working with you.',
      `
Hi {{ contact.first_name | default: "there" }},

Thank you for accepting {% if event.number %}quote **{{ event.number }}**{% else %}our quote{% endif %}{% if event.amount and event.currency %} over **{{ event.amount | money: event.currency }}**{% endif %}. We’re looking forward to working with you.{% if event.recurring_amount and event.interval %} From then on it’s {{ event.recurring_amount | money: event.currency }} every {% if event.interval_count > 1 %}{{ event.interval_count }} {{ event.interval }}s{% else %}{{ event.interval }}{% endif %}.{% endif %}

You’ll hear from us with the next steps. If there is anything we should know before we start, just reply to this email.

Kind regards,`,
    ),
  ],
});
