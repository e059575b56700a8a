/** What one page of the import changes: the same rules as for events, but no event's settings but those of a new customer. */
import { parseEmail } from '../audience/address';
import { applySnapshot } from '../audience/apply-customer';
import { loadAudiences } from '../audience/load';
import { saveAudiences } from '../audience/save';
import { snapshotStamp } from '../audience/stamp';
import type { Trx } from '../db/schema';
import { tenantKey, type Tenant } from '../db/tenant';
import { holdInstalls } from '../installs/installs';
import { readSettings } from '../settings/settings';
import type { ImportPage } from './import-page';

/** `now` in epoch milliseconds. */
export async function applyPage(trx: Trx, tenant: Tenant, page: ImportPage, now: number): Promise<void> {
  const { consent, billing_email_key, events, holdout_percent } = await readSettings(trx, tenant);
  const choice = { ...events['customer.created'], consent, billing_email_key };
  const stamp = snapshotStamp(page.askedAt);
  const emails = page.customers
    .map(({ email }) => parseEmail(email))
    .flatMap((address) => (address.kind === 'valid' ? [address.email] : []));
  const customerIds = [
    ...page.customers.map(({ id }) => id),
    ...[...page.subscriptions, ...page.objects, ...page.payments].flatMap(({ customerId }) => customerId ?? []),
  ];
  const objectIds = page.objects.map(({ id }) => id);
  const paymentIds = page.payments.map(({ id }) => id);
  const invoices = page.objects.filter(({ kind }) => kind === 'invoice');
  const failedInvoices = { ids: invoices.map(({ id }) => id), ofCustomers: [] };
  const wanted = { tenant, customerIds, emails, objectIds, paymentIds, failedInvoices };
  const audience = (await loadAudiences(trx, [wanted], now)).get(tenantKey(tenant));
  if (!audience) return;

  if (events['customer.subscription.created'].sync_billing) {
    for (const facts of page.subscriptions)
      if (facts.customerId) audience.recordSubscription(facts, facts.customerId, stamp);
  }
  const install = (await holdInstalls(trx, [tenant])).get(tenantKey(tenant));
  const dueAt = install?.has_schedules === 1 ? now : null;
  for (const facts of page.objects) audience.recordObject(facts, { stamp, knownAt: page.askedAt, dueAt });
  for (const facts of page.payments) audience.payments.record(facts, now);
  for (const invoice of invoices) audience.failedInvoices.recordFound(invoice, page.askedAt, holdout_percent);
  for (const facts of page.customers) applySnapshot(audience, facts, choice, stamp);
  await saveAudiences(trx, [audience], { cause: 'import', now });
}
