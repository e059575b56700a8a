/** All that is kept of one person in one install, as people read it elsewhere. */
import { findContact, findContactByEmail, readContact } from '../../audience/contacts';
import { parseEmail } from '../../audience/address';
import { hashAddress } from '../../audience/suppression-key';
import { findSuppression, type Suppression } from '../../audience/suppressions';
import { MODES, type Mode } from '../../config';
import { isoTime, isoTimeOrNull } from '../../db/columns';
import {
  customersOf,
  findBilledTo,
  findEmailsOf,
  findEventsOf,
  findObjectsOf,
  findOnTestList,
  findPerson,
  type Person,
} from '../../db/contact-rows';
import { keyFor, selectByKeys } from '../../db/keys';
import type { Db, Row, Schema } from '../../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../../db/tenant';
import { readEmail } from '../../emails/emails';
import { readEvent } from '../../events/events';
import { readRun } from '../../workflows/runs';

export interface Asked {
  /** An address or a contact's id. */
  contact: string;
  account?: string;
  mode?: Mode;
}

/** Throws when nothing is kept of the person, or in several installs. `now` in epoch milliseconds. */
export async function exportPerson(db: Db, asked: Asked, now: number) {
  const found = await findInInstalls(db, asked);
  const [person] = found;
  if (!person) throw new Error(`--contact: nothing is kept of ${asked.contact}`);
  if (found.length > 1) {
    const choices = found.map(({ tenant }) => `\n  --account ${tenant.accountId} --mode ${modeOf(tenant)}`);
    throw new Error(`--contact: known to several accounts or modes; choose one:${choices.join('')}`);
  }
  const { tenant, named, suppression } = person;
  const customers = await customersOf(db, tenant, named.id);
  const events = await findEventsOf(db, tenant, named, customers);
  const rowsOf = async <T extends keyof Schema>(table: T, column: keyof Row<T> & string, ids: readonly string[]) =>
    selectByKeys(
      db,
      table,
      column,
      ids.map((id) => keyFor(tenantColumns(tenant), id)),
    );
  const emails = await findEmailsOf(db, tenant, named, events);
  const objects = await findObjectsOf(db, tenant, named, customers);
  const billed = await findBilledTo(db, tenant, named);
  return {
    exported_at: isoTime(now),
    account: tenant.accountId,
    mode: modeOf(tenant),
    contact: (await readContact(db, tenant, named.id)) ?? null,
    customers: (await rowsOf('customer_link', 'customer_id', customers)).map((link) => ({
      id: link.customer_id,
      state: link.state,
      delinquent: link.delinquent === null ? null : link.delinquent === 1,
      customer_since: isoTimeOrNull(link.customer_since),
    })),
    subscriptions: (await rowsOf('subscription_state', 'customer_id', customers)).map((one) => ({
      id: one.subscription_id,
      customer: one.customer_id,
      status: one.status,
      plan: one.plan,
      mrr: one.mrr,
      currency: one.currency,
      renews_at: isoTimeOrNull(one.renews_at),
      trial_ends_at: isoTimeOrNull(one.trial_ends_at),
    })),
    objects: (await rowsOf('object_state', 'id', objects)).map((one) => ({
      id: one.id,
      kind: one.kind,
      customer: one.customer_id,
      status: one.status,
      properties: JSON.parse(one.properties) as unknown,
      known_at: isoTime(one.known_at),
    })),
    payments: [
      ...(await rowsOf('payment', 'customer_id', customers)),
      ...(await rowsOf('payment', 'email', named.addresses)),
    ].map((one) => ({
      id: one.id,
      customer: one.customer_id,
      currency: one.currency,
      amount_paid: one.amount_paid,
      amount_refunded: one.amount_refunded,
      refunds: JSON.parse(one.refunds) as unknown,
      paid_at: isoTimeOrNull(one.paid_at),
    })),
    failed_invoices: (await rowsOf('failed_invoice', 'customer_id', customers)).map((one) => ({
      id: one.invoice_id,
      customer: one.customer_id,
      subscription: one.subscription_id,
      amount: one.amount,
      currency: one.currency,
      first_failed_at: isoTime(one.first_failed_at),
      attempts: one.attempts,
      first_mailed_at: isoTimeOrNull(one.first_mailed_at),
      clicked_at: isoTimeOrNull(one.clicked_at),
      recovered_at: isoTimeOrNull(one.recovered_at),
      recovered_amount: one.recovered_amount,
      lost_at: isoTimeOrNull(one.lost_at),
      lost_reason: one.lost_reason,
      holdout: one.is_holdout === null ? null : one.is_holdout === 1,
    })),
    consent: (await rowsOf('consent_change', 'contact_id', [named.id])).map(({ at, status, cause, email_id }) => ({
      at: isoTime(at),
      status,
      cause,
      email: email_id,
    })),
    earlier_addresses: named.addresses.slice(1),
    billing_contact_of: {
      contacts: billed.contacts.map(({ id }) => id),
      customers: billed.customers.map(({ id }) => id),
    },
    test_emails: {
      on_test_list: (await findOnTestList(db, tenant, named)) !== undefined,
      asked: (await testAddressesOf(db, tenant, named)).map((one) => ({
        address: one.address,
        asked_at: isoTime(one.asked_at),
        confirmed_at: isoTimeOrNull(one.confirmed_at),
      })),
    },
    mailing_lists: (await rowsOf('list_membership', 'contact_id', [named.id])).map((one) => ({
      list: one.list_id,
      is_member: one.is_member === 1,
      changed_by: one.changed_by,
      at: isoTime(one.at),
    })),
    mailing_lists_left: (await rowsOf('list_left', 'address_mac', [hashAddress(db, named.email)])).map((one) => ({
      list: one.list_id,
      at: isoTime(one.at),
    })),
    notices: (await rowsOf('notice', 'customer_id', customers)).map((one) => ({
      kind: one.kind,
      about: one.subject_id,
      date: isoTime(one.date_at),
      due_at: isoTime(one.planned_at),
      given_at: isoTimeOrNull(one.fired_at),
      event: one.event_id,
      missed: one.missed,
    })),
    cards: (await rowsOf('subscription_card', 'customer_id', customers)).map((one) => ({
      subscription: one.subscription_id,
      payment_method: one.payment_method_id,
      expires: one.expires,
      asked_at: isoTime(one.asked_at),
    })),
    events: await each(events, ({ id }) => readEvent(db, tenant, id)),
    runs: await each(await runsOf(db, tenant, named), (id) => readRun(db, tenant, id)),
    email_data: (await rowsOf('email_data', 'email_id', emails)).map((one) => ({
      email: one.email_id,
      data: JSON.parse(one.data) as unknown,
    })),
    emails: await each(emails, (id) => readEmail(db, tenant, id)),
    webhook_deliveries: [
      ...(await rowsOf('webhook_delivery', 'contact_id', named.id === '' ? [] : [named.id])),
      ...(await rowsOf('webhook_delivery', 'object_id', emails)).filter((one) => one.contact_id !== named.id),
    ].map((one) => ({
      id: one.id,
      endpoint: one.endpoint_id,
      status: one.status,
      body: JSON.parse(one.payload) as unknown,
      tried_at: isoTimeOrNull(one.tried_at),
    })),
    forwarded: (await rowsOf('forward', 'contact_id', [named.id])).map((one) => ({
      kind: one.kind,
      event: one.kind === 'event' ? one.object_id : null,
      status: one.status,
      outcome: one.outcome,
      at: isoTime(one.decided_at ?? one.created_at),
    })),
    suppressions: suppression ? [viewSuppression(suppression)] : [],
  };
}

const viewSuppression = ({ scope, hasLeft, reason, at }: Suppression) => ({
  scope,
  has_left: hasLeft,
  reason,
  at: isoTime(at),
});

/** One after the other: SQLite has one connection, and PostgreSQL's are the server's. */
async function each<I, O>(ids: readonly I[], read: (id: I) => Promise<O | undefined>): Promise<O[]> {
  const found: O[] = [];
  for (const id of ids) {
    const one = await read(id);
    if (one !== undefined) found.push(one);
  }
  return found;
}

async function findInInstalls(db: Db, { contact, account, mode }: Asked) {
  const address = parseEmail(contact);
  const isId = contact.startsWith('con_');
  if (!isId && address.kind !== 'valid')
    throw new Error('--contact: must be an email address or the id of a contact (con_…)');
  const installs = await db.selectFrom('install').select(['account_id', 'livemode']).execute();
  const tenants = installs
    .map(tenantOf)
    .filter((one) => (!account || one.accountId === account) && (!mode || modeOf(one) === mode));
  if (tenants.length === 0) throw new Error('--account, --mode: no such account is connected');
  return each(tenants, async (tenant) => {
    const row = isId
      ? await findContact(db, tenant, contact)
      : await findContactByEmail(db, tenant, address.kind === 'valid' ? address.email : '');
    // Of who has no contact, or none any more, may be left: events that were off, mail, that the address takes none.
    const email = row?.email ?? (address.kind === 'valid' ? address.email : undefined);
    if (email === undefined) return undefined;
    const named = await findPerson(db, tenant, { id: row?.id ?? '', email });
    const suppression = await findSuppression(db, tenant, email);
    const isKnown =
      row !== undefined ||
      suppression !== undefined ||
      (await findEventsOf(db, tenant, named, [])).length > 0 ||
      (await findObjectsOf(db, tenant, named, [])).length > 0 ||
      (await findEmailsOf(db, tenant, named, [])).length > 0 ||
      (await testAddressesOf(db, tenant, named)).length > 0 ||
      (await findOnTestList(db, tenant, named)) !== undefined ||
      Object.values(await findBilledTo(db, tenant, named)).some((own) => own.length > 0);
    return isKnown ? { tenant, named, suppression } : undefined;
  });
}

const modeOf = ({ livemode }: Tenant): Mode => MODES[livemode ? 0 : 1];

const testAddressesOf = (db: Db, tenant: Tenant, { addresses }: Person) =>
  db.selectFrom('test_address').selectAll().where(ofTenant(tenant)).where('address', 'in', addresses).execute();

async function runsOf(db: Db, tenant: Tenant, { id }: Person): Promise<string[]> {
  const runs = await db.selectFrom('run').select('id').where(ofTenant(tenant)).where('contact_id', '=', id).execute();
  return runs.map((run) => run.id);
}
