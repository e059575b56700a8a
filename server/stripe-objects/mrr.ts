/** What subscription items cost. */
import { type Fields, fieldsOf, whole } from './fields';

/** A year has 365 days, 52 weeks and 12 months. */
const PER_MONTH: Readonly<Record<string, number>> = { day: 365 / 12, week: 52 / 12, month: 1, year: 1 / 12 };

/**
 * Monthly recurring revenue in minor units: each item's amount × quantity, brought to a month by its interval, summed,
 * and rounded once at the end (halves up). Discounts and taxes are ignored. Items whose price isn't known from the
 * subscription alone count as 0: metered, tiered, one-time and missing amounts.
 */
export function monthlyAmount(items: readonly Fields[]): number {
  const sum = items.reduce((total, item) => total + (monthlyItemAmount(item) ?? 0), 0);
  return whole(Math.round(sum)) ?? 0;
}

/** An item's share of a month in minor units, not rounded. Null where its price isn't fixed. */
export function monthlyItemAmount(item: Fields): number | null {
  const amount = itemAmount(item);
  const { interval, count } = intervalOf(item);
  const perMonth = interval === null ? undefined : PER_MONTH[interval];
  return amount === null || perMonth === undefined ? null : (amount * perMonth) / count;
}

/** What an item costs in one of its own intervals, in minor units, not rounded. Null where its price isn't fixed. */
export function itemAmount(item: Fields): number | null {
  const price = priceOf(item);
  const usage = fieldsOf(price.recurring).usage_type ?? price.usage_type;
  if (usage === 'metered' || price.billing_scheme === 'tiered') return null;
  const unit = decimal(price.unit_amount_decimal, price.unit_amount, price.amount_decimal, price.amount);
  return unit === null ? null : unit * packages(itemQuantity(item), fieldsOf(price.transform_quantity));
}

/** Stripe leaves the quantity out where it is one. */
export function itemQuantity(item: Fields): number {
  const quantity = whole(item.quantity);
  return quantity === null || quantity < 0 ? 1 : quantity;
}

export function intervalOf(item: Fields): { interval: string | null; count: number } {
  const price = priceOf(item);
  const recurring = price.recurring === undefined ? price : fieldsOf(price.recurring);
  const { interval } = recurring;
  const count = whole(recurring.interval_count) ?? 1;
  return {
    interval: typeof interval === 'string' && Object.hasOwn(PER_MONTH, interval) ? interval : null,
    count: count > 0 ? count : 1,
  };
}

/** The price of a subscription item, also where an older API version only knows its plan. */
export const priceOf = (item: Fields): Fields => fieldsOf(item.price ?? item.plan);

/** Prices per package: "$10 for every 5 seats". */
function packages(quantity: number, transform: Fields): number {
  const size = whole(transform.divide_by);
  if (size === null || size <= 0) return quantity;
  return transform.round === 'down' ? Math.floor(quantity / size) : Math.ceil(quantity / size);
}

/** The first amount that is a finite number, also as Stripe's decimal text ("0.5"). */
function decimal(...values: unknown[]): number | null {
  for (const value of values) {
    const isDecimalText = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
    const amount = isDecimalText ? Number(value) : value;
    if (typeof amount === 'number' && Number.isFinite(amount)) return amount;
  }
  return null;
}
