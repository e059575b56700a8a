/**
 * Today's objects as an older API version wrote them, for the places that differ where Tillpost reads: periods and plan on the
 * subscription, the subscription on the invoice, plans where prices are now.
 * Source: https://docs.stripe.com/changelog (2025-03-31.basil and before)
 */
export const OLDER_API_VERSION = '2019-12-03';

type Fields = Record<string, unknown>;

interface LookUps {
  /** The plan behind a price: lines carry it whole. */
  findPlan(price: string): object | undefined;
  /** How an invoice was charged last, which it names itself. */
  findPayment(invoice: string): { payment_intent: string; charge: string | null } | undefined;
}
type FindPlan = LookUps['findPlan'];

export function toOlderShape(object: object, lookUps: LookUps): object {
  const fields = structuredClone(object) as Fields;
  if (fields.object === 'subscription') return olderSubscription(fields);
  if (fields.object === 'invoice') return olderInvoice(fields, lookUps);
  return fields;
}

function olderSubscription({ billing_mode: _mode, billing_schedules: _schedules, ...subscription }: Fields): Fields {
  const list = subscription.items as { data: Fields[] };
  const items = list.data.map(olderItem);
  const first = list.data[0];
  return {
    ...subscription,
    current_period_start: first?.current_period_start ?? null,
    current_period_end: first?.current_period_end ?? null,
    plan: items.length === 1 ? items[0]!.plan : null,
    quantity: items.length === 1 ? items[0]!.quantity : null,
    items: { ...list, data: items },
  };
}

const olderItem = ({
  price: _price,
  current_period_start: _start,
  current_period_end: _end,
  ...item
}: Fields): Fields => item;

function olderInvoice({ parent, total_taxes: _taxes, ...invoice }: Fields, { findPlan, findPayment }: LookUps): Fields {
  const details = (parent as { subscription_details: { subscription: string } | null } | null)?.subscription_details;
  const list = invoice.lines as { data: Fields[] };
  return {
    ...invoice,
    charge: null,
    payment_intent: null,
    ...(typeof invoice.id === 'string' && findPayment(invoice.id)),
    paid: invoice.status === 'paid',
    subscription: details?.subscription ?? null,
    tax: null,
    lines: { ...list, data: list.data.map((line) => olderLine(line, findPlan)) },
  };
}

function olderLine({ parent, pricing, taxes: _taxes, ...line }: Fields, findPlan: FindPlan): Fields {
  const item = (parent as { subscription_item_details: { subscription_item: string } | null } | null)
    ?.subscription_item_details;
  return {
    ...line,
    plan: findPlan((pricing as { price_details: { price: string } } | null)?.price_details.price ?? '') ?? null,
    proration: false,
    type: item ? 'subscription' : 'invoiceitem',
    ...(item && { subscription_item: item.subscription_item }),
  };
}
