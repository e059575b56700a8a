/** One email: read, shown, queued again; and what happens to many at once. list-emails.ts finds them. */
import { sql, type Insertable } from 'kysely';
import type { EmailDetail, EmailReason, EmailView } from '../../shared/api';
import type { EmailTraces } from '../../shared/words/email-life';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { inList } from '../db/bulk';
import { flag, isoTime, isoTimeOrNull } from '../db/columns';
import type { ErasedTable } from '../db/erase';
import { selectByKeys, type TenantKey } from '../db/keys';
import { firstIdAt } from '../db/new-id';
import type { OldRows } from '../db/old-rows';
import { PART, pages } from '../db/parts';
import type { Db, Row, Schema, Trx } from '../db/schema';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';
import { listClicks } from './clicks';
import { isCopy } from './recipient';
import { recordEmails } from './tell-of-emails';

export const EMAIL_TABLES = [
  { table: 'test_address', key: 'address' },
  { table: 'email_click', key: 'email_id' },
  { table: 'email_body', key: 'email_id' },
  { table: 'email_data', key: 'email_id' },
  { table: 'email', key: 'id' },
  { table: 'transactional_email', key: 'id' },
] as const satisfies ErasedTable[];

/** Content is null while the email is held, after its time has passed, and after its contact was deleted. */
export async function readEmail(db: Db, tenant: Tenant, id: string): Promise<EmailDetail | undefined> {
  const row = await findEmail(db, tenant, id);
  if (!row) return undefined;
  const body = await findEmailBody(db, tenant, id);
  return {
    ...viewEmail(row),
    html: body?.html ?? null,
    text: body?.text ?? null,
    headers: body ? (JSON.parse(body.headers) as Record<string, string>) : {},
    clicks: await listClicks(db, tenant, id),
  };
}

export function findEmail(db: Db, tenant: Tenant, id: string): Promise<Row<'email'> | undefined> {
  return db.selectFrom('email').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

function findEmailBody(db: Db, tenant: Tenant, id: string): Promise<Row<'email_body'> | undefined> {
  return db.selectFrom('email_body').selectAll().where(ofTenant(tenant)).where('email_id', '=', id).executeTakeFirst();
}

/** With what is wanted to be told in its install (installs/wants.ts): one read for both. */
export function findBodyToSend(
  db: Db,
  email: Row<'email'>,
): Promise<(Row<'email_body'> & { wants: string | null }) | undefined> {
  return db
    .selectFrom('email_body')
    .leftJoin('install', (join) =>
      join
        .onRef('install.account_id', '=', 'email_body.account_id')
        .onRef('install.livemode', '=', 'email_body.livemode'),
    )
    .selectAll('email_body')
    .select('install.wants')
    .where(ofTenant(tenantOf(email), 'email_body'))
    .where('email_body.email_id', '=', email.id)
    .executeTakeFirst();
}

/** What is kept of its way besides what its view says. */
export async function readTraces(db: Db, tenant: Tenant, id: string): Promise<EmailTraces | undefined> {
  const row = await findEmail(db, tenant, id);
  if (!row) return undefined;
  const body = await findEmailBody(db, tenant, id);
  return {
    decided_at: isoTimeOrNull(row.decided_at),
    said: row.last_error,
    is_made: body !== undefined,
    again_of: row.again_of || null,
    again: (await findAgain(db, row)) ?? null,
  };
}

export function viewEmail(row: Row<'email'>): EmailView {
  return {
    id: row.id,
    object: 'email',
    to: row.to_address,
    billing_copy: isCopy(row),
    subject: row.subject,
    kind: row.kind,
    status: row.status,
    reason: row.reason,
    outcome: row.outcome,
    subject_of: row.subject_kind && row.subject_id ? { kind: row.subject_kind, id: row.subject_id } : null,
    message_id: row.message_id,
    workflow: row.workflow_id,
    transactional: row.transactional_id,
    contact: row.contact_id,
    event: row.event_id,
    attempts: row.attempts,
    created_at: isoTime(row.created_at),
    sent_at: isoTimeOrNull(row.sent_at),
    delivered_at: isoTimeOrNull(row.delivered_at),
    bounced_at: isoTimeOrNull(row.bounced_at),
    complained_at: isoTimeOrNull(row.complained_at),
    clicked_at: isoTimeOrNull(row.clicked_at),
    pay_clicked_at: isoTimeOrNull(row.pay_clicked_at),
  };
}

/** Those that no process is sending right now; it is told of each. `now` in epoch milliseconds. */
export async function failQueuedEmails(
  trx: Trx,
  tenant: Tenant,
  { reason, outcome, now }: { reason: EmailReason; outcome: string; now: number },
): Promise<void> {
  const next = (last?: { id: string }) =>
    trx
      .selectFrom('email')
      .select('id')
      .where(ofTenant(tenant))
      .where('status', '=', 'queued')
      .where('id', '>', last?.id ?? '')
      .orderBy('id')
      .limit(PART)
      .execute();
  for await (const some of pages(next)) {
    const failed = await trx
      .updateTable('email')
      .set({ status: 'failed', reason, outcome, decided_at: now, due_at: null })
      .where(ofTenant(tenant))
      .where('id', 'in', inList(some.map(({ id }) => id)))
      .where('claims', '=', 0)
      .returning(['account_id', 'livemode', 'id', 'contact_id', 'is_test'])
      .execute();
    await recordEmails(trx, failed, 'email.failed', now);
  }
}

/** A held or failed one is judged and made once more. Returns the row. `now` in epoch milliseconds. */
export const queueAgain = (trx: Trx, email: Row<'email'>, now: number) =>
  changeEmail(trx, email, {
    status: 'queued',
    reason: null,
    outcome: null,
    decided_at: null,
    due_at: now,
    attempts: 0,
    give_up_at: null,
  });

/** Writes the row as it is: another transaction that writes it collides with this one (PostgreSQL; SQLite has one writer). */
export const holdEmail = (trx: Trx, email: Row<'email'>) => changeEmail(trx, email, { status: email.status });

/** Queues another of the same run, step and recipient; unique, so that two at once become one. Returns the row. */
export const insertAgain = (trx: Trx, email: Insertable<Schema['email']>, againOf: string): Promise<Row<'email'>> =>
  trx
    .insertInto('email')
    .values({ ...email, again_of: againOf })
    .returningAll()
    .executeTakeFirstOrThrow();

/** The id of the email that repeats this one. */
export async function findAgain(db: Db, email: Row<'email'>): Promise<string | undefined> {
  if (email.run_id === null) return undefined;
  const row = await db
    .selectFrom('email')
    .select('id')
    .where(ofTenant(tenantOf(email)))
    .where('run_id', '=', email.run_id)
    .where('step_id', '=', email.step_id)
    .where('copy_to', '=', email.copy_to)
    .where('again_of', '=', email.id)
    .executeTakeFirst();
  return row?.id;
}

/** Its recipient left by its link; the first time counts. `now` in epoch milliseconds. */
export async function noteUnsubscribed(trx: Trx, email: Row<'email'>, now: number): Promise<void> {
  if (email.unsubscribed_at === null) await changeEmail(trx, email, { unsubscribed_at: now });
}

const changeEmail = (trx: Trx, email: Row<'email'>, fields: Partial<Row<'email'>>): Promise<Row<'email'>> =>
  trx
    .updateTable('email')
    .set(fields)
    .where(ofTenant(tenantOf(email)))
    .where('id', '=', email.id)
    .returningAll()
    .executeTakeFirstOrThrow();

/**
 * Those about these subjects that wait for their state are judged again now; what a mail server put off waits for its time,
 * when it is judged anyway. `now` in epoch milliseconds.
 */
export async function wakeEmails(trx: Trx, subjects: readonly TenantKey[], now: number): Promise<void> {
  const waiting = await selectByKeys(trx, 'email', 'subject_id', subjects, {
    where: "status = 'queued' and claims = 0 and due_at is not null and (reason is null or reason <> 'retrying')",
  });
  for (const email of waiting)
    await trx
      .updateTable('email')
      .set({ due_at: now })
      .where(ofTenant(tenantOf(email)))
      .where('id', '=', email.id)
      .where('claims', '=', 0)
      .where('due_at', '>', now)
      .execute();
}

/**
 * The content of emails made before a time (epoch milliseconds), and the addresses of links in it; ids begin with it. What is
 * still to be sent keeps its content.
 */
const oldContent =
  (table: 'email_body' | 'email_click' | 'email_data') =>
  (before: number): OldRows => ({
    table,
    key: 'email_id',
    end: `eml_${firstIdAt(before)}`,
    stays: sql`exists (
      select 1 from email e
      where e.account_id = ${sql.ref(table)}.account_id and e.livemode = ${sql.ref(table)}.livemode
        and e.id = ${sql.ref(table)}.email_id and (e.status = 'queued' or e.created_at >= ${before})
    )`,
  });
export const oldBodies = oldContent('email_body');
export const oldClicks = oldContent('email_click');
export const oldData = oldContent('email_data');

/** How many made since then (epoch milliseconds) the mail server refused for good, though not for their address; of all installs. */
export async function countRefused(db: Db, since: number, tenant?: Tenant): Promise<number> {
  const { count } = await db
    .selectFrom('install as i')
    .innerJoin('email as e', (join) =>
      join
        .onRef('e.account_id', '=', 'i.account_id')
        .onRef('e.livemode', '=', 'i.livemode')
        .on('e.status', '=', 'failed')
        .on('e.id', '>=', `eml_${firstIdAt(since)}`),
    )
    .$if(tenant !== undefined, (query) =>
      query.where('i.account_id', '=', tenant!.accountId).where('i.livemode', '=', flag(tenant!.livemode)),
    )
    .where('e.reason', '=', 'refused')
    .where('e.outcome', 'like', `${EMAIL_REASONS.refused('')}%`)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
