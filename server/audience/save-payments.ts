/**
 * Writes payments, and what their contacts have paid in all. A guest's payment names its owner by address while that is a
 * contact's; until then, and where the contact was deleted, by the keyed hash of the address, as suppressions do.
 */
import { allDone } from '../all-done';
import { upsert } from '../db/bulk';
import { keyFor, keyText, sumByKeys } from '../db/keys';
import type { Trx } from '../db/schema';
import { ofTenant, tenantColumns } from '../db/tenant';
import { groupBy } from '../group-by';
import type { Audience } from './audience';
import { derivePaid, type PaidSum, type Payment } from './payments';
import { hashAddress } from './suppression-key';

/**
 * Of all accounts together; nothing is asked or written where no payment, customer or contact is new. Contacts get their sums
 * in memory, and are written with the rest of their audience: so conditions see what the event at hand has paid.
 */
export async function savePayments(trx: Trx, audiences: readonly Audience[]): Promise<void> {
  const taken = audiences.map((audience) => ({ audience, ...audience.payments.take() }));
  for (const { audience, readdressed } of taken)
    for (const { from, into } of readdressed)
      await trx
        .updateTable('payment')
        .set({ email: into })
        .where(ofTenant(audience.tenant))
        .where('email', 'in', [from, hashAddress(trx, from)])
        .execute();
  await upsert(
    trx,
    'payment',
    ['id'],
    taken.flatMap(({ audience, payments }) =>
      payments.map((payment) => ({ ...payment, email: ownerOf(trx, audience, payment) })),
    ),
  );

  const keysOf = (pick: (payer: { customers: string[]; email: string }) => string[]) =>
    taken.flatMap(({ audience, payers }) =>
      payers.flatMap(pick).map((value) => keyFor(tenantColumns(audience.tenant), value)),
    );
  const customers = keysOf((payer) => payer.customers);
  const emails = keysOf(({ email }) => [email, hashAddress(trx, email)]);
  if (emails.length === 0) return;
  const options = { by: 'currency', sums: SUMS } as const;
  const [ofCustomers, ofGuests] = await allDone([
    sumByKeys<'payment', 'customer_id', 'currency', PaidSum>(trx, 'payment', 'customer_id', customers, options),
    sumByKeys<'payment', 'email', 'currency', PaidSum>(trx, 'payment', 'email', emails, options),
  ]);
  const byCustomer = groupBy(ofCustomers, (sum) => keyText(sum, sum.customer_id ?? ''));
  const byEmail = groupBy(ofGuests, (sum) => keyText(sum, sum.email ?? ''));
  for (const { audience, payers } of taken) {
    const own = tenantColumns(audience.tenant);
    for (const { contact, customers: ids, email } of payers) {
      const hash = hashAddress(trx, email);
      const asGuest = [email, hash].flatMap((owner) => byEmail.get(keyText(own, owner)) ?? []);
      const sums: PaidSum[] = [...ids.flatMap((id) => byCustomer.get(keyText(own, id)) ?? []), ...asGuest];
      audience.update(contact, derivePaid(sums.filter(({ payments }) => payments > 0)));
      if (!byEmail.has(keyText(own, hash))) continue;
      await trx
        .updateTable('payment')
        .set({ email })
        .where(ofTenant(audience.tenant))
        .where('email', '=', hash)
        .execute();
    }
  }
}

/** A hash has no @: it stays what it is. */
function ownerOf(trx: Trx, audience: Audience, { email }: Payment): string | null {
  if (email === null || !email.includes('@') || audience.contactByEmail(email)) return email;
  return hashAddress(trx, email);
}

/** Of what is only known to be refunded nothing counts. */
const SUMS = `cast(sum(amount_paid - amount_refunded) as bigint) as net, count(amount_paid) as payments,
  min(paid_at) as first_at, max(paid_at) as last_at`;
