/** Reads what batches are about: one round of statements for all accounts together. */
import { allDone } from '../all-done';
import { findPresentKeys, keyFor, keyText, selectByKeys, type TenantKey } from '../db/keys';
import type { Trx } from '../db/schema';
import { tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import { createAudience, type Audience } from './audience';
import type { Payment } from './payments';
import { findSuppressionsOfAll, hashKeys } from './suppressions';

interface Wanted {
  tenant: Tenant;
  customerIds: Iterable<string>;
  /** Normalised. */
  emails: Iterable<string>;
  contactIds?: Iterable<string>;
  /** Of invoices, subscriptions, checkout sessions and quotes. */
  objectIds?: Iterable<string>;
  paymentIds?: Iterable<string>;
  /** Of those whose payment failed: these invoices, and all of these customers. */
  failedInvoices?: { ids: Iterable<string>; ofCustomers: Iterable<string> };
}

/** The audiences by tenantKey, each tenant wanted once; `now` in epoch milliseconds. Good for one transaction. */
export async function loadAudiences(
  trx: Trx,
  wanted: readonly Wanted[],
  now: number,
  lock: 'wait' | 'nowait' = 'wait',
): Promise<Map<string, Audience>> {
  const customers = wanted.flatMap(({ tenant, customerIds }) => keysOf(tenant, customerIds));
  const addresses = wanted.flatMap(({ tenant, emails }) => keysOf(tenant, emails));
  const hashed = hashKeys(trx, addresses);

  // Contacts are locked: saving inserts what isn't there, so one that is deleted meanwhile would come back.
  const objectKeys = wanted.flatMap(({ tenant, objectIds = [] }) => keysOf(tenant, objectIds));
  const paymentKeys = wanted.flatMap(({ tenant, paymentIds = [] }) => keysOf(tenant, paymentIds));
  const invoices = wanted.flatMap(({ tenant, failedInvoices }) => keysOf(tenant, failedInvoices?.ids ?? []));
  const debtors = wanted.flatMap(({ tenant, failedInvoices }) => keysOf(tenant, failedInvoices?.ofCustomers ?? []));
  const [named, addressed, known, suppressions, objects, payments, failed, ofCustomers, unpaid] = await allDone([
    selectByKeys(trx, 'customer_link', 'customer_id', customers),
    selectByKeys(trx, 'contact', 'email', addresses, { lock }),
    selectByKeys(trx, 'subscription_state', 'customer_id', customers),
    findSuppressionsOfAll(trx, addresses, hashed),
    selectByKeys(trx, 'object_state', 'id', objectKeys),
    selectByKeys(trx, 'payment', 'id', paymentKeys),
    selectByKeys(trx, 'failed_invoice', 'invoice_id', invoices),
    selectByKeys(trx, 'failed_invoice', 'customer_id', debtors),
    findUnpaid(trx, customers, addresses, hashed),
  ]);
  // A charge may name another address than the checkout that it was paid in, and no customer.
  const payers = await allDone([
    selectByKeys(trx, 'customer_link', 'customer_id', ownersOf(payments, 'customer_id', customers)),
    selectByKeys(trx, 'contact', 'email', ownersOf(payments, 'email', addresses), { lock }),
  ]);
  named.push(...payers[0]);
  const linked = named.flatMap((link) => (link.contact_id ? keyFor(link, link.contact_id) : []));
  linked.push(...wanted.flatMap(({ tenant, contactIds = [] }) => keysOf(tenant, contactIds)));
  const contacts = unique(
    [...(await selectByKeys(trx, 'contact', 'id', linked, { lock })), ...addressed, ...payers[1]],
    ({ id }) => id,
  );
  const ofContacts = contacts.map((contact) => keyFor(contact, contact.id));
  const links = unique(
    [...named, ...(await selectByKeys(trx, 'customer_link', 'contact_id', ofContacts))],
    ({ customer_id }) => customer_id,
  );
  const wantedCustomers = new Set(customers.map((key) => keyText(key, key.value)));
  const others = links.flatMap((link) =>
    wantedCustomers.has(keyText(link, link.customer_id)) ? [] : keyFor(link, link.customer_id),
  );
  const subscriptions = [...known, ...(await selectByKeys(trx, 'subscription_state', 'customer_id', others))];

  const part = <R extends TenantRow>(rows: R[]) => groupBy(rows, (row) => tenantKey(tenantOf(row)));
  const [linksOf, contactsOf, subscriptionsOf] = [part(links), part(contacts), part(subscriptions)];
  const [objectsOf, paymentsOf] = [part(objects), part(payments)];
  const failedOf = part(unique([...failed, ...ofCustomers], ({ id }) => id));
  return new Map(
    wanted.map(({ tenant }) => {
      const key = tenantKey(tenant);
      const known = {
        links: linksOf.get(key) ?? [],
        contacts: contactsOf.get(key) ?? [],
        subscriptions: subscriptionsOf.get(key) ?? [],
        objects: objectsOf.get(key) ?? [],
        payments: paymentsOf.get(key) ?? [],
        failedInvoices: failedOf.get(key) ?? [],
        unpaid: unpaid.get(key) ?? new Set<string>(),
        suppressions: suppressions.get(key) ?? new Map<string, never>(),
      };
      return [key, createAudience(tenant, known, now)];
    }),
  );
}

/** The customers and addresses that have no payments, by tenantKey. */
async function findUnpaid(
  trx: Trx,
  customers: readonly TenantKey[],
  addresses: readonly TenantKey[],
  hashed: readonly TenantKey[],
): Promise<Map<string, Set<string>>> {
  const [ofCustomers, ofGuests] = await allDone([
    findPresentKeys(trx, 'payment', 'customer_id', customers),
    findPresentKeys(trx, 'payment', 'email', [...addresses, ...hashed]),
  ]);
  const hasPaid = (key: TenantKey, paid: Set<string>) => paid.has(keyText(key, key.value));
  const unpaid = [
    ...customers.filter((key) => !hasPaid(key, ofCustomers)),
    ...addresses.filter((key, n) => !hasPaid(key, ofGuests) && !hasPaid(hashed[n]!, ofGuests)),
  ];
  const byTenant = groupBy(unpaid, (key) => tenantKey(tenantOf(key)));
  return new Map([...byTenant].map(([key, own]) => [key, new Set(own.map(({ value }) => value))]));
}

type TenantRow = Pick<TenantKey, 'account_id' | 'livemode'>;

const keysOf = (tenant: Tenant, values: Iterable<string>): TenantKey[] =>
  [...values].map((value) => keyFor(tenantColumns(tenant), value));

/** Of the payments, those that aren't wanted anyway. */
function ownersOf(
  payments: readonly Payment[],
  column: 'customer_id' | 'email',
  wanted: readonly TenantKey[],
): TenantKey[] {
  if (payments.length === 0) return [];
  const known = new Set(wanted.map((key) => keyText(key, key.value)));
  return payments.flatMap((payment) => {
    const owner = payment[column];
    return owner === null || known.has(keyText(payment, owner)) ? [] : keyFor(payment, owner);
  });
}

/** A row found twice, such as by its link and by its address, must be one object. */
const unique = <R extends TenantRow>(rows: R[], idOf: (row: R) => string): R[] => [
  ...new Map(rows.map((row) => [keyText(row, idOf(row)), row])).values(),
];
