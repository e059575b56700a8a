/** Writes payments, and what their contacts have paid in all. */
import { allDone } from '../all-done';
import { upsert } from '../db/bulk';
import { keyFor, keyText, sumByKeys } from '../db/keys';
import type { Trx } from '../db/schema';
import { ofTenant, tenantColumns } from '../db/tenant';
import { groupBy } from '../group-by';
import type { Audience } from './audience';
import { derivePaid, type PaidSum } from './payments';

/**
 * Of all accounts together; nothing is asked or written where no payment, customer or contact is new. Contacts get their sums
 * in memory, and are written with the rest of their audience: so conditions see what the event at hand has paid.
 */
export async function savePayments(trx: Trx, audiences: readonly Audience[]): Promise<void> {
  const taken = audiences.map((audience) => ({ audience, ...audience.takePayments() }));
  for (const { audience, readdressed } of taken)
    for (const { from, into } of readdressed)
      await trx
        .updateTable('payment')
        .set({ email: into })
        .where(ofTenant(audience.tenant))
        .where('email', '=', from)
        .execute();
  await upsert(
    trx,
    'payment',
    ['id'],
    taken.flatMap(({ payments }) => payments),
  );

  const keysOf = (pick: (payer: { customers: string[]; email: string }) => string[]) =>
    taken.flatMap(({ audience, payers }) =>
      payers.flatMap(pick).map((value) => keyFor(tenantColumns(audience.tenant), value)),
    );
  const customers = keysOf((payer) => payer.customers);
  const emails = keysOf((payer) => [payer.email]);
  if (emails.length === 0) return;
  const options = { by: 'currency', sums: SUMS, where: 'amount_paid is not null' } as const;
  const [ofCustomers, ofGuests] = await allDone([
    sumByKeys<'payment', 'customer_id', 'currency', PaidSum>(trx, 'payment', 'customer_id', customers, options),
    sumByKeys<'payment', 'email', 'currency', PaidSum>(trx, 'payment', 'email', emails, options),
  ]);
  const byCustomer = groupBy(ofCustomers, (sum) => keyText(sum, sum.customer_id ?? ''));
  const byEmail = groupBy(ofGuests, (sum) => keyText(sum, sum.email ?? ''));
  for (const { audience, payers } of taken) {
    const own = tenantColumns(audience.tenant);
    for (const { contact, customers: ids, email } of payers) {
      const sums: PaidSum[] = ids.flatMap((id) => byCustomer.get(keyText(own, id)) ?? []);
      sums.push(...(byEmail.get(keyText(own, email)) ?? []));
      audience.update(contact, derivePaid(sums));
    }
  }
}

const SUMS = `cast(sum(amount_paid - amount_refunded) as bigint) as net, count(*) as payments,
  min(paid_at) as first_at, max(paid_at) as last_at`;
