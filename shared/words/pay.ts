/** What the editor says of `{{ pay_url }}`. */
export const PAY_URL_WORDS = {
  title: 'Payment',
  label: 'Payment link',
  /** A paragraph of one link becomes a button. */
  insert: '[Pay now]({{ pay_url }})',
  description: 'Link to a page that leads to Stripe, as the invoice stands when it is opened. It works for 60 days.',
} as const;
