/** What a row asks of the mail tool now: made of what its contact and event are when it goes. */
import { entryOf } from '../../shared/catalogue';
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import { findContactByEmail, readContact } from '../audience/contacts';
import { listContactProperties } from '../audience/contact-properties';
import type { Db } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { findEventFacts } from '../workflows/event-facts';
import type { Destination, Step } from './destination';
import { knownOf, type Forwarding } from './forwarding-settings';
import type { Forward } from './forward-log';

/** `outcome`: why there is nothing to be asked any more. */
export function stepFor(
  db: Db,
  row: Forward,
  forwarding: Forwarding,
  destination: Destination,
): Promise<Step | { outcome: string }> {
  switch (row.kind) {
    case 'contact':
      return contactStep(db, row, forwarding, destination);
    case 'deletion':
      return deletionStep(db, row, destination);
    case 'event':
      return eventStep(db, row, destination);
  }
}

async function contactStep(db: Db, row: Forward, forwarding: Forwarding, destination: Destination) {
  const tenant = tenantOf(row);
  const contact = row.contact_id === null ? undefined : await readContact(db, tenant, row.contact_id);
  if (!contact) return { outcome: OUTCOMES.gone };
  const types = Object.fromEntries((await listContactProperties(db, tenant)).map(({ name, type }) => [name, type]));
  // What the tool has under it is another contact's by now.
  const isTaken = row.address !== null && (await findContactByEmail(db, tenant, row.address)) !== undefined;
  const was = isTaken ? undefined : (row.address ?? undefined);
  return destination.saveContact({ contact, types, was }, knownOf(forwarding));
}

async function deletionStep(db: Db, row: Forward, destination: Destination) {
  if (row.address === null) return { outcome: OUTCOMES.gone };
  const isBack = await findContactByEmail(db, tenantOf(row), row.address);
  return isBack ? { outcome: OUTCOMES.isBack } : destination.deleteContact(row.address);
}

async function eventStep(db: Db, row: Forward, destination: Destination) {
  const tenant = tenantOf(row);
  const facts = await findEventFacts(db, tenant, row.object_id);
  if (!facts) return { outcome: OUTCOMES.notKept };
  const contact = facts.contactId === null ? undefined : await readContact(db, tenant, facts.contactId);
  if (!contact) return { outcome: OUTCOMES.gone };
  const { type, properties } = facts;
  return destination.sendEvent({ type, properties, catalogue: entryOf(type).properties, key: row.id }, contact);
}
