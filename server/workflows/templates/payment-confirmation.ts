import { INVOICE, OPEN, untilPaid } from './payment-failed';
import { transactional, type Template } from './template';

export const paymentConfirmation: Template = () =>
  untilPaid(
    'invoice.payment_action_required',
    transactional(
      'first',
      `Please confirm your payment of ${OPEN}`,
      'Your bank wants to know that it’s you. It takes a minute.',
      `
Hi {{ contact.first_name | default: "there" }},

Your bank asks you to confirm the payment of **${OPEN}**${INVOICE}, so we couldn’t collect it yet. There is nothing wrong with your card: this is how banks make sure that it’s really you.

[Confirm the payment]({{ pay_url }})

Already confirmed? Then please ignore this email. If you need a hand, just reply.

Kind regards,`,
    ),
  );
