/** How many emails ended how, by step and day by day, read from indexes alone. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { EMAIL_FATES, EMAIL_STATUSES, type EmailFate, type EmailReason, type EmailStatus } from '../../shared/api';
import { daysTable, idAtOf, madeWithin, onDay, type DayRange, type TimeRange } from '../db/day-range';
import { firstIdAt } from '../db/new-id';
import { ofRange, scanDown } from '../db/scan';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { countOfFate, emailsWith, type EmailFilter } from './list-emails';

/** Emails of one step with the same status and reason, how many of them met each fate, and how many are no copies. */
export type EmailTally = {
  step: string;
  status: EmailStatus;
  reason: EmailReason | null;
  count: number;
  own: number;
} & Record<EmailFate, number>;

/** Of the emails of one workflow that were queued before then (epoch milliseconds; undefined: of all), a range at a time. */
export async function tallyEmailsBefore(
  db: Db,
  tenant: Tenant,
  workflow: string,
  before: number | undefined,
): Promise<EmailTally[]> {
  const after = before === undefined ? undefined : `eml_${firstIdAt(before)}`;
  const where = sql<SqlBool>`workflow_id = ${workflow}`;
  const tallies: EmailTally[] = [];
  await scanDown(db, tenant, { table: 'email', key: 'id', after, where }, async (range) => {
    tallies.push(...(await tally(db, tenant, workflow, ofRange('id', range))));
    return false;
  });
  return tallies;
}

/** Of those that were queued then. */
export const tallyEmails = (db: Db, tenant: Tenant, workflow: string, range: TimeRange): Promise<EmailTally[]> =>
  tally(db, tenant, workflow, madeWithin('eml', 'id', range));

async function tally(db: Db, tenant: Tenant, workflow: string, isMeant: RawBuilder<SqlBool>): Promise<EmailTally[]> {
  const rows = await db
    .selectFrom('email')
    .select((eb) => ['step_id', 'status', 'reason', eb.fn.countAll<number>().as('count')])
    .select(sql<number>`sum(case when copy_to = '' then 1 else 0 end)`.as('own'))
    .select(EMAIL_FATES.map((fate) => countOfFate(fate).as(fate)))
    .where(ofTenant(tenant))
    .where('workflow_id', '=', workflow)
    .where(isMeant)
    .groupBy(['step_id', 'status', 'reason'])
    .execute();
  return rows.map(({ step_id, own, ...row }) => ({ step: step_id ?? '', own: Number(own), ...row }));
}

export interface EmailDay {
  day: string;
  counts: Record<EmailStatus, number>;
}

/** Each is a range of one index, the event loop turns between the days. */
export async function countEmailsByDay(
  db: Db,
  tenant: Tenant,
  filter: EmailFilter,
  days: readonly DayRange[],
): Promise<EmailDay[]> {
  if (!(filter.workflow ?? filter.contact ?? filter.status)) return countStatuses(db, tenant, filter, days);
  const counted: EmailDay[] = [];
  for (const { day, since, until } of days) {
    const counts = noEmails();
    const rows = await emailsWith(db, tenant, { ...filter, since, until })
      .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
      .groupBy('status')
      .execute();
    for (const { status, count } of rows) counts[status] = Number(count);
    counted.push({ day, counts });
    await breathe();
  }
  return counted;
}

export const noEmails = () =>
  Object.fromEntries(EMAIL_STATUSES.map((status) => [status, 0])) as Record<EmailStatus, number>;

/** From the index of statuses: a range of each, and day. */
const countStatuses = (db: Db, tenant: Tenant, filter: EmailFilter, days: readonly DayRange[]): Promise<EmailDay[]> =>
  countEach(
    db,
    days,
    EMAIL_STATUSES.map((status) => [status, emailsWith(db, tenant, { ...filter, status, ...ANY_TIME })]),
  );

const ANY_TIME = { since: undefined, until: undefined };

/** Fates that an index finds. */
const COUNTED_FATES = ['delivered', 'bounced', 'clicked'] as const satisfies EmailFate[];
export type CountedFate = (typeof COUNTED_FATES)[number];

/** Of emails that were queued then. */
export const countFates = (db: Db, tenant: Tenant, days: readonly DayRange[]) =>
  countEach(
    db,
    days,
    COUNTED_FATES.map((fate) => [fate, emailsWith(db, tenant, { fate })]),
  );

/** Days of one statement: some milliseconds, with thousands of emails a day. */
const DAYS_AT_ONCE = 30;

async function countEach<K extends string>(
  db: Db,
  days: readonly DayRange[],
  counted: readonly (readonly [K, ReturnType<typeof emailsWith>])[],
): Promise<{ day: string; counts: Record<K, number> }[]> {
  const all: { day: string; counts: Record<K, number> }[] = [];
  for (let start = 0; start < days.length; start += DAYS_AT_ONCE) {
    const some = days.slice(start, start + DAYS_AT_ONCE);
    const rows = await db
      .selectFrom(daysTable(some, idAtOf('eml')))
      .select('column1 as day')
      .select(
        counted.map(([name, emails]) =>
          emails
            .select((eb) => eb.fn.countAll<number>().as('count'))
            .where(onDay('email.id'))
            .as(name),
        ),
      )
      .execute();
    const byDay = new Map((rows as ({ day: string } & Record<K, number>)[]).map((row) => [row.day, row]));
    for (const { day } of some) {
      const counts = counted.map(([name]) => [name, Number(byDay.get(day)?.[name] ?? 0)]);
      all.push({ day, counts: Object.fromEntries(counts) as Record<K, number> });
    }
    await breathe();
  }
  return all;
}
