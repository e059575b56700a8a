/** Products and prices. */
import type Stripe from 'stripe';
import { flag, integer, mergeMetadata, nested, required, text, type Params } from '../form';
import { get, listPage, mustFind, post, type Route } from '../route';
import { missingParam } from '../stripe-error';
import type { Tenant } from '../tenant';

export const catalogRoutes: Route[] = [
  post('/v1/products', 'product_write', ({ tenant, params }) => createProduct(tenant, params)),
  get('/v1/products', 'product_read', (call) => listPage(call.tenant.products, call)),
  get('/v1/products/:id', 'product_read', ({ tenant, id }) => mustFind(tenant.products, 'product', id)),
  post('/v1/prices', 'plan_write', ({ tenant, params }) => createPrice(tenant, params)),
  get('/v1/prices', 'plan_read', (call) => {
    const product = text(call.params, 'product');
    return listPage(call.tenant.prices, call, (price) => product === undefined || price.product === product);
  }),
  get('/v1/prices/:id', 'plan_read', ({ tenant, id }) => mustFind(tenant.prices, 'price', id)),
];

function createProduct(tenant: Tenant, params: Params): Stripe.Product {
  const created = tenant.now();
  const product: Stripe.Product = {
    id: text(params, 'id') ?? tenant.newId('prod'),
    object: 'product',
    active: flag(params, 'active') ?? true,
    created,
    default_price: null,
    description: text(params, 'description') ?? null,
    images: [],
    livemode: tenant.livemode,
    marketing_features: [],
    metadata: mergeMetadata({}, params),
    name: required(params, 'name'),
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: created,
    url: null,
  };
  tenant.products.put(product);
  tenant.emit('product.created', product);
  return product;
}

export function createPrice(tenant: Tenant, params: Params): Stripe.Price {
  const recurring = nested(params, 'recurring');
  const interval = text(recurring, 'interval');
  const amount = integer(params, 'unit_amount') ?? null;
  const price: Stripe.Price = {
    id: tenant.newId('price'),
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: tenant.now(),
    currency: required(params, 'currency').toLowerCase(),
    custom_unit_amount: null,
    livemode: tenant.livemode,
    lookup_key: text(params, 'lookup_key') ?? null,
    metadata: mergeMetadata({}, params),
    nickname: text(params, 'nickname') ?? null,
    product: productOf(tenant, params),
    recurring: interval
      ? {
          interval,
          interval_count: integer(recurring, 'interval_count') ?? 1,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: interval ? 'recurring' : 'one_time',
    unit_amount: amount,
    unit_amount_decimal: decimal(amount),
  };
  tenant.prices.put(price);
  tenant.emit('price.created', price);
  return price;
}

function productOf(tenant: Tenant, params: Params): string {
  const fresh = nested(params, 'product_data');
  if (text(fresh, 'name')) return createProduct(tenant, fresh).id;
  const id = text(params, 'product');
  if (!id) throw missingParam('product');
  return mustFind(tenant.products, 'product', id, 'product').id;
}

/** The price of a line: `price`, or `price_data` for one made on the spot. */
export function priceOf(tenant: Tenant, line: Params): Stripe.Price {
  const id = text(line, 'price');
  if (id) return mustFind(tenant.prices, 'price', id, 'price');
  if (Object.keys(nested(line, 'price_data')).length === 0) throw missingParam('price');
  return createPrice(tenant, nested(line, 'price_data'));
}

/** Decimals travel as texts; the client turns them into its own Decimal. */
export const decimal = (amount: number | null) =>
  (amount === null ? null : String(amount)) as unknown as Stripe.Decimal;

/** The plan that Stripe still puts beside a recurring price. */
export const planOf = (price: Stripe.Price): Stripe.Plan => ({
  id: price.id,
  object: 'plan',
  active: price.active,
  amount: price.unit_amount,
  amount_decimal: price.unit_amount_decimal,
  billing_scheme: 'per_unit',
  created: price.created,
  currency: price.currency,
  interval: price.recurring?.interval ?? 'month',
  interval_count: price.recurring?.interval_count ?? 1,
  livemode: price.livemode,
  metadata: price.metadata,
  meter: null,
  nickname: price.nickname,
  product: price.product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
});
