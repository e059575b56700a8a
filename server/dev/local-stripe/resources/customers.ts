import type Stripe from 'stripe';
import { clearable, mergeMetadata, nested, text, type Params } from '../form';
import { del, get, listPage, mustFind, post, type Route } from '../route';
import { invalidParam } from '../stripe-error';
import type { Tenant } from '../tenant';
import { changeCustomer, newCustomer } from './customer';
import { attachPaymentMethod } from './payment-methods';
import { cancelSubscription } from './subscriptions';

export const customerRoutes: Route[] = [
  post('/v1/customers', 'customer_write', ({ tenant, params }) => createCustomer(tenant, params)),
  get('/v1/customers', 'customer_read', (call) => {
    const email = text(call.params, 'email');
    return listPage(call.tenant.customers, call, (customer) => email === undefined || customer.email === email);
  }),
  get('/v1/customers/:id', 'customer_read', ({ tenant, id }) => readCustomer(tenant, id)),
  post('/v1/customers/:id', 'customer_write', ({ tenant, id, params }) =>
    updateCustomer(tenant, mustFind(tenant.customers, 'customer', id), params),
  ),
  del('/v1/customers/:id', 'customer_write', ({ tenant, id }) =>
    deleteCustomer(tenant, mustFind(tenant.customers, 'customer', id)),
  ),
];

const TEXTS = ['email', 'name', 'phone', 'description', 'business_name', 'individual_name'] as const;

/** @throws StripeApiError when its payment method does not exist */
export function createCustomer(tenant: Tenant, params: Params): Stripe.Customer {
  const customer = newCustomer(tenant, text(params, 'name') ?? null, text(params, 'email') ?? null);
  applyParams(customer, params);
  tenant.customers.put(customer);
  const card = text(params, 'payment_method') ?? text(params, 'source');
  if (card) {
    const paymentMethod = attachPaymentMethod(tenant, card, customer.id);
    if (text(nested(params, 'invoice_settings'), 'default_payment_method') || text(params, 'source'))
      customer.invoice_settings.default_payment_method = paymentMethod.id;
  }
  tenant.emit('customer.created', customer);
  return customer;
}

function updateCustomer(tenant: Tenant, customer: Stripe.Customer, params: Params): Stripe.Customer {
  return changeCustomer(tenant, customer, () => {
    applyParams(customer, params);
    const card = text(params, 'source');
    if (card) customer.invoice_settings.default_payment_method = attachPaymentMethod(tenant, card, customer.id).id;
    const chosen = text(nested(params, 'invoice_settings'), 'default_payment_method');
    if (chosen) customer.invoice_settings.default_payment_method = chosen;
  });
}

/** Cancels what the customer subscribes to first, as Stripe does. */
export function deleteCustomer(tenant: Tenant, customer: Stripe.Customer): Stripe.DeletedCustomer {
  for (const subscription of tenant.subscriptions.list(customer.id))
    if (subscription.status !== 'canceled') cancelSubscription(tenant, subscription, {});
  tenant.customers.remove(customer.id);
  tenant.deletedCustomers.add(customer.id);
  tenant.emit('customer.deleted', customer);
  return { id: customer.id, object: 'customer', deleted: true };
}

export function readCustomer(tenant: Tenant, id: string): Stripe.Customer | Stripe.DeletedCustomer {
  if (tenant.deletedCustomers.has(id)) return { id, object: 'customer', deleted: true };
  return mustFind(tenant.customers, 'customer', id);
}

function applyParams(customer: Stripe.Customer, params: Params): void {
  for (const name of TEXTS) {
    const value = clearable(params, name);
    if (value === undefined) continue;
    if (name === 'email' && (value?.length ?? 0) > 512)
      throw invalidParam('email', 'Invalid email address.', 'email_invalid');
    Object.assign(customer, { [name]: value });
  }
  customer.metadata = mergeMetadata(customer.metadata, params);
}
