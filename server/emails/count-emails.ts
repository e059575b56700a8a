/** How many emails ended how, by step and day by day, read from indexes alone. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import { EMAIL_FATES, EMAIL_STATUSES, type EmailFate, type EmailReason, type EmailStatus } from '../../shared/api';
import { daysTable, idAtOf, onDay, type DayRange, type TimeRange } from '../db/day-range';
import { timeOfId } from '../db/new-id';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { countOfFate, emailsWith, isCommon, type EmailFilter } from './list-emails';

/** Emails of one step with the same status and reason, how many of them met each fate, and how many are no copies. */
export type EmailTally = {
  step: string;
  status: EmailStatus;
  reason: EmailReason | null;
  count: number;
  own: number;
} & Record<EmailFate, number>;

/** Of the emails of one workflow that were queued then: a statement for each of its steps and 30 days, the event loop turns in between. */
export async function tallyEmails(db: Db, tenant: Tenant, workflow: string, range: TimeRange): Promise<EmailTally[]> {
  const tallies: EmailTally[] = [];
  const steps = await stepsWithEmails(db, tenant, workflow);
  const first = range.since ?? (await queuedAt(db, tenant, workflow, 'asc'));
  const last = range.until ?? (await queuedAt(db, tenant, workflow, 'desc'));
  for (let since = first; since <= last; since += PART_MS)
    for (const step of steps) {
      const end = since + PART_MS;
      const until = end > last ? range.until : end;
      tallies.push(...(await tallyStep(db, tenant, { workflow, step, since, until })));
      await breathe();
    }
  return tallies;
}
const PART_MS = 30 * 86_400_000;

/** By a look into the index for each. Removed ones are among them. */
async function stepsWithEmails(db: Db, tenant: Tenant, workflow: string): Promise<string[]> {
  const steps: string[] = [];
  for (;;) {
    const row = await emailsWith(db, tenant, { workflow })
      .select((eb) => eb.fn.min('step_id').as('step'))
      .where('step_id', '>', steps.at(-1) ?? '')
      .executeTakeFirst();
    if (!row?.step) return steps;
    steps.push(row.step);
  }
}

/** The first of the workflow's emails or the last, in epoch milliseconds; 0 where there is none. */
async function queuedAt(db: Db, tenant: Tenant, workflow: string, order: 'asc' | 'desc'): Promise<number> {
  const row = await emailsWith(db, tenant, { workflow }).select('id').orderBy('id', order).limit(1).executeTakeFirst();
  return row ? timeOfId(row.id) : 0;
}

/** Why an email went out, or waits, nobody asks: without the reason the index has its counts in order. */
const WITHOUT_REASON: readonly EmailStatus[] = ['sent', 'queued'];

async function tallyStep(db: Db, tenant: Tenant, step: EmailFilter & { step: string }): Promise<EmailTally[]> {
  const [first, ...rest] = EMAIL_STATUSES.map((status) => {
    const hasReason = !WITHOUT_REASON.includes(status);
    return emailsWith(db, tenant, { ...step, status })
      .select((eb) => [
        sql<EmailStatus>`${sql.lit(status)}`.as('status'),
        hasReason ? eb.ref('reason').as('reason') : sql<EmailReason | null>`null`.as('reason'),
        eb.fn.countAll<number>().as('count'),
        sql<number>`count(case when copy_to = '' then 1 end)`.as('own'),
        ...EMAIL_FATES.map((fate) => countOfFate(fate).as(fate)),
      ])
      .$if(hasReason, (query) => query.groupBy('reason'));
  });
  if (!first) return [];
  const rows = await rest.reduce((all, one) => all.unionAll(one), first).execute();
  return rows.filter(({ count }) => count > 0).map((row) => ({ step: step.step, ...row }));
}

/** Those held of a workflow, or of one step of it, by reason: the commonest first. */
export async function countHeld(
  db: Db,
  tenant: Tenant,
  { workflow, step }: { workflow: string; step: string | undefined },
): Promise<{ reason: EmailReason | null; count: number }[]> {
  const rows = await emailsWith(db, tenant, { workflow, step, status: 'held' })
    .select((eb) => ['reason', eb.fn.countAll<number>().as('count')])
    .groupBy('reason')
    .execute();
  return rows.sort((a, b) => b.count - a.count);
}

export interface EmailDay {
  day: string;
  counts: Record<EmailStatus, number>;
}

/** Each is a range of one index, the event loop turns in between. */
export async function countEmailsByDay(
  db: Db,
  tenant: Tenant,
  filter: EmailFilter,
  days: readonly DayRange[],
): Promise<EmailDay[]> {
  const { workflow, status, step, fate, since: _since, until: _until, ...others } = filter;
  const isOfStep = fate === undefined || (workflow !== undefined && isCommon(fate));
  if (isOfStep && Object.values(others).every((value) => value === undefined)) {
    const steps = workflow === undefined || step !== undefined ? [step] : await stepsWithEmails(db, tenant, workflow);
    return countStatuses(db, tenant, { workflow, status, fate }, steps, days);
  }
  if (filter.contacts) return countFew(db, tenant, filter, days);
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

/** Of contacts that are looked up one by one, which would be done once a day. Each day begins where the one before ends. */
async function countFew(db: Db, tenant: Tenant, filter: EmailFilter, days: readonly DayRange[]): Promise<EmailDay[]> {
  const range = { since: days[0]?.since, until: days.at(-1)?.until };
  const rows = await emailsWith(db, tenant, { ...filter, ...range })
    .select(['id', 'status'])
    .execute();
  const counted = days.map(({ day }) => ({ day, counts: noEmails() }));
  const firstIds = days.map(({ since }) => idAtOf('eml')(since));
  for (const { id, status } of rows) {
    const day = counted[lastUpTo(firstIds, id)];
    if (day) day.counts[status]++;
  }
  return counted;
}

/** Where the last of the sorted texts stands that is not after `text`; -1 where all are. */
function lastUpTo(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= text) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** From the index of statuses, or of each step's: a range of each, and day. */
async function countStatuses(
  db: Db,
  tenant: Tenant,
  { status: only, ...filter }: EmailFilter,
  steps: readonly (string | undefined)[],
  days: readonly DayRange[],
): Promise<EmailDay[]> {
  const statuses = only ? [only] : EMAIL_STATUSES;
  const ranges = steps.flatMap((step, n) =>
    statuses.map((status) => ({
      name: `${status} ${n}`,
      status,
      emails: emailsWith(db, tenant, { ...filter, step, status }),
    })),
  );
  const counted = await countEach(
    db,
    days,
    ranges.map(({ name, emails }) => [name, emails] as const),
  );
  return counted.map(({ day, counts }) => {
    const byStatus = noEmails();
    for (const { name, status } of ranges) byStatus[status] += counts[name] ?? 0;
    return { day, counts: byStatus };
  });
}

/** Those that the overview shows. */
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
