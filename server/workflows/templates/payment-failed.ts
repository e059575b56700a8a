import type { EmailStep, WaitStep } from '../../../shared/workflow';
import { transactional, type Template } from './template';

const wait = (id: string, amount: number): WaitStep => ({ id, kind: 'wait', amount, unit: 'days' });

/** What remains now, after payments in part. */
export const OPEN = '{{ subject.amount_remaining | default: subject.amount_due | money: subject.currency }}';
const PAY = `
[Pay ${OPEN} now]({{ pay_url }})
`;
export const INVOICE = '{% if subject.number %} for invoice {{ subject.number }}{% endif %}';

/** Asks for the payment of an invoice, once and for all: `first` at once, then two reminders. */
export const untilPaid = (
  event: 'invoice.payment_failed' | 'invoice.payment_action_required',
  first: EmailStep,
): ReturnType<Template> => ({
  trigger: {
    event,
    conditions: [
      { property: 'event.amount_due', operator: 'greater', value: 0 },
      // A sign-up given up in the checkout owes nothing.
      { property: 'event.billing_reason', operator: 'is_not', value: 'subscription_create' },
    ],
    frequency: 'once_per_subject',
  },
  exit_events: [{ event: 'invoice.paid', match: 'object' }],
  only_while: true,
  steps: [
    first,
    wait('wait-1', 3),
    transactional(
      'second',
      `Still open: ${OPEN}`,
      'Your payment hasn’t arrived yet. Here is the link to pay.',
      `
Hi {{ contact.first_name | default: "there" }},

A quick reminder: the payment of **${OPEN}**${INVOICE} hasn’t arrived yet. It takes a minute, and any card will do.
${PAY}
If something keeps you from paying, reply and tell us. We’ll find a way.

Kind regards,`,
    ),
    wait('wait-2', 4),
    transactional(
      'third',
      `Please settle your open payment of ${OPEN}`,
      'This is our last reminder about this payment.',
      `
Hi {{ contact.first_name | default: "there" }},

We still haven’t been able to collect **${OPEN}**${INVOICE}, and we’d hate for your service to be interrupted over it. Please pay as soon as you can.
${PAY}
This is our last reminder. If you have questions, or if you think this is a mistake, simply reply to this email.

Kind regards,`,
    ),
  ],
});

export const paymentFailed: Template = () =>
  untilPaid(
    'invoice.payment_failed',
    transactional(
      'first',
      `Your payment of ${OPEN} didn’t go through`,
      'This happens. It takes a minute to put right.',
      `
Hi {{ contact.first_name | default: "there" }},

We tried to collect **${OPEN}**${INVOICE}, but the payment didn’t go through. Most of the time it’s a card that has expired or was replaced, and it takes a minute to put right.
${PAY}
{% if subject.next_payment_attempt %}If you’d rather leave it to us, we’ll try again on {{ subject.next_payment_attempt | date }}.{% endif %}

Already paid? Then please ignore this email. If you need a hand, just reply.

Kind regards,`,
    ),
  );
