/** One contact per person, and everybody linked to the contact that bears their address. */
import { groupBy } from '../../group-by';
import type { Stage } from './stage';
import type { Tables } from './tables';
import type { Violation } from './violation';

export function checkContacts({ happenings, deliveries }: Stage, { contacts, links, events }: Tables): Violation[] {
  const byAddress = groupBy(contacts.values(), ({ email }) => email.trim().toLowerCase());
  const records = [...deliveries.records.values()];
  const seen = records.filter(({ id }) => events.get(id)?.status === 'processed');
  for (const { customer } of seen) if (customer) customer.isKnown = true;
  const guests = seen.flatMap(({ guest }) => guest ?? []);

  const strays = happenings.customers.flatMap(({ stripe, isDeleted, ...customer }) => {
    if (isDeleted || !customer.isKnown) return [];
    const contactId = links.get(stripe.id)?.contact_id;
    const contact = contactId ? contacts.get(contactId) : undefined;
    if (contact?.email === stripe.email) return [];
    const quiet = customer.isQuiet ? ' (quiet)' : '';
    return [`${stripe.id}${quiet} is ${stripe.email} at Stripe, ${contact?.email ?? 'nobody'} here`];
  });
  return [
    {
      rule: 'one contact per address',
      ids: [...byAddress].flatMap(([address, own]) =>
        own.length > 1 ? `${address}: ${own.map(({ id }) => id).join(' ')}` : [],
      ),
    },
    {
      rule: 'links point to contacts that are there',
      ids: [...links.values()]
        .filter(({ contact_id }) => contact_id !== null && !contacts.has(contact_id))
        .map(({ customer_id, contact_id }) => `${customer_id} to ${contact_id}`),
    },
    { rule: 'a customer’s contact bears the address that Stripe has', ids: strays },
    { rule: 'every guest is a contact', ids: guests.filter((address) => !byAddress.has(address)) },
  ];
}
