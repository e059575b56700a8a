/** The page of an object in Stripe's Dashboard. */
export const dashboardUrl = (
  livemode: boolean,
  objects: 'customers' | 'events' | 'invoices' | 'subscriptions',
  id: string,
): string => `https://dashboard.stripe.com/${livemode ? '' : 'test/'}${objects}/${encodeURIComponent(id)}`;
