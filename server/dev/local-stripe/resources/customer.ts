/** What every resource needs of customers. The calls about them are in customers. */
import type Stripe from 'stripe';
import { previousAttributes } from '../changes';
import { mustFind } from '../route';
import type { Tenant } from '../tenant';

/** The customer a parameter names. @throws StripeApiError 400 when there is none */
export function customerOf(tenant: Tenant, id: string): Stripe.Customer {
  return mustFind(tenant.customers, 'customer', id, 'customer');
}

/** A customer that is not stored yet. */
export function newCustomer(tenant: Tenant, name: string | null, email: string | null): Stripe.Customer {
  return {
    id: tenant.newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: tenant.now(),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email,
    invoice_prefix: tenant.random.letters(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: tenant.livemode,
    metadata: {},
    name,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

/** Applies `change` and emits customer.updated if it made a difference. */
export function changeCustomer(tenant: Tenant, customer: Stripe.Customer, change: () => void): Stripe.Customer {
  const before = structuredClone(customer);
  change();
  const previous = previousAttributes(before, customer);
  if (previous) tenant.emit('customer.updated', customer, previous);
  return customer;
}
