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
  contact_added: {
    name: 'New contact',
    description: 'Welcomes a contact that a program or a person adds. Those that Stripe adds are for “New customer”.',
    triggers: ['lifecycle.contact_added'],
  },
  list_joined: {
    name: 'Mailing list welcome',
    description: 'Welcomes whoever joins a mailing list, by the name of the list.',
    triggers: ['lifecycle.list_joined'],
  },
  trial_ends_in_7_days: {
    name: 'Trial ends in 7 days',
    description: 'Tells a customer a week before a trial ends, as card networks ask for where a charge follows.',
    triggers: ['schedule.trial_end'],
  },
  renewal_coming: {
    name: 'Renewal coming',
    description: 'Tells a customer a week before a subscription renews; not of yearly ones.',
    triggers: ['schedule.renewal'],
  },
  yearly_renewal: {
    name: 'Yearly renewal notice',
    description: 'Tells a customer 30 days before a yearly subscription renews: card networks ask for 7 to 30 days.',
    triggers: ['schedule.renewal'],
  },
  win_back: {
    name: 'Win-back',
    description: 'Writes to a customer 30 days after their subscription ended, unless they have another one.',
    triggers: ['schedule.ended'],
  },
  card_expires: {
    name: 'Card expires soon',
    description:
      'Asks for a new card two weeks before the old one expires. Most cards are renewed at Stripe by the card networks, without anybody’s help: use it only if yours are not.',
    triggers: ['schedule.card_expiry'],
  },
} as const satisfies Record<string, TemplateOffer>;
export type TemplateKey = keyof typeof TEMPLATES;
export const TEMPLATE_KEYS = Object.keys(TEMPLATES) as [TemplateKey, ...TemplateKey[]];
