/** Finding and counting emails by what is known of them. */
import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import { inList } from '../db/bulk';
import type { EmailFate, EmailKind, EmailReason, EmailStatus, EmailView, List } from '../../shared/api';
import { madeWithin, type TimeRange } from '../db/day-range';
import { countedTo, toTwoWayList, type Count, type PageRequest, type TwoWayList, type TwoWayRequest } from '../db/page';
import { ofRange, scanDown, scanUp } from '../db/scan';
import type { Db, Row, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { viewEmail } from './emails';

/** `since` and `until`: of the time when it was queued. */
export interface EmailFilter extends TimeRange {
  /** cus_…: all emails of that customer's contact. */
  customer?: string | undefined;
  contact?: string | undefined;
  /** Of any of these. */
  contacts?: readonly string[] | undefined;
  event?: string | undefined;
  workflow?: string | undefined;
  step?: string | undefined;
  kind?: EmailKind | undefined;
  status?: EmailStatus | undefined;
  reason?: EmailReason | undefined;
  fate?: EmailFate | undefined;
}

/** Newest first. */
export async function listEmails(db: Db, tenant: Tenant, request: EmailFilter & PageRequest): Promise<List<EmailView>> {
  const { has_newer: _, ...list } = await pageEmails(db, tenant, request);
  return list;
}

/** The same, read both ways. */
export async function pageEmails(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, ending_before, ...filter }: EmailFilter & TwoWayRequest,
): Promise<TwoWayList<EmailView>> {
  const wanted = limit + 1;
  const rows: Row<'email'>[] = [];
  const isUp = ending_before !== undefined;
  const from = { after: isUp ? ending_before : starting_after, isUp };
  await inRanges(db, tenant, filter, from, async (emails) => {
    rows.push(
      ...(await emails
        .selectAll()
        // Those of a person are few: SQLite would rather go through all emails in this order than sort them.
        .orderBy(isOfPerson(filter) ? sql`id || ''` : sql.ref('id'), isUp ? 'asc' : 'desc')
        .limit(wanted - rows.length)
        .execute()),
    );
    return rows.length === wanted;
  });
  return toTwoWayList(rows, { limit, ...(isUp ? { ending_before } : { starting_after }) }, viewEmail);
}

/** Up to `most`. */
export async function countEmailsTo(db: Db, tenant: Tenant, filter: EmailFilter, most: number): Promise<Count> {
  let all = 0;
  await inRanges(db, tenant, filter, FROM_NEWEST, async (emails) => {
    const some = emails.select('id').limit(most + 1 - all);
    const { count } = await db
      .selectFrom(some.as('some'))
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    all += count;
    return all > most;
  });
  return countedTo(most, all);
}

export async function countEmails(db: Db, tenant: Tenant, filter: EmailFilter = {}): Promise<number> {
  let all = 0;
  await inRanges(db, tenant, filter, FROM_NEWEST, async (emails) => {
    const { count } = await emails.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    all += count;
    return false;
  });
  return all;
}

/** Whether any went out, or was captured in its stead. */
export async function hasMailed(db: Db, tenant: Tenant): Promise<boolean> {
  for (const status of ['sent', 'captured'] as const)
    if (await emailsWith(db, tenant, { status }).select('id').limit(1).executeTakeFirst()) return true;
  return false;
}

type Emails = SelectQueryBuilder<Schema, 'email', object>;

/** Those that match, from the highest id down or from the lowest up: all at once where an index finds them, else a range at a time. */
async function inRanges(
  db: Db,
  tenant: Tenant,
  filter: EmailFilter,
  { after, isUp }: { after?: string | undefined; isUp: boolean },
  look: (emails: Emails) => Promise<boolean>,
): Promise<void> {
  const emails = emailsWith(db, tenant, filter);
  // Two that are met by many each may together be met by none.
  const isGoneThrough = filter.kind && filter.status && !filter.fate && !filter.reason;
  if (!isGoneThrough || filter.workflow !== undefined || isOfPerson(filter))
    await look(after === undefined ? emails : emails.where('id', isUp ? '>' : '<', after));
  else
    await (isUp ? scanUp : scanDown)(db, tenant, { table: 'email', key: 'id', after }, (range) =>
      look(emails.where(ofRange('id', range))),
    );
}

const FROM_NEWEST = { isUp: false };

/** Or of an event: their own indexes have few emails. */
const isOfPerson = ({ contact, contacts, event, customer }: EmailFilter): boolean =>
  [contact, contacts, event, customer].some((one) => one !== undefined);

/** Most emails may have met it. */
export const isCommon = (fate: EmailFate): boolean => fate === 'delivered' || fate === 'clicked';

/** Without an order. */
export function emailsWith(db: Db, tenant: Tenant, filter: EmailFilter): Emails {
  const { customer, contact, contacts, event, workflow, step, kind, status, reason, fate } = filter;
  let query: Emails = db.selectFrom('email').where(ofTenant(tenant));
  if (customer !== undefined)
    query = query.where('contact_id', 'in', (eb) =>
      eb
        .selectFrom('customer_link')
        .select('customer_link.contact_id')
        .where(ofTenant(tenant, 'customer_link'))
        .where('customer_link.customer_id', '=', customer),
    );
  if (contact !== undefined) query = query.where('contact_id', '=', contact);
  // PostgreSQL knows no empty list.
  if (contacts !== undefined) query = query.where('contact_id', 'in', contacts.length > 0 ? inList(contacts) : ['']);
  // Not test sends that were made from it: it caused none of those.
  if (event !== undefined) query = query.where('event_id', '=', event).where('is_test', '=', 0);
  // As an expression no index finds it: that of what few emails met is shorter, unless they are of a person.
  const isOfFew = ((fate !== undefined && !isCommon(fate)) || reason !== undefined) && !isOfPerson(filter);
  const notFound = (column: 'workflow_id' | 'kind' | 'status') =>
    isOfFew ? sql<string>`${sql.ref(column)} || ''` : column;
  if (workflow !== undefined) query = query.where(notFound('workflow_id'), '=', workflow);
  if (step !== undefined) query = query.where('step_id', '=', step);
  if (kind !== undefined) query = query.where(notFound('kind'), '=', kind);
  if (status !== undefined) query = query.where(notFound('status'), '=', status);
  if (reason !== undefined) query = query.where('reason', '=', reason);
  if (fate !== undefined)
    query = query.where(
      isOfFew || !(workflow ?? isOfPerson(filter))
        ? FATES[fate]
        : sql<SqlBool>`case when ${FATES[fate]} then 1 else 0 end = 1`,
    );
  return query.where(madeWithin('eml', 'id', filter));
}

/** Spelt as the partial indexes are (028-overview, 035-counted-soon). */
const FATES = {
  delivered: sql<SqlBool>`delivered_at is not null and bounced_at is null`,
  bounced: sql<SqlBool>`bounced_at is not null`,
  complained: sql<SqlBool>`complained_at is not null`,
  clicked: sql<SqlBool>`clicked_at is not null`,
  unsubscribed: sql<SqlBool>`unsubscribed_at is not null`,
} as const satisfies Record<EmailFate, unknown>;

export const countOfFate = (fate: EmailFate) => sql<number>`count(case when ${FATES[fate]} then 1 end)`;
