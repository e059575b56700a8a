/** What one page of the import changes: the same rules as for events, but no event's settings but those of a new customer. */
import { parseEmail } from '../audience/address';
import { applySnapshot, type Merge } from '../audience/apply-customer';
import { openAudience } from '../audience/audience';
import { snapshotStamp } from '../audience/stamp';
import type { Trx } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { readSettings } from '../settings/settings';
import type { ImportPage } from './import-page';
import { mergeContacts } from '../audience/merge';

export async function applyPage(trx: Trx, tenant: Tenant, page: ImportPage, now: number): Promise<void> {
  const { consent, events } = await readSettings(trx, tenant);
  const choice = { ...events['customer.created'], consent };
  const stamp = snapshotStamp(page.askedAt);
  const emails = page.customers
    .map(({ email }) => parseEmail(email))
    .flatMap((address) => (address.kind === 'valid' ? [address.email] : []));
  const customerIds = [
    ...page.customers.map(({ id }) => id),
    ...page.subscriptions.flatMap(({ customerId }) => customerId ?? []),
  ];
  const audience = await openAudience(trx, tenant, { customerIds, emails }, now);

  if (events['customer.subscription.created'].sync_billing) {
    for (const facts of page.subscriptions)
      if (facts.customerId) audience.noteSubscription(facts, facts.customerId, stamp);
  }
  const merges: Merge[] = [];
  for (const facts of page.customers) {
    const applied = applySnapshot(audience, facts, choice, stamp);
    if (applied?.merges) merges.push(applied.merges);
  }
  await audience.save();
  for (const { from, into } of merges) await mergeContacts(trx, tenant, from.id, into.id);
}
