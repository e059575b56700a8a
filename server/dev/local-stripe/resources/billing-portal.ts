/** The customer portal: a short-lived page on which a customer replaces the card. */
import type Stripe from 'stripe';
import { nested, required, text, type Params } from '../form';
import { post, type Route } from '../route';
import { noPortal } from '../stripe-error';
import type { Tenant } from '../tenant';
import { changeCustomer, customerOf } from './customer';
import { attachPaymentMethod } from './payment-methods';

/** How long the address of a session may be opened for the first time. */
const SESSION_SECONDS = 5 * 60;

export const billingPortalRoutes: Route[] = [
  post('/v1/billing_portal/sessions', 'customer_portal_write', ({ tenant, params }) => createSession(tenant, params)),
];

/** @throws StripeApiError 400 where no portal is configured */
function createSession(tenant: Tenant, params: Params): Stripe.BillingPortal.Session {
  const customer = customerOf(tenant, required(params, 'customer'));
  if (!tenant.hasPortal) throw noPortal(tenant.livemode);
  const flow = text(nested(params, 'flow_data'), 'type');
  const secret = `${tenant.livemode ? 'live' : 'test'}_${tenant.random.letters(40)}`;
  return tenant.portalSessions.put({
    id: tenant.newId('bps'),
    object: 'billing_portal.session',
    configuration: `bpc_1${tenant.account.id.replace('acct_1', '')}`,
    created: tenant.now(),
    customer: customer.id,
    customer_account: null,
    flow: flow
      ? {
          type: flow,
          after_completion: { type: 'portal_homepage', hosted_confirmation: null, redirect: null },
          customer_update: null,
          subscription_cancel: null,
          subscription_pause: null,
          subscription_update: null,
          subscription_update_confirm: null,
        }
      : null,
    livemode: tenant.livemode,
    locale: null,
    on_behalf_of: null,
    return_url: text(params, 'return_url') ?? null,
    url: `${tenant.pagesUrl() ?? 'https://billing.stripe.com'}/p/session/${tenant.account.id}/${secret}`,
  });
}

export const isSessionOpen = (tenant: Tenant, { created }: Stripe.BillingPortal.Session): boolean =>
  tenant.now() < created + SESSION_SECONDS;

/** The new card becomes the customer's default, not that of a subscription with a payment method of its own. */
export function replaceCard(tenant: Tenant, { customer: id }: Stripe.BillingPortal.Session, card: string): void {
  const customer = customerOf(tenant, id);
  const { id: method } = attachPaymentMethod(tenant, card, id);
  changeCustomer(tenant, customer, () => (customer.invoice_settings.default_payment_method = method));
}
