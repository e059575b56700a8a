/** Reading emails: lists, one with its content, counts. */
import type { SelectQueryBuilder } from 'kysely';
import type { EmailDetail, EmailStatus, EmailView, List } from '../../shared/api';
import { isoTime, isoTimeOrNull } from '../db/columns';
import type { ErasedTable } from '../db/erase';
import { toList, type PageRequest } from '../db/page';
import type { Db, Row, Schema, Trx } from '../db/schema';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';

export const EMAIL_TABLES = [
  { table: 'email_body', key: 'email_id' },
  { table: 'email', key: 'id' },
] as const satisfies ErasedTable[];

export interface EmailFilter {
  /** cus_…: all emails of that customer's contact. */
  customer?: string;
  contact?: string;
  event?: string;
  workflow?: string;
  status?: EmailStatus;
}

/** Newest first. */
export async function listEmails(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, ...filter }: EmailFilter & PageRequest,
): Promise<List<EmailView>> {
  const rows = await filtered(db, tenant, filter)
    .selectAll()
    .$if(starting_after !== undefined, (query) => query.where('id', '<', starting_after ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return toList(rows, limit, viewEmail);
}

export async function countEmails(db: Db, tenant: Tenant, filter: EmailFilter = {}): Promise<number> {
  const { count } = await filtered(db, tenant, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

function filtered(db: Db, tenant: Tenant, { customer, contact, event, workflow, status }: EmailFilter) {
  let query: SelectQueryBuilder<Schema, 'email', object> = db.selectFrom('email').where(ofTenant(tenant));
  if (customer !== undefined)
    query = query.where('contact_id', 'in', (eb) =>
      eb
        .selectFrom('customer_link')
        .select('customer_link.contact_id')
        .where(ofTenant(tenant, 'customer_link'))
        .where('customer_link.customer_id', '=', customer),
    );
  if (contact !== undefined) query = query.where('contact_id', '=', contact);
  if (event !== undefined) query = query.where('event_id', '=', event);
  if (workflow !== undefined) query = query.where('workflow_id', '=', workflow);
  if (status !== undefined) query = query.where('status', '=', status);
  return query;
}

/** Content is null while the email is held, and after its contact was deleted. */
export async function readEmail(db: Db, tenant: Tenant, id: string): Promise<EmailDetail | undefined> {
  const row = await findEmail(db, tenant, id);
  if (!row) return undefined;
  const body = await findEmailBody(db, tenant, id);
  return {
    ...viewEmail(row),
    html: body?.html ?? null,
    text: body?.text ?? null,
    headers: body ? (JSON.parse(body.headers) as Record<string, string>) : {},
  };
}

export function findEmail(db: Db, tenant: Tenant, id: string): Promise<Row<'email'> | undefined> {
  return db.selectFrom('email').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

export function findEmailBody(db: Db, tenant: Tenant, id: string): Promise<Row<'email_body'> | undefined> {
  return db.selectFrom('email_body').selectAll().where(ofTenant(tenant)).where('email_id', '=', id).executeTakeFirst();
}

export function viewEmail(row: Row<'email'>): EmailView {
  return {
    id: row.id,
    object: 'email',
    to: row.to_address,
    subject: row.subject,
    kind: row.kind,
    status: row.status,
    reason: row.reason,
    message_id: row.message_id,
    workflow: row.workflow_id,
    contact: row.contact_id,
    event: row.event_id,
    attempts: row.attempts,
    created_at: isoTime(row.created_at),
    sent_at: isoTimeOrNull(row.sent_at),
  };
}

/** Those that no process is sending right now. */
export const failQueuedEmails = (trx: Trx, tenant: Tenant, reason: string) =>
  trx
    .updateTable('email')
    .set({ status: 'failed', reason, due_at: null })
    .where(ofTenant(tenant))
    .where('status', '=', 'queued')
    .where('claims', '=', 0)
    .execute();

/** A failed one goes out once more as it is. Returns the row. `now` in epoch milliseconds. */
export const queueAgain = (trx: Trx, email: Row<'email'>, now: number) =>
  changeEmail(trx, email, { status: 'queued', reason: null, due_at: now, attempts: 0, give_up_at: null });

export const changeEmail = (trx: Trx, email: Row<'email'>, fields: Partial<Row<'email'>>): Promise<Row<'email'>> =>
  trx
    .updateTable('email')
    .set(fields)
    .where(ofTenant(tenantOf(email)))
    .where('id', '=', email.id)
    .returningAll()
    .executeTakeFirstOrThrow();
