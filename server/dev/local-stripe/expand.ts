/** `expand[]`: puts objects where their ids stand. */
import { demand, type Caller } from './auth';
import { invalidParam } from './stripe-error';
import { readCustomer } from './resources/customers';
import type { Tenant } from './tenant';

/** What each id begins with, how it is found, and what reading it needs. */
const KINDS: [prefix: string, permission: string, find: (tenant: Tenant, id: string) => object | undefined][] = [
  ['cus_', 'customer_read', readCustomer],
  ['sub_', 'subscription_read', (tenant, id) => tenant.subscriptions.find(id)],
  ['in_', 'invoice_read', (tenant, id) => tenant.invoices.find(id)],
  ['ch_', 'charge_read', (tenant, id) => tenant.charges.find(id)],
  ['pi_', 'payment_intent_read', (tenant, id) => tenant.paymentIntents.find(id)],
  ['pm_', 'payment_method_read', (tenant, id) => tenant.paymentMethods.find(id)],
  ['prod_', 'product_read', (tenant, id) => tenant.products.find(id)],
  ['price_', 'plan_read', (tenant, id) => tenant.prices.find(id)],
  ['qt_', 'quote_read', (tenant, id) => tenant.quotes.find(id)],
];

/** A copy of `answer` with each of `paths` expanded. @throws StripeApiError 400, or 403 when the key may not read it */
export function expand(caller: Caller, answer: object, paths: string[]): object {
  if (paths.length === 0) return answer;
  const copy = structuredClone(answer) as Record<string, unknown>;
  for (const path of paths) expandPath(caller, copy, path.split('.'), path);
  return copy;
}

function expandPath(caller: Caller, node: unknown, [name, ...rest]: string[], path: string): void {
  if (name === undefined || node === null || node === undefined) return;
  if (Array.isArray(node)) {
    for (const entry of node) expandPath(caller, entry, [name, ...rest], path);
    return;
  }
  if (typeof node !== 'object' || !(name in node))
    throw invalidParam('expand', `This property cannot be expanded (${path}).`, 'property_cannot_be_expanded');
  const fields = node as Record<string, unknown>;
  if (typeof fields[name] === 'string') fields[name] = load(caller, fields[name], path);
  expandPath(caller, fields[name], rest, path);
}

function load(caller: Caller, id: string, path: string): object {
  const [, permission, find] = KINDS.find(([prefix]) => id.startsWith(prefix)) ?? [];
  const found = find?.(caller.tenant, id);
  if (!permission || !found)
    throw invalidParam('expand', `This property cannot be expanded (${path}).`, 'property_cannot_be_expanded');
  demand(caller, permission);
  return structuredClone(found);
}
