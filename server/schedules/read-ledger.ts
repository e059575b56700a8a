/** The ledger as people read it: which notice was due when, given when, and taken by the mail server when. */
import type { EmailStatus } from '../../shared/api';
import type { ScheduleType } from '../../shared/schedules';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { keyFor, selectByKeys } from '../db/keys';
import { countedTo, countUpTo, toTwoWayList, wayOf, type Count, type TwoWayList, type TwoWayRequest } from '../db/page';
import { ofRange, scanDown, scanUp } from '../db/scan';
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
  { limit, starting_after, ending_before, ...filter }: NoticeFilter & TwoWayRequest,
): Promise<TwoWayList<NoticeView>> {
  const { isUp, from, order, request } = wayOf({ limit, starting_after, ending_before });
  const rows: Row<'notice'>[] = [];
  await (isUp ? scanUp : scanDown)(db, tenant, { ...KEY, after: from }, async (range) => {
    const found = await filtered(db, tenant, filter)
      .selectAll()
      .where(ofRange('id', range))
      .orderBy('id', order)
      .limit(limit + 1 - rows.length)
      .execute();
    rows.push(...found);
    return rows.length > limit;
  });
  const emails = await findFirstEmails(db, rows);
  return toTwoWayList(rows, request, (row) => viewNotice(row, emails.get(row.event_id ?? '')));
}

/** Up to `most`. */
export async function countNoticesTo(db: Db, tenant: Tenant, filter: NoticeFilter, most: number): Promise<Count> {
  let all = 0;
  await scanDown(db, tenant, KEY, async (range) => {
    const some = filtered(db, tenant, filter).where(ofRange('id', range)).select('id');
    const { count, isMore } = await countUpTo(db, some, most - all);
    all += count + (isMore ? 1 : 0);
    return isMore;
  });
  return countedTo(most, all);
}

const KEY = { table: 'notice', key: 'id' } as const;

const filtered = (db: Db, tenant: Tenant, { workflow, kind, about, isMissed }: NoticeFilter) =>
  db
    .selectFrom('notice')
    .where(ofTenant(tenant))
    .$if(workflow !== undefined, (query) => query.where('workflow_id', '=', workflow ?? ''))
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
    .$if(isMissed !== undefined, (query) => query.where('missed', isMissed ? 'is not' : 'is', null))
    .$if(about !== undefined, (query) =>
      query.where((eb) => eb.or([eb('subject_id', '=', about ?? ''), eb('customer_id', '=', about ?? '')])),
    );

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
