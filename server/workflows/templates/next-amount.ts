/** What the next invoice asks for, as Stripe previews it; nothing where Stripe had no answer: an amount is never guessed. */

/** A sentence about `day`, with a blank before it. Whether the customer has another payment method at Stripe isn’t known here. */
export const nextPayment = (day: string): string =>
  `{% if subject.next_amount > 0 %}{% if subject.collection_method == "send_invoice" %} You’ll get an invoice over **${AMOUNT}** ${day}.{% elsif subject.has_payment_method %} We’ll charge **${AMOUNT}** to your payment method on file ${day}.{% else %} **${AMOUNT}** will be due ${day}.{% endif %}{% elsif subject.next_amount == 0 %} There is nothing to pay ${day}.{% endif %}`;

const AMOUNT = '{{ subject.next_amount | money: subject.next_currency }}';
