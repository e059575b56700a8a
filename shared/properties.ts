/**
 * What contacts and events offer to emails and conditions. One name for one idea over all events. The samples tell one
 * story: Jenny Rosen, on the Pro plan for $20.00 a month.
 */
import { KNOWN_VALUES } from './known-values';

/** `any`: what programs send under a name may be text, a number or a boolean. */
export type PropertyType = 'text' | 'number' | 'money' | 'date' | 'boolean' | 'metadata' | 'any';

/** Money is in minor units; dates are ISO 8601 UTC; metadata is a flat map, of texts where it is Stripe's. */
export type PropertyValue = string | number | boolean | null | Record<string, string | number | boolean>;

export interface Property {
  name: string;
  type: PropertyType;
  description: string;
  /** What previews show. */
  sample: PropertyValue;
  /** All that it can be, where that is known; left out: anything. */
  values?: readonly string[];
  /** Of metadata: what stands under a key; left out: text. */
  keyType?: PropertyType;
  /** The keys that are known beforehand. */
  keyed?: readonly Property[];
}

const SAMPLES: Partial<Record<PropertyType, string | number | boolean>> = {
  number: 5,
  boolean: true,
  date: '2026-04-01T09:00:00.000Z',
};
/** What previews show of a property of a program's own: a text shows its name. */
export const sampleOf = (type: PropertyType, name: string): string | number | boolean => SAMPLES[type] ?? name;

const property =
  <Sample extends PropertyValue>(type: PropertyType) =>
  (name: string, sample: Sample, description: string): Property => ({ name, type, description, sample });
export const text = property<string>('text');
export const number = property<number>('number');
export const money = property<number>('money');
export const date = property<string>('date');
const boolean = property<boolean>('boolean');
const metadata = property<Record<string, string>>('metadata');
export const choice = (
  name: string,
  sample: string,
  description: string,
  values: keyof typeof KNOWN_VALUES,
): Property => ({ ...text(name, sample, description), values: KNOWN_VALUES[values] });

const CURRENCY = choice('currency', 'usd', 'Three-letter currency code of the amounts.', 'currency');
const PLAN = text('plan', 'Pro', "The price's nickname, or the product's name where Stripe sends it.");
const CUSTOMER_ID = text('customer_id', 'cus_NffrFeUfNV2Hib', 'The customer in Stripe.');
const CUSTOMER_NAME = text('customer_name', 'Jenny Rosen', 'Full name as Stripe has it.');
const CUSTOMER_EMAIL = text('customer_email', 'jenny@example.com', 'Email address as Stripe has it.');
const SUBSCRIPTION_ID = text('subscription_id', 'sub_1MowQVLkdIwHu7ixeRlqHVzs', 'The subscription in Stripe.');
const INVOICE_ID = text('invoice_id', 'in_1MtHbELkdIwHu7ixl4OzzPMv', 'The invoice in Stripe.');
const METADATA = metadata('metadata', { order_id: '6735' }, 'What you stored with it in Stripe, by key.');
const SUBTOTAL = money('amount_subtotal', 2000, 'Total before discounts and taxes.');
const DISCOUNT = money('amount_discount', 0, 'Sum of the discounts.');
const TAX = money('amount_tax', 0, 'Sum of the taxes.');
const INTERVAL = choice('interval', 'month', 'How often it is billed: day, week, month or year.', 'interval');
const INTERVAL_COUNT = number('interval_count', 1, 'Number of intervals between two bills.');
const DELINQUENT = boolean(
  'delinquent',
  false,
  'Whether a payment failed or an invoice is past its due date. False does not say that anything was paid.',
);
const RECEIPT_URL = text(
  'receipt_url',
  'https://invoice.stripe.com/i/acct_1032D82eZvKYlo2C/test_YWNjdF8xTTJK',
  "Link to the receipt, or to the paid invoice's page. Empty for a checkout that made no invoice.",
);

export const CONTACT_PROPERTIES: readonly Property[] = [
  text('email', 'jenny@example.com', 'Email address.'),
  text('first_name', 'Jenny', 'First name.'),
  text('last_name', 'Rosen', 'Last name.'),
  text('user_group', 'Customers', 'User group.'),
  choice('status', 'subscribed', 'subscribed, unsubscribed or transactional_only.', 'contact_status'),
  choice('subscription_status', 'active', 'past_due, active, trialing, paused or canceled.', 'contact_subscription'),
  PLAN,
  money('mrr', 2000, 'Monthly recurring revenue of the active subscriptions, before discounts.'),
  CURRENCY,
  date('renews_at', '2026-04-01T09:00:00.000Z', 'When the subscription renews next.'),
  date('trial_ends_at', '2026-03-15T09:00:00.000Z', 'When the trial ends.'),
  DELINQUENT,
  boolean(
    'wrong_card',
    false,
    'Whether a subscription goes on charging a card of its own although the customer chose another default since.',
  ),
  date('customer_since', '2026-03-01T09:00:00.000Z', 'When the customer was created in Stripe.'),
  money(
    'ltv',
    24000,
    'What the contact has paid in all, less refunds, in minor units of ltv_currency: conditions compare the number whatever the currency. Empty while no payment is known.',
  ),
  choice('ltv_currency', 'usd', 'Three-letter code of the currency of most of what the contact has paid.', 'currency'),
  number('payments', 12, 'Number of paid invoices and one-time checkouts, those refunded since as well.'),
  date('first_payment_at', '2025-04-01T09:00:00.000Z', 'When the first known payment was made.'),
  date('last_payment_at', '2026-03-01T09:00:00.000Z', 'When the last payment was made.'),
  {
    ...metadata(
      'properties',
      { favoriteColor: 'green' },
      'What your programs stored with the contact through the API, by name.',
    ),
    keyType: 'any',
  },
];

export const CUSTOMER_PROPERTIES: readonly Property[] = [
  CUSTOMER_NAME,
  CUSTOMER_EMAIL,
  text('phone', '+15551234567', 'Phone number.'),
  text('country', 'US', 'Two-letter country code of the address.'),
  text('preferred_locale', 'en-US', 'First of the preferred languages.'),
  text('description', 'Signed up at the spring fair', 'Your note on the customer in Stripe.'),
  DELINQUENT,
  date('customer_since', '2026-03-01T09:00:00.000Z', 'When the customer was created in Stripe.'),
  CUSTOMER_ID,
  METADATA,
];

export function subscriptionProperties(
  status: 'active' | 'trialing' | 'past_due' | 'paused' | 'canceled',
): readonly Property[] {
  return [
    PLAN,
    money('amount', 2000, 'What one billing period costs, before discounts. Empty where it depends on usage.'),
    CURRENCY,
    INTERVAL,
    INTERVAL_COUNT,
    number('quantity', 1, 'Units of the plan, such as seats.'),
    choice(
      'status',
      status,
      'Status in Stripe, such as active, trialing, past_due, paused or canceled.',
      'subscription',
    ),
    date('started_at', '2026-03-01T09:00:00.000Z', 'When the subscription started.'),
    date('period_start', '2026-03-01T09:00:00.000Z', 'When the current billing period began.'),
    date('period_end', '2026-04-01T09:00:00.000Z', 'When the current billing period ends.'),
    date('trial_end', '2026-03-15T09:00:00.000Z', 'When the trial ends or ended.'),
    boolean('cancel_at_period_end', false, 'Whether it ends with the current billing period.'),
    date('cancel_at', '2026-04-01T09:00:00.000Z', 'When it is going to end, if that is set.'),
    choice('collection_method', 'charge_automatically', 'charge_automatically or send_invoice.', 'collection_method'),
    boolean(
      'has_payment_method',
      true,
      'Whether the subscription has a payment method of its own; the customer may have another.',
    ),
    choice(
      'trial_settings',
      'create_invoice',
      'What a trial that ends without a payment method does: cancel, pause or create_invoice.',
      'trial_end',
    ),
    ...(status === 'canceled' ? CANCELLATION_PROPERTIES : []),
    SUBSCRIPTION_ID,
    text('invoice_id', INVOICE_ID.sample as string, 'The latest invoice in Stripe.'),
    CUSTOMER_ID,
    METADATA,
  ];
}

const CANCELLATION_PROPERTIES: readonly Property[] = [
  date('canceled_at', '2026-03-20T09:00:00.000Z', 'When it was canceled.'),
  date('ended_at', '2026-04-01T09:00:00.000Z', 'When it ended.'),
  choice(
    'cancellation_reason',
    'cancellation_requested',
    'Why it ended, such as cancellation_requested or payment_failed.',
    'cancellation_reason',
  ),
  choice(
    'cancellation_feedback',
    'too_expensive',
    "The customer's choice of reasons, such as too_expensive or unused.",
    'cancellation_feedback',
  ),
  text('cancellation_comment', 'I only needed it for one project.', "The customer's own words."),
];

const MRR = money('mrr', 2000, 'What the subscription costs a month, before discounts.');

export const PLAN_CHANGE_PROPERTIES: readonly Property[] = [
  MRR,
  money('previous_mrr', 1000, 'What the subscription cost a month before.'),
  text('previous_plan', 'Basic', 'The plan before; the same where only the quantity changed.'),
];

export const REACTIVATION_PROPERTIES: readonly Property[] = [
  date('previous_ended_at', '2026-02-01T09:00:00.000Z', 'When the last subscription before had ended.'),
];

export const CHURN_PROPERTIES: readonly Property[] = [
  choice('churn', 'voluntary', 'voluntary (someone canceled it) or involuntary (it was not paid).', 'churn'),
];

type IssuedInvoice = 'paid' | 'finalized' | 'payment_failed' | 'payment_action_required' | 'overdue';

export function invoiceProperties(event: 'upcoming' | IssuedInvoice): readonly Property[] {
  const amount = { upcoming: 'What is going to be due.', paid: 'What was paid.' };
  return [
    money('amount', 2000, event === 'upcoming' || event === 'paid' ? amount[event] : 'What is due.'),
    CURRENCY,
    ...(event === 'upcoming' ? [] : issuedInvoiceProperties(event)),
    ...(event === 'paid'
      ? [RECEIPT_URL, date('paid_at', '2026-03-01T10:00:00.000Z', 'When it was paid.')]
      : [date('next_payment_attempt', '2026-03-04T09:00:00.000Z', 'When Stripe tries to collect it next.')]),
    PLAN,
    text('line_description', '1 × Pro (at $20.00 / month)', 'What the main line of the invoice says.'),
    money('amount_due', 2000, 'What is due in all.'),
    SUBTOTAL,
    DISCOUNT,
    TAX,
    date('due_date', '2026-03-31T09:00:00.000Z', 'When it must be paid. Empty when Stripe charges automatically.'),
    date('period_start', '2026-03-01T09:00:00.000Z', 'Start of the time that the main line pays for.'),
    date('period_end', '2026-04-01T09:00:00.000Z', 'End of the time that the main line pays for.'),
    choice('collection_method', 'charge_automatically', 'charge_automatically or send_invoice.', 'collection_method'),
    choice(
      'billing_reason',
      'subscription_cycle',
      'Why it was made, such as subscription_cycle or manual.',
      'billing_reason',
    ),
    CUSTOMER_NAME,
    CUSTOMER_EMAIL,
    CUSTOMER_ID,
    SUBSCRIPTION_ID,
    METADATA,
    metadata('subscription_metadata', { team: 'Acme' }, 'What you stored with its subscription in Stripe, by key.'),
  ];
}

/** What an invoice has once it is more than a preview. */
function issuedInvoiceProperties(event: IssuedInvoice): readonly Property[] {
  const isPaid = event === 'paid';
  return [
    text('number', '1F7D0C5B-0001', "The invoice's number."),
    text(
      'hosted_invoice_url',
      RECEIPT_URL.sample as string,
      'Link to the page where the customer sees and pays the invoice.',
    ),
    text(
      'invoice_pdf',
      'https://pay.stripe.com/invoice/acct_1032D82eZvKYlo2C/test_YWNjdF8xTTJK/pdf',
      'Link to the invoice as a PDF.',
    ),
    choice(
      'status',
      isPaid ? 'paid' : 'open',
      'Status in Stripe: draft, open, paid, uncollectible or void.',
      'invoice',
    ),
    money('amount_paid', isPaid ? 2000 : 0, 'What has been paid so far.'),
    money('amount_remaining', isPaid ? 0 : 2000, 'What is still to be paid.'),
    number('attempt_count', 1, 'How many times Stripe has tried to collect it.'),
    INVOICE_ID,
    ...(event === 'payment_failed' || event === 'payment_action_required' ? FAILURE_PROPERTIES : []),
  ];
}

/** Asked of Stripe when an email or a step names them: see failure.ts. */
const FAILURE_PROPERTIES: readonly Property[] = [
  choice(
    'failure_kind',
    'soft',
    'Why the payment failed: hard (the same card won’t pay), soft (it may), authentication (the customer has to confirm it) or unknown.',
    'failure',
  ),
  text('decline_code', 'insufficient_funds', 'Stripe’s decline code. Empty where it isn’t known.'),
  boolean(
    'is_last_attempt',
    false,
    'Whether Stripe plans no other attempt to collect it. Empty where that isn’t known.',
  ),
];

export function checkoutProperties(
  event: 'completed' | 'async_payment_succeeded' | 'async_payment_failed' | 'expired',
): readonly Property[] {
  const isPaid = event === 'completed' || event === 'async_payment_succeeded';
  const isExpired = event === 'expired';
  return [
    ...(isExpired ? EXPIRED_CHECKOUT_PROPERTIES : []),
    money('amount', 2000, 'Total of the checkout after discounts and taxes.'),
    CURRENCY,
    money(
      'presentment_amount',
      2000,
      'The total as the customer saw it: in their own currency where Stripe converted it.',
    ),
    choice('presentment_currency', 'usd', 'Currency in which the customer saw it.', 'currency'),
    ...(isPaid ? [RECEIPT_URL] : []),
    SUBTOTAL,
    DISCOUNT,
    TAX,
    choice('mode', 'payment', 'payment, subscription or setup.', 'checkout_mode'),
    choice('status', isExpired ? 'expired' : 'complete', 'Status in Stripe: open, complete or expired.', 'checkout'),
    choice('payment_status', isPaid ? 'paid' : 'unpaid', 'paid, unpaid or no_payment_required.', 'checkout_payment'),
    text('client_reference_id', 'cart_8213', 'Your own reference, such as a cart or a user.'),
    CUSTOMER_NAME,
    CUSTOMER_EMAIL,
    text('phone', '+15551234567', 'Phone number given at the checkout.'),
    text('country', 'US', 'Two-letter country code of the address.'),
    CUSTOMER_ID,
    ...(isExpired ? [] : [SUBSCRIPTION_ID, INVOICE_ID]),
    text(
      'checkout_session_id',
      'cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0zWJO2znZKdVujZ0N0S22u',
      'The checkout session in Stripe.',
    ),
    METADATA,
  ];
}

const EXPIRED_CHECKOUT_PROPERTIES: readonly Property[] = [
  text(
    'recovery_url',
    'https://buy.stripe.com/r/live_asAb1724',
    'Link to the same checkout, begun anew. Only of checkouts that you create with recovery switched on.',
  ),
  choice(
    'consent_promotions',
    'opt_in',
    'Whether they agreed to promotional emails: opt_in or opt_out. Empty where the checkout did not ask.',
    'promotions',
  ),
  date('opened_at', '2026-03-01T09:00:00.000Z', 'When the checkout was opened.'),
];

export function quoteProperties(event: 'finalized' | 'accepted' | 'canceled'): readonly Property[] {
  const status = { finalized: 'open', accepted: 'accepted', canceled: 'canceled' };
  return [
    text('number', 'QT-0001-1', "The quote's number."),
    money('amount', 2000, 'Total after discounts and taxes.'),
    CURRENCY,
    SUBTOTAL,
    DISCOUNT,
    TAX,
    money('recurring_amount', 2000, 'What each billing period will cost. Empty without a subscription.'),
    INTERVAL,
    INTERVAL_COUNT,
    text('description', 'Pro for the whole team', 'What stands on the quote.'),
    choice('status', status[event], 'Status in Stripe: draft, open, accepted or canceled.', 'quote'),
    date('expires_at', '2026-03-31T09:00:00.000Z', 'Until when the quote can be accepted.'),
    date('finalized_at', '2026-03-01T09:00:00.000Z', 'When it was finalized.'),
    ...(event === 'accepted' ? [date('accepted_at', '2026-03-02T09:00:00.000Z', 'When it was accepted.')] : []),
    ...(event === 'canceled' ? [date('canceled_at', '2026-03-02T09:00:00.000Z', 'When it was canceled.')] : []),
    text('quote_id', 'qt_1KYhnSLkdIwHu7ixV8u9qMZL', 'The quote in Stripe.'),
    CUSTOMER_ID,
    ...(event === 'accepted' ? [SUBSCRIPTION_ID, INVOICE_ID] : []),
    METADATA,
  ];
}

export const DISPUTE_PROPERTIES: readonly Property[] = [
  money('amount', 2000, 'The disputed amount.'),
  CURRENCY,
  choice(
    'reason',
    'fraudulent',
    'The reason given to the bank, such as fraudulent or product_not_received.',
    'dispute_reason',
  ),
  choice('status', 'needs_response', 'Status in Stripe, such as needs_response, under_review, won or lost.', 'dispute'),
  date('evidence_due_by', '2026-03-20T23:59:59.000Z', 'Until when you can submit evidence. Empty when that is over.'),
  boolean('has_evidence', false, 'Whether evidence has been prepared.'),
  boolean('is_charge_refundable', true, 'Whether the charge can still be refunded.'),
  date('disputed_at', '2026-03-10T09:00:00.000Z', 'When the dispute was opened.'),
  text('dispute_id', 'du_1MtJUT2eZvKYlo2CNaw2HvEv', 'The dispute in Stripe.'),
  text('charge_id', 'ch_1MtJTp2eZvKYlo2CaYpJ8ZVY', 'The disputed charge in Stripe.'),
  METADATA,
];

export const REFUND_PROPERTIES: readonly Property[] = [
  money('amount', 2000, 'What has been refunded of the payment so far, in all.'),
  money('amount_charged', 2000, 'What had been paid.'),
  CURRENCY,
  boolean('is_full_refund', true, 'Whether all of the payment has been refunded.'),
  choice(
    'reason',
    'requested_by_customer',
    'Why: duplicate, fraudulent or requested_by_customer. Empty where Stripe does not send it.',
    'refund_reason',
  ),
  text('receipt_url', RECEIPT_URL.sample as string, 'Link to the receipt, which shows the refund.'),
  text('description', 'Starter kit', 'What stands on the payment.'),
  date('paid_at', '2026-03-01T10:00:00.000Z', 'When it was paid.'),
  CUSTOMER_NAME,
  CUSTOMER_EMAIL,
  text('charge_id', 'ch_1MtJTp2eZvKYlo2CaYpJ8ZVY', 'The payment in Stripe.'),
  text('invoice_id', INVOICE_ID.sample as string, 'The invoice that it paid. Only older API versions send it.'),
  CUSTOMER_ID,
  METADATA,
];

export const PAYMENT_METHOD_PROPERTIES: readonly Property[] = [
  choice('card_brand', 'visa', 'Brand of the card, such as visa or mastercard.', 'card_brand'),
  text('card_last_four', '4242', 'Last four digits of the card.'),
  text('card_expiry', '12/2029', 'Month and year in which the card expires.'),
  text('payment_method_id', 'pm_1MtJTpLkdIwHu7ixfPbOw2Xz', 'The payment method in Stripe.'),
  CUSTOMER_ID,
  METADATA,
];
