import { createPrice } from './resources/catalog';
import { newCustomer } from './resources/customer';
import { newSubscription, periodEnd } from './resources/new-subscription';
import type { Tenant } from './tenant';

export interface SeedOptions {
  /** Each customer with an active monthly subscription. */
  withSubscriptions?: boolean;
}

/** Customers who came one a minute until now; nothing of it is told in events. */
export function seedCustomers(tenant: Tenant, count: number, { withSubscriptions = false }: SeedOptions = {}): void {
  const { result: price } = tenant.holdBack(() =>
    createPrice(tenant, {
      currency: tenant.account.default_currency,
      unit_amount: '1900',
      nickname: 'Team',
      recurring: { interval: 'month' },
      product_data: { name: 'Team plan' },
    }),
  );
  for (let index = 0; index < count; index += 1) {
    const { name, email } = tenant.random.newPerson();
    const created = tenant.now() - (count - index) * 60;
    const customer = { ...newCustomer(tenant, name, email), created };
    tenant.customers.put(customer);
    if (!withSubscriptions) continue;
    const subscription = newSubscription(tenant, customer.id, [{ price, quantity: 1 }], null);
    const dates = { created, start_date: created, billing_cycle_anchor: created };
    for (const item of subscription.items.data) {
      item.current_period_start = tenant.now() - (tenant.now() % 86_400);
      item.current_period_end = periodEnd(item.current_period_start, price);
    }
    tenant.subscriptions.put({ ...subscription, ...dates, status: 'active' });
  }
}
