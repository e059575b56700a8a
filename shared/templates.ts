/** The workflow templates that ship, as every screen offers them; their steps are in `server/workflows/templates/`. */
import type { TriggerType } from './catalogue';

export interface TemplateOffer {
  name: string;
  /** One sentence for the merchant who chooses. */
  description: string;
  /** The events it can be made for; the first is the usual one. */
  triggers: readonly [TriggerType, ...TriggerType[]];
}

/** In the order in which screens show them. */
export const TEMPLATES = {
  new_customer: {
    name: 'New customer',
    description: 'Welcomes a customer when Stripe first meets them.',
    triggers: ['customer.created'],
  },
  payment_successful: {
    name: 'Payment successful',
    description: 'Says thank you for a payment.',
    triggers: ['invoice.paid', 'checkout.session.completed', 'checkout.session.async_payment_succeeded'],
  },
  payment_failed: {
    name: 'Payment failed',
    description: 'Reminds a customer until the invoice is paid.',
    triggers: ['invoice.payment_failed'],
  },
  payment_confirmation: {
    name: 'Payment needs your confirmation',
    description: 'Asks a customer to confirm a payment with their bank, until the invoice is paid.',
    triggers: ['invoice.payment_action_required'],
  },
  subscription_created: {
    name: 'Subscription created',
    description: 'Confirms a new subscription.',
    triggers: ['customer.subscription.created'],
  },
  trial_ending: {
    name: 'Trial ending',
    description: 'Lets a customer know before their trial ends.',
    triggers: ['customer.subscription.trial_will_end'],
  },
  quote_accepted: {
    name: 'Quote accepted',
    description: 'Confirms an accepted quote.',
    triggers: ['quote.accepted'],
  },
  subscription_canceled: {
    name: 'Subscription canceled',
    description: 'Says goodbye and leaves the door open.',
    triggers: ['customer.subscription.deleted'],
  },
  checkout_not_finished: {
    name: 'Checkout not finished',
    description: 'Brings back a customer who left a checkout, by the link that Stripe makes to recover it.',
    triggers: ['checkout.session.expired'],
  },
  refund_confirmed: {
    name: 'Refund confirmed',
    description: 'Confirms a refund, in part or in full.',
    triggers: ['charge.refunded'],
  },
  welcome_back: {
    name: 'Welcome back',
    description: 'Greets a customer who subscribes again after leaving.',
    triggers: ['lifecycle.reactivated'],
  },
} as const satisfies Record<string, TemplateOffer>;
export type TemplateKey = keyof typeof TEMPLATES;
export const TEMPLATE_KEYS = Object.keys(TEMPLATES) as [TemplateKey, ...TemplateKey[]];
