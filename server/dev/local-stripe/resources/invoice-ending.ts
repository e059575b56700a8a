/** How an invoice ends that nobody pays. https://docs.stripe.com/invoicing/overview#invoice-statuses */
import type Stripe from 'stripe';
import { wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';

/** @throws StripeApiError 400 when it is neither open nor uncollectible */
export function voidInvoice(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
    throw wrongState('You can only pass in open or uncollectible invoices. This invoice is neither.');
  invoice.status_transitions.voided_at = tenant.now();
  return end(tenant, invoice, 'void', 'invoice.voided');
}

/** It may still be paid or voided. @throws StripeApiError 400 when it isn't open */
export function markUncollectible(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'open') throw wrongState("You can only pass in open invoices. This invoice isn't open.");
  invoice.status_transitions.marked_uncollectible_at = tenant.now();
  return end(tenant, invoice, 'uncollectible', 'invoice.marked_uncollectible');
}

function end(tenant: Tenant, invoice: Stripe.Invoice, status: 'void' | 'uncollectible', type: string): Stripe.Invoice {
  Object.assign(invoice, { status, auto_advance: false, next_payment_attempt: null });
  tenant.emit(type, invoice);
  return invoice;
}
