/** What Stripe's permissions are called in its Dashboard, on the page for restricted keys. */
const RESOURCES: Readonly<Record<string, string>> = {
  customer: 'Customers',
  subscription: 'Subscriptions',
  invoice: 'Invoices',
  charge: 'Charges',
  dispute: 'Disputes',
  checkout_session: 'Checkout Sessions',
  quote: 'Quotes',
  payment_method: 'Payment Methods',
  payment_intent: 'PaymentIntents',
  customer_portal: 'Customer portal',
  event: 'Events',
  webhook: 'Webhook Endpoints',
};

/** "Customers: read" for `customer_read`; one that we don't know goes by its own name. */
export function namePermission(permission: string): string {
  const [, resource = '', access = ''] = /^(\w+)_(read|write)$/.exec(permission) ?? [];
  return Object.hasOwn(RESOURCES, resource) ? `${RESOURCES[resource]}: ${access}` : permission;
}
