/**
 * Reading contacts, and what a person changes about one. Events change contacts through audience.ts. `now` is in epoch
 * milliseconds throughout.
 */
import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Billing, ContactStatus, ContactView, List, SubscriptionStatus } from '../../shared/api';
import { inList } from '../db/bulk';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { containsFolded } from '../db/contains';
import { madeWithin, type TimeRange } from '../db/day-range';
import type { ErasedTable } from '../db/erase';
import { keyFor, selectByKeys } from '../db/keys';
import { toTwoWayList, type PageRequest, type TwoWayList, type TwoWayRequest } from '../db/page';
import { PART, pages } from '../db/parts';
import { ofRange, scanDown, scanUp, type Range } from '../db/scan';
import type { Db, Row, Schema } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { foldText } from '../fold-text';
import { groupBy } from '../group-by';
import { readSettings } from '../settings/settings';
import { recordContactChanges } from './contact-changes';
import { propertiesOf } from './contact-properties';
import { billingContactsOf, type BillingContact } from './billing-contacts';
import { findSuppressions, type Suppression } from './suppressions';

/** Beside the contacts themselves, which eraseContacts erases. */
export const AUDIENCE_TABLES = [
  { table: 'subscription_state', key: 'subscription_id' },
  { table: 'object_state', key: 'id' },
  { table: 'payment', key: 'id' },
  { table: 'failed_invoice', key: 'id' },
  { table: 'mrr_day', key: 'day' },
  { table: 'customer_link', key: 'customer_id' },
  { table: 'consent_change', key: 'id' },
  { table: 'list_membership', key: 'contact_id' },
  { table: 'list_left', key: 'list_id' },
  { table: 'mailing_list', key: 'id' },
  { table: 'contact_property', key: 'name' },
  { table: 'contact_job_part', key: 'job_id' },
  { table: 'contact_job', key: 'id' },
  { table: 'saved_filter', key: 'id' },
] as const satisfies ErasedTable[];

/** `since` and `until`: of the time when it was added. */
export interface ContactFilter extends TimeRange {
  /** Normalised address, exact. */
  email?: string;
  /** What somebody typed: parts of address and name, or the id of a customer, invoice, subscription, checkout or quote. */
  query?: string;
  status?: ContactStatus;
  user_group?: string;
  subscription_status?: SubscriptionStatus;
  /** Pays something per month, in this currency. */
  mrr_in?: string;
  /** Its address is suppressed, for whatever reason. */
  is_suppressed?: boolean;
  /** Epoch milliseconds: has not changed since, nor has its suppression where that is asked for. */
  untouched_since?: number;
}

/** `ids`: only these. */
type KnownFilter = ContactFilter & { ids?: string[] };

export function findContact(db: Db, tenant: Tenant, id: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

export function findContactByEmail(db: Db, tenant: Tenant, email: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('email', '=', email).executeTakeFirst();
}

/** By the merchant's own id of it. */
export function findContactByUserId(db: Db, tenant: Tenant, userId: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('user_id', '=', userId).executeTakeFirst();
}

export async function findContactByCustomer(
  db: Db,
  tenant: Tenant,
  customerId: string,
): Promise<Row<'contact'> | undefined> {
  const link = await db
    .selectFrom('customer_link')
    .select('contact_id')
    .where(ofTenant(tenant))
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  return link?.contact_id ? findContact(db, tenant, link.contact_id) : undefined;
}

/** Newest first. */
export async function listContacts(
  db: Db,
  tenant: Tenant,
  request: KnownFilter & PageRequest,
): Promise<List<ContactView>> {
  const { has_newer: _, ...list } = await pageContacts(db, tenant, request);
  return list;
}

/** The same, read both ways. */
export async function pageContacts(
  db: Db,
  tenant: Tenant,
  request: KnownFilter & TwoWayRequest,
): Promise<TwoWayList<ContactView>> {
  const rows = await listContactRows(db, tenant, { ...request, limit: request.limit + 1 });
  const views = await viewContacts(db, tenant, rows);
  return toTwoWayList(views, request, (view) => view);
}

/** `limit` at most; newest first, or with `ending_before` the other way round. */
export async function listContactRows(
  db: Db,
  tenant: Tenant,
  request: KnownFilter & TwoWayRequest,
): Promise<Row<'contact'>[]> {
  if (request.is_suppressed) return listSuppressed(db, tenant, request);
  const { limit, starting_after, ending_before, ...asked } = request;
  const filter = await withOwners(db, tenant, asked);
  const rows: Row<'contact'>[] = [];
  const isUp = ending_before !== undefined;
  const look = async (range: Range) => {
    const found = await filtered(contactsIn(db, tenant, range), filter)
      .selectAll()
      .orderBy('id', isUp ? 'asc' : 'desc')
      .limit(limit - rows.length)
      .execute();
    rows.push(...found);
    return rows.length >= limit;
  };
  const isAll = Object.values(filter).every((value) => value === undefined);
  // Without a filter, by an address or an id, no row is looked at in vain.
  const isFound = filter.email !== undefined || filter.ids !== undefined || isAll;
  if (isUp) {
    if (isFound) await look({ from: undefined, until: ending_before && `${ending_before}0` });
    else await scanUp(db, tenant, { ...CONTACT_KEY, after: ending_before }, look);
  } else if (isFound) await look({ from: starting_after, until: undefined });
  else await scanDown(db, tenant, { ...CONTACT_KEY, after: starting_after }, look);
  return rows;
}

export async function countContacts(db: Db, tenant: Tenant, asked: KnownFilter = {}): Promise<number> {
  if (asked.is_suppressed) {
    let count = 0;
    for await (const some of suppressedParts(db, tenant, asked)) count += some.length;
    return count;
  }
  const filter = await withOwners(db, tenant, asked);
  let all = 0;
  const count = async (range: Range) => {
    const row = await filtered(contactsIn(db, tenant, range), filter)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    all += row.count;
    return false;
  };
  // Of all, or of those who pay, an index has the count: in ranges it would be gone through once for each.
  const { mrr_in: _, ...others } = filter;
  const isIndexed = Object.values(others).every((value) => value === undefined);
  await (isIndexed ? count({ from: undefined, until: undefined }) : scanDown(db, tenant, CONTACT_KEY, count));
  return all;
}

async function listSuppressed(
  db: Db,
  tenant: Tenant,
  { limit, ...request }: KnownFilter & TwoWayRequest,
): Promise<Row<'contact'>[]> {
  const rows: Row<'contact'>[] = [];
  for await (const some of suppressedParts(db, tenant, request)) {
    rows.push(...some);
    if (rows.length >= limit) break;
  }
  return rows.slice(0, limit);
}

/**
 * Those whose address is suppressed, of each part of the others. A suppression knows its address by a hash alone, so each is
 * hashed and looked up; the event loop turns in between.
 */
async function* suppressedParts(
  db: Db,
  tenant: Tenant,
  { is_suppressed: _, starting_after, ending_before, ...filter }: KnownFilter & Omit<TwoWayRequest, 'limit'>,
): AsyncGenerator<Row<'contact'>[]> {
  const { untouched_since = Infinity } = filter;
  const isSuppressedSince = (one: Suppression | undefined) => one !== undefined && one.at <= untouched_since;
  const isUp = ending_before !== undefined;
  const next = (last?: Row<'contact'>) => {
    const place = isUp ? { ending_before: last?.id ?? ending_before } : { starting_after: last?.id ?? starting_after };
    return listContactRows(db, tenant, { ...filter, ...place, limit: PART });
  };
  for await (const some of pages(next)) {
    const suppressions = await findSuppressions(
      db,
      tenant,
      some.map(({ email }) => email),
    );
    yield some.filter(({ email }) => isSuppressedSince(suppressions.get(email)));
  }
}

/** Spelt as the partial index `contact_mrr` is. */
export const PAYS = sql<SqlBool>`mrr > 0`;

const CONTACT_KEY = { table: 'contact', key: 'id' } as const;

const contactsIn = (db: Db, tenant: Tenant, range: Range) =>
  db.selectFrom('contact').where(ofTenant(tenant)).where(ofRange('id', range));

type ContactQuery<O> = SelectQueryBuilder<Schema, 'contact', O>;

function filtered<O>(query: ContactQuery<O>, filter: KnownFilter): ContactQuery<O> {
  const { email, ids, query: words, status, user_group, subscription_status, mrr_in, since, until } = filter;
  const { untouched_since } = filter;
  return query
    .$if(untouched_since !== undefined, (q) => q.where('updated_at', '<=', untouched_since ?? 0))
    .$if(since !== undefined || until !== undefined, (q) => q.where(madeWithin('con', 'id', { since, until })))
    .$if(mrr_in !== undefined, (q) => q.where(PAYS).where('currency', '=', mrr_in ?? ''))
    .$if(ids !== undefined, (q) => q.where('id', 'in', ids?.length ? inList(ids) : ['']))
    .$if(email !== undefined, (q) => q.where('email', '=', email ?? ''))
    .$if(status !== undefined, (q) => q.where('status', '=', status as ContactStatus))
    .$if(user_group !== undefined, (q) => q.where('user_group', '=', user_group ?? ''))
    .$if(subscription_status !== undefined, (q) =>
      q.where('subscription_status', '=', subscription_status as SubscriptionStatus),
    )
    .$if(Boolean(words?.trim()), (q) => q.where(isContactFoundBy(words ?? '')));
}

/** More are one of the parts as typed: nobody has so many names. */
const MOST_WORDS = 6;

/** Every word of what was typed is in the address or the name, accents and capitals aside. */
export function isContactFoundBy(query: string): RawBuilder<SqlBool> {
  const words = foldText(query.trim()).split(/\s+/);
  const parts = words.length > MOST_WORDS ? [words.join(' ')] : words;
  return sql<SqlBool>`${sql.join(
    parts.map((part) => containsFolded(sql`contact.search_text`, part)),
    sql` and `,
  )}`;
}

const STRIPE_ID = /^[a-z]{2,6}_\w+$/i;

const OWNED = [
  ['subscription_state', 'subscription_id'],
  ['object_state', 'id'],
  ['payment', 'id'],
  ['failed_invoice', 'invoice_id'],
] as const;

/** The contacts of the customer with this id, or of those whose subscription, invoice or other object has it. */
async function findOwners(db: Db, tenant: Tenant, id: string): Promise<string[]> {
  const customers = [id];
  for (const [table, key] of OWNED) {
    const rows = await db
      .selectFrom(table as 'object_state')
      .select('customer_id')
      .where(ofTenant(tenant))
      .where(key as 'id', '=', id)
      .execute();
    customers.push(...rows.flatMap(({ customer_id }) => customer_id ?? []));
  }
  const links = await db
    .selectFrom('customer_link')
    .select('contact_id')
    .where(ofTenant(tenant))
    .where('customer_id', 'in', inList(customers))
    .execute();
  return links.flatMap(({ contact_id }) => contact_id ?? []);
}

/** What is typed as the id of something that is known means its owner, and no name. */
async function withOwners(db: Db, tenant: Tenant, filter: KnownFilter): Promise<KnownFilter> {
  const typed = filter.query?.trim() ?? '';
  const ids = STRIPE_ID.test(typed) ? await findOwners(db, tenant, typed) : [];
  return ids.length > 0 ? { ...filter, query: undefined, ids } : filter;
}

/** A part of an address or name finds at most `limit` contacts, the newest; their ids. */
export async function findContactIds(db: Db, tenant: Tenant, query: string, limit: number): Promise<string[]> {
  const filter = await withOwners(db, tenant, { query });
  const ids: string[] = [];
  await scanDown(db, tenant, CONTACT_KEY, async (range) => {
    const found = await filtered(contactsIn(db, tenant, range), filter)
      .select('id')
      .orderBy('id', 'desc')
      .limit(limit - ids.length)
      .execute();
    ids.push(...found.map(({ id }) => id));
    return ids.length >= limit;
  });
  return ids;
}

export async function readContact(db: Db, tenant: Tenant, id: string): Promise<ContactView | undefined> {
  const contact = await findContact(db, tenant, id);
  return contact && (await viewContacts(db, tenant, [contact]))[0];
}

/** Those that are there. */
export const readContacts = async (db: Db, tenant: Tenant, ids: readonly string[]): Promise<ContactView[]> =>
  viewContacts(
    db,
    tenant,
    await selectByKeys(
      db,
      'contact',
      'id',
      ids.map((id) => keyFor(tenantColumns(tenant), id)),
    ),
  );

async function viewContacts(db: Db, tenant: Tenant, contacts: Row<'contact'>[]): Promise<ContactView[]> {
  if (contacts.length === 0) return [];
  const links = await db
    .selectFrom('customer_link')
    .select(['customer_id', 'contact_id', 'billing_emails'])
    .where(ofTenant(tenant))
    .where('contact_id', 'in', inList(contacts.map((contact) => contact.id)))
    .execute();
  // Here, as SQLite would go through all customers of the install in this order.
  links.sort((a, b) => (a.customer_id < b.customer_id ? -1 : 1));
  const linksOf = groupBy(links, (link) => link.contact_id ?? '');
  const { billing_email_key: key } = await readSettings(db, tenant);
  const known = contacts.map((contact) => {
    const own = linksOf.get(contact.id) ?? [];
    return { contact, customers: own.map((link) => link.customer_id), billing: billingContactsOf(contact, own, key) };
  });
  const suppressions = await findSuppressions(
    db,
    tenant,
    known.flatMap(({ contact, billing }) => [contact.email, ...billing.map(({ email }) => email)]),
  );
  return known.map(({ contact, customers, billing }) => viewContact(contact, customers, billing, suppressions));
}

const viewSuppression = ({ reason, at }: Suppression) => ({ reason, at: isoTime(at) });

function viewContact(
  contact: Row<'contact'>,
  customers: string[],
  billing: readonly BillingContact[],
  suppressions: ReadonlyMap<string, Suppression>,
): ContactView {
  const suppression = suppressions.get(contact.email);
  return {
    id: contact.id,
    object: 'contact',
    email: contact.email,
    first_name: contact.first_name,
    last_name: contact.last_name,
    user_group: contact.user_group,
    status: contact.status,
    suppressed: suppression ? viewSuppression(suppression) : null,
    source: contact.source,
    user_id: contact.user_id,
    properties: propertiesOf(contact),
    customers,
    billing_contacts: billing.map(({ email, source }) => {
      const own = suppressions.get(email);
      // Who had unsubscribed still gets transactional mail.
      return { email, source, suppressed: own?.scope === 'all' ? viewSuppression(own) : null };
    }),
    billing: {
      subscription_status: contact.subscription_status,
      plan: contact.plan,
      mrr: contact.mrr,
      currency: contact.currency,
      renews_at: isoTimeOrNull(contact.renews_at),
      trial_ends_at: isoTimeOrNull(contact.trial_ends_at),
      delinquent: contact.delinquent === null ? null : contact.delinquent === 1,
      wrong_card: contact.wrong_card === null ? null : contact.wrong_card === 1,
      customer_since: isoTimeOrNull(contact.customer_since),
      ltv: contact.ltv,
      ltv_currency: contact.ltv_currency,
      ltv_others: viewOthers(contact.ltv_others),
      payments: contact.payments,
      first_payment_at: isoTimeOrNull(contact.first_payment_at),
      last_payment_at: isoTimeOrNull(contact.last_payment_at),
    },
    created_at: isoTime(contact.created_at),
    updated_at: isoTime(contact.updated_at),
  };
}

const viewOthers = (others: string | null): Billing['ltv_others'] =>
  Object.entries(JSON.parse(others ?? '{}') as Record<string, number>).map(([currency, amount]) => ({
    currency,
    amount,
  }));

/** By contact id; those that have one. */
export async function findNotes(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('contact')
    .select(['id', 'note'])
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .where('note', 'is not', null)
    .execute();
  return new Map(rows.map(({ id, note }) => [id, note ?? '']));
}

const MOST_GROUPS = 200;

/** The user groups in use, for filters. */
export async function listUserGroups(db: Db, tenant: Tenant): Promise<string[]> {
  const groups = new Set<string>();
  await scanDown(db, tenant, CONTACT_KEY, async (range) => {
    const rows = await contactsIn(db, tenant, range)
      .select('user_group')
      .distinct()
      .where('user_group', 'is not', null)
      .execute();
    for (const { user_group } of rows) groups.add(user_group ?? '');
    return false;
  });
  return [...groups].sort().slice(0, MOST_GROUPS);
}

/** A step of a workflow does. */
export async function setUserGroup(db: Db, contact: Row<'contact'>, group: string | null, now: number): Promise<void> {
  await db
    .updateTable('contact')
    .set({ user_group: group, updated_at: now })
    .where(ofTenant(tenantOf(contact)))
    .where('id', '=', contact.id)
    .execute();
  const after = { ...contact, user_group: group };
  await recordContactChanges(db, [{ before: contact, after }], { cause: 'workflow', now });
}
