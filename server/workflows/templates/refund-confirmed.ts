import { transactional, type Template } from './template';

const REFUNDED = '{{ event.amount | money: event.currency }}';

export const refundConfirmed: Template = () => ({
  trigger: {
    event: 'charge.refunded',
    conditions: [{ property: 'event.amount', operator: 'greater', value: 0 }],
    frequency: 'every_time',
  },
  exit_events: [],
  steps: [
    transactional(
      'confirmation',
      `{% if event.is_full_refund %}We refunded your payment of ${REFUNDED}{% else %}We refunded ${REFUNDED} of your payment{% endif %}`,
      'Here are the details for your records.',
      `
Hi {{ contact.first_name | default: "there" }},

{% if event.is_full_refund %}We refunded your payment of **${REFUNDED}** in full.{% else %}We refunded a part of your payment: **${REFUNDED}** in all{% if event.amount_charged %}, of the {{ event.amount_charged | money: event.currency }} you had paid{% endif %}.{% endif %} Depending on your bank, it takes five to ten business days until you see it.
{% if event.receipt_url %}
[View your receipt]({{ event.receipt_url }})
{% endif %}
If you have a question about it, just reply to this email.

Kind regards,`,
    ),
  ],
});
