/**
 * The values that Stripe's documents name for what it sends as a word, as of API version 2025-09-30. Conditions compare
 * with these only: nothing else ever comes. https://docs.stripe.com/api
 */
import { FAILURE_KINDS } from './failure';

const words = (list: string): readonly string[] => list.trim().split(/\s+/);

export const KNOWN_VALUES = {
  contact_status: words('subscribed unsubscribed transactional_only'),
  /** Of a contact: the first of these that any of its subscriptions has. */
  contact_subscription: words('past_due active trialing paused canceled'),
  subscription: words('incomplete incomplete_expired trialing active past_due canceled unpaid paused'),
  invoice: words('draft open paid uncollectible void'),
  checkout: words('open complete expired'),
  checkout_mode: words('payment subscription setup'),
  checkout_payment: words('paid unpaid no_payment_required'),
  promotions: words('opt_in opt_out'),
  quote: words('draft open accepted canceled'),
  dispute: words(
    'warning_needs_response warning_under_review warning_closed needs_response under_review won lost prevented',
  ),
  dispute_reason: words(`bank_cannot_process check_returned credit_not_processed customer_initiated
    debit_not_authorized duplicate fraudulent general incorrect_account_details insufficient_funds noncompliant
    product_not_received product_unacceptable subscription_canceled unrecognized`),
  refund_reason: words('duplicate fraudulent requested_by_customer expired_uncaptured_charge'),
  collection_method: words('charge_automatically send_invoice'),
  interval: words('day week month year'),
  trial_end: words('cancel pause create_invoice'),
  billing_reason: words(`automatic_pending_invoice_item_invoice manual quote_accept subscription subscription_create
    subscription_cycle subscription_threshold subscription_update upcoming`),
  cancellation_reason: words('cancellation_requested payment_disputed payment_failed canceled_by_retention_policy'),
  cancellation_feedback: words(`customer_service low_quality missing_features other switched_service too_complex
    too_expensive unused`),
  churn: words('voluntary involuntary'),
  failure: [...FAILURE_KINDS],
  card_brand: words(
    `visa mastercard amex discover diners jcb unionpay eftpos_au cartes_bancaires interac link unknown`,
  ),
  /** Who changes a contact; a person does by the console or the Stripe App. */
  changed_by: words('stripe program person contact'),
  /** https://docs.stripe.com/currencies */
  currency: words(`usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd
    cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl hrk
    htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop
    mro mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd
    scr sek sgd shp sle sll sos srd std stn svc szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd
    xcg xof xpf yer zar zmw zwl`),
} as const;
