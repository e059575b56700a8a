/** The workflow templates that the backend ships, as the onboarding offers them. A test holds the two lists together. */
export const TEMPLATES = [
  { key: 'new_customer', name: 'New customer', description: 'Welcomes a customer when Stripe first meets them.' },
  { key: 'payment_failed', name: 'Payment failed', description: 'Reminds a customer until the invoice is paid.' },
  { key: 'payment_successful', name: 'Payment successful', description: 'Says thank you for a payment.' },
  { key: 'subscription_created', name: 'Subscription created', description: 'Confirms a new subscription.' },
  { key: 'trial_ending', name: 'Trial ending', description: 'Lets a customer know before their trial ends.' },
  { key: 'quote_accepted', name: 'Quote accepted', description: 'Confirms an accepted quote.' },
  {
    key: 'subscription_canceled',
    name: 'Subscription canceled',
    description: 'Says goodbye and leaves the door open.',
  },
] as const;
