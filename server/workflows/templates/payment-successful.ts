import type { TriggerType } from '../../../shared/catalogue';
import type { Condition } from '../../../shared/workflow';
import { transactional, type Template } from './template';

const HAS_AMOUNT: Condition = { property: 'event.amount', operator: 'greater', value: 0 };
/** A checkout also completes while a bank transfer is still on its way. */
const IS_PAID: Condition = { property: 'event.payment_status', operator: 'is', value: 'paid' };

/** What the payer saw on the bill, also where Stripe converted it for them. */
const amountOf = (event: TriggerType) =>
  event === 'invoice.paid'
    ? '{{ event.amount | money: event.currency }}'
    : '{{ event.presentment_amount | money: event.presentment_currency }}';

export const paymentSuccessful: Template = (event) => ({
  trigger: {
    event,
    conditions: event === 'invoice.paid' ? [HAS_AMOUNT] : [HAS_AMOUNT, IS_PAID],
    frequency: 'every_time',
  },
  exit_events: [],
  steps: [
    transactional(
      'thanks',
      `We received your payment of ${amountOf(event)}`,
      'Thank you! Here are the details for your records.',
      `
Hi {{ contact.first_name | default: "there" }},

Thank you! Your payment of **${amountOf(event)}** has arrived, and there is nothing else you need to do.
{% if event.receipt_url %}
[View your receipt]({{ event.receipt_url }})
{% endif %}
If you have a question about this payment, just reply to this email.

Thanks again,`,
    ),
  ],
});
