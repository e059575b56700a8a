import type { EmailStep, WaitStep } from '../../../shared/workflow';
import { transactional, type Template } from './template';

const wait = (id: string, amount: number): WaitStep => ({ id, kind: 'wait', amount, unit: 'days' });

/** What remains now, after payments in part. */
export const OPEN = '{{ subject.amount_remaining | default: subject.amount_due | money: subject.currency }}';
const PAY = `
[{% if event.failure_kind == "authentication" %}Confirm the payment{% else %}Pay ${OPEN} now{% endif %}]({{ pay_url }})
`;
export const INVOICE = '{% if subject.number %} for invoice {{ subject.number }}{% endif %}';

/** A sentence for each cause, and one that claims none; what a bank may want kept to itself is only called declined. */
const CAUSE = `{% if event.failure_kind == "authentication" %}Your bank asks you to confirm it. That takes a minute.{% elsif event.decline_code == "expired_card" %}The card we tried has expired, so please use another one.{% elsif event.failure_kind == "hard" %}The card we tried was declined and won’t work another time, so please use another one.{% elsif event.decline_code == "insufficient_funds" %}The card we tried didn’t have enough funds. Any other card will do.{% else %}It takes a minute, and any card will do.{% endif %}`;

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

A quick reminder: the payment of **${OPEN}**${INVOICE} hasn’t arrived yet. ${CAUSE}
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

We still haven’t been able to collect **${OPEN}**${INVOICE}, and we’d hate for your service to be interrupted over it. ${CAUSE}

Please pay as soon as you can.
${PAY}
This is our last reminder. If you have questions, or if you think this is a mistake, simply reply to this email.

Kind regards,`,
    ),
  ],
});

/** A card that is declined for good isn’t tried again, nor is a payment that waits to be confirmed: no date is promised then. */
const NEXT = `{% if event.is_last_attempt %}We won’t try again by ourselves, so please use the link above.{% elsif event.failure_kind == "soft" and subject.next_payment_attempt %}If you’d rather leave it to us, we’ll try again on {{ subject.next_payment_attempt | date }}.{% elsif event.failure_kind != "hard" and event.failure_kind != "authentication" and subject.next_payment_attempt %}Otherwise the next attempt is planned for {{ subject.next_payment_attempt | date }}.{% endif %}`;

export const paymentFailed: Template = () =>
  untilPaid(
    'invoice.payment_failed',
    transactional(
      'first',
      `{% if event.failure_kind == "authentication" %}Please confirm your payment of ${OPEN}{% else %}Your payment of ${OPEN} didn’t go through{% endif %}`,
      'This happens. It takes a minute to put right.',
      `
Hi {{ contact.first_name | default: "there" }},

{% if event.failure_kind == "authentication" %}We tried to collect **${OPEN}**${INVOICE}, and your bank asks you to confirm the payment first. This is how banks make sure that it’s really you.
{% elsif event.decline_code == "expired_card" %}We tried to collect **${OPEN}**${INVOICE}, but your card has expired. It takes a minute to pay with another one.
{% elsif event.failure_kind == "hard" %}We tried to collect **${OPEN}**${INVOICE}, but your card was declined, and trying the same card again won’t help. It takes a minute to pay with another one.
{% elsif event.decline_code == "insufficient_funds" %}We tried to collect **${OPEN}**${INVOICE}, but your card didn’t have enough funds. You can pay with another one, or with the same one once it has.
{% elsif event.failure_kind == "soft" %}We tried to collect **${OPEN}**${INVOICE}, but your bank declined the payment this time. The same card may work later, and any other card will do.
{% else %}We tried to collect **${OPEN}**${INVOICE}, but the payment didn’t go through. It takes a minute to put right, and any card will do.
{% endif %}${PAY}
${NEXT}

Already paid? Then please ignore this email. If you need a hand, just reply.

Kind regards,`,
    ),
  );
