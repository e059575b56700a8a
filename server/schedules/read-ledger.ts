/** The ledger as people read it: which notice was due when, given when, and taken by the mail server when. */
import type { EmailStatus, List } from '../../shared/api';
import type { ScheduleType } from '../../shared/schedules';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { keyFor, selectByKeys } from '../db/keys';
import { toList, type PageRequest } from '../db/page';
import { ofRange, scanDown } from '../db/scan';
import type { Db, Row } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

export interface NoticeView {
  id: string;
  object: 'notice';
  kind: ScheduleType;
  workflow: string;
  /** The subscription or invoice. */
  about: string;
  customer: string | null;
  /** The date that it tells of. */
  date: string;
  due_at: string;
  given_at: string | null;
  event: string | null;
  /** Why it was not given, in a sentence. */
  missed: string | null;
  /** The first email that it caused, as it stands now. */
  email: {
    id: string;
    to: string;
    status: EmailStatus;
    outcome: string | null;
    /** When the mail server took it. */
    accepted_at: string | null;
  } | null;
}

export interface NoticeFilter {
  workflow?: string;
  kind?: ScheduleType;
  /** A subscription, an invoice or a customer. */
  about?: string;
  isMissed?: boolean;
}

/** Newest first. */
export async function listNotices(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, workflow, kind, about, isMissed }: NoticeFilter & PageRequest,
): Promise<List<NoticeView>> {
  const rows: Row<'notice'>[] = [];
  await scanDown(db, tenant, { table: 'notice', key: 'id', after: starting_after }, async (range) => {
    const found = await db
      .selectFrom('notice')
      .selectAll()
      .where(ofTenant(tenant))
      .where(ofRange('id', range))
      .$if(workflow !== undefined, (query) => query.where('workflow_id', '=', workflow ?? ''))
      .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
      .$if(isMissed !== undefined, (query) => query.where('missed', isMissed ? 'is not' : 'is', null))
      .$if(about !== undefined, (query) =>
        query.where((eb) => eb.or([eb('subject_id', '=', about ?? ''), eb('customer_id', '=', about ?? '')])),
      )
      .orderBy('id', 'desc')
      .limit(limit + 1 - rows.length)
      .execute();
    rows.push(...found);
    return rows.length > limit;
  });
  const emails = await findFirstEmails(db, rows);
  return toList(rows, limit, (row) => viewNotice(row, emails.get(row.event_id ?? '')));
}

/** By event. */
async function findFirstEmails(db: Db, rows: readonly Row<'notice'>[]): Promise<Map<string, Row<'email'>>> {
  const keys = rows.flatMap((row) => (row.event_id === null ? [] : keyFor(row, row.event_id)));
  const emails = await selectByKeys(db, 'email', 'event_id', keys, { where: 'is_test = 0' });
  const latestFirst = emails.sort((a, b) => (a.id < b.id ? 1 : -1));
  return new Map(latestFirst.map((email) => [email.event_id ?? '', email]));
}

const viewNotice = (row: Row<'notice'>, email: Row<'email'> | undefined): NoticeView => ({
  id: row.id,
  object: 'notice',
  kind: row.kind,
  workflow: row.workflow_id,
  about: row.subject_id,
  customer: row.customer_id,
  date: isoTime(row.date_at),
  due_at: isoTime(row.planned_at),
  given_at: isoTimeOrNull(row.fired_at),
  event: row.event_id,
  missed: row.missed,
  email: email
    ? {
        id: email.id,
        to: email.to_address,
        status: email.status,
        outcome: email.outcome,
        accepted_at: isoTimeOrNull(email.sent_at),
      }
    : null,
});
