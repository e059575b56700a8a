/** What became of invoices whose payment failed: counted by month and currency, and one by one. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql, type SelectQueryBuilder } from 'kysely';
import {
  RECOVERY_OUTCOMES,
  type FailedInvoiceView,
  type RecoveryGroup,
  type RecoveryMonth,
  type RecoveryOutcome,
  type RecoveryReport,
} from '../../shared/api';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { daysTable, type DayRange } from '../db/day-range';
import { countUpTo, toTwoWayList, wayOf, type Count, type TwoWayList, type TwoWayRequest } from '../db/page';
import type { Db, Flag, Row, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import type { MonthRange } from '../local-months';
import { compareGroups } from './compare-groups';
import { addressOf } from './find-addresses';

export const MOST_MONTHS = 24;

/** What is paid is recovered, whatever was said of it before. Stripe's times are whole seconds: `recovered_at` is the beginning of one. */
const OUTCOME = sql<RecoveryOutcome>`case
  when recovered_at is not null then case
    when clicked_at < recovered_at + 1000 then 'recovered_after_click'
    when first_mailed_at < recovered_at + 1000 then 'recovered_after_mail'
    else 'recovered_without_mail' end
  when lost_at is not null then 'lost'
  else 'open' end`;

interface Counted {
  currency: string;
  outcome: RecoveryOutcome;
  is_holdout: Flag | null;
  count: number;
  /** Of what failed, and of what was paid of it. */
  failed: number;
  recovered: number;
}

/** Each month is one range of one index; the event loop turns between them. */
export async function reportRecovery(
  db: Db,
  tenant: Tenant,
  months: readonly MonthRange[],
  timezone: string,
): Promise<RecoveryReport> {
  const data: RecoveryMonth[] = [];
  const groups: Record<Flag, RecoveryGroup> = [0, 1].map(() => ({ failed: 0, recovered: 0 })) as never;
  for (const range of months) {
    const counted = await countMonth(db, tenant, range);
    const currencies = [...new Set(counted.map(({ currency }) => currency))].sort();
    for (const currency of currencies)
      data.push(
        monthOf(
          range.month,
          currency,
          counted.filter((one) => one.currency === currency),
        ),
      );
    for (const { is_holdout, outcome, count } of counted) {
      if (is_holdout === null) continue;
      groups[is_holdout].failed += count;
      if (outcome.startsWith('recovered')) groups[is_holdout].recovered += count;
    }
    await breathe();
  }
  const holdout = groups[1].failed === 0 ? null : compareGroups(groups[1], groups[0]);
  return { object: 'recovery_report', timezone, data, holdout };
}

const COUNTS = [
  sql<number>`count(*)`.as('count'),
  sql<number>`sum(amount)`.as('failed'),
  sql<number | null>`sum(recovered_amount)`.as('recovered'),
] as const;

/** PostgreSQL's sums are text. */
const asNumbers = <R extends { count: number; failed: number; recovered: number | null }>(row: R) => ({
  ...row,
  count: Number(row.count),
  failed: Number(row.failed),
  recovered: Number(row.recovered ?? 0),
});

async function countMonth(db: Db, tenant: Tenant, { since, until }: MonthRange): Promise<Counted[]> {
  const rows = await db
    .selectFrom('failed_invoice')
    .select(['currency', 'is_holdout', OUTCOME.as('outcome'), ...COUNTS])
    .where(ofTenant(tenant))
    .where('first_failed_at', '>=', since)
    .where('first_failed_at', '<', until)
    .groupBy(['currency', 'is_holdout', OUTCOME])
    .execute();
  return rows.map(asNumbers);
}

function monthOf(month: string, currency: string, counted: readonly Counted[]): RecoveryMonth {
  const nothing = () => ({ count: 0, amount: 0 });
  const sums = Object.fromEntries(['failed', ...RECOVERY_OUTCOMES].map((name) => [name, nothing()]));
  const sum = { month, currency, ...sums } as RecoveryMonth;
  for (const { outcome, count, failed, recovered } of counted) {
    sum.failed.count += count;
    sum.failed.amount += failed;
    sum[outcome].count += count;
    sum[outcome].amount += outcome.startsWith('recovered') ? recovered : failed;
  }
  return sum;
}

export interface RecoveredDay {
  day: string;
  currency: string;
  outcome: RecoveryOutcome;
  count: number;
  /** Of what failed, and of what was paid of it; minor units. */
  failed: number;
  recovered: number;
}

/** By the day of the first failure, from one index alone. */
export async function countFailedInvoices(db: Db, tenant: Tenant, days: readonly DayRange[]): Promise<RecoveredDay[]> {
  const rows = await db
    .selectFrom(daysTable(days, String))
    .innerJoin('failed_invoice', (join) =>
      join.on(
        sql<boolean>`first_failed_at >= cast(days.column2 as bigint) and first_failed_at < cast(days.column3 as bigint)`,
      ),
    )
    .select(['column1 as day', 'currency', OUTCOME.as('outcome'), ...COUNTS])
    .where(ofTenant(tenant))
    .groupBy(['column1', 'currency', OUTCOME])
    .execute();
  return rows.map(asNumbers);
}

export interface FailedInvoiceFilter {
  /** Epoch milliseconds of the first failure, `until` not included. */
  since: number;
  until: number;
  currency?: string | undefined;
  /** `recovered`: paid since, whatever came before. */
  outcome?: RecoveryOutcome | 'recovered' | undefined;
  isHoldout?: boolean | undefined;
}

/** Up to `most`. */
export const countFailedInvoicesTo = (
  db: Db,
  tenant: Tenant,
  filter: FailedInvoiceFilter,
  most: number,
): Promise<Count> =>
  countUpTo(db, filtered(db.selectFrom('failed_invoice'), tenant, filter).select('failed_invoice.id'), most);

/** The latest failure first. Throws invalid_request when `starting_after` is none of them. */
export async function listFailedInvoices(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, ending_before, ...filter }: FailedInvoiceFilter & TwoWayRequest,
): Promise<TwoWayList<FailedInvoiceView>> {
  const { isUp, from, order, request } = wayOf({ limit, starting_after, ending_before });
  const after = from === undefined ? undefined : await placeOf(db, tenant, from);
  const rows = await filtered(db.selectFrom('failed_invoice'), tenant, filter)
    .leftJoin('customer_link', (join) =>
      join
        .onRef('customer_link.account_id', '=', 'failed_invoice.account_id')
        .onRef('customer_link.livemode', '=', 'failed_invoice.livemode')
        .onRef('customer_link.customer_id', '=', 'failed_invoice.customer_id'),
    )
    .selectAll('failed_invoice')
    .select(['customer_link.contact_id', addressOf('customer_link').as('email'), OUTCOME.as('outcome')])
    .$if(after !== undefined, (query) =>
      query
        .where('failed_invoice.first_failed_at', isUp ? '>=' : '<=', after!.first_failed_at)
        .where(
          sql<boolean>`(first_failed_at, failed_invoice.id) ${sql.raw(isUp ? '>' : '<')} (${after!.first_failed_at}, ${after!.id})`,
        ),
    )
    .orderBy('failed_invoice.first_failed_at', order)
    .orderBy('failed_invoice.id', order)
    .limit(limit + 1)
    .execute();
  return toTwoWayList(rows, request, viewFailedInvoice);
}

function filtered<O>(
  query: SelectQueryBuilder<Schema, 'failed_invoice', O>,
  tenant: Tenant,
  { since, until, currency, outcome, isHoldout }: FailedInvoiceFilter,
) {
  return query
    .where(ofTenant(tenant, 'failed_invoice'))
    .where('failed_invoice.first_failed_at', '>=', since)
    .where('failed_invoice.first_failed_at', '<', until)
    .$if(currency !== undefined, (q) => q.where('failed_invoice.currency', '=', currency ?? ''))
    .$if(outcome === 'recovered', (q) => q.where('recovered_at', 'is not', null))
    .$if(outcome !== undefined && outcome !== 'recovered', (q) => q.where(OUTCOME, '=', outcome as RecoveryOutcome))
    .$if(isHoldout !== undefined, (q) => q.where('is_holdout', '=', isHoldout ? 1 : 0));
}

async function placeOf(db: Db, tenant: Tenant, id: string) {
  const row = await db
    .selectFrom('failed_invoice')
    .select(['id', 'first_failed_at'])
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new AppError('invalid_request', 'starting_after: no such invoice', 'starting_after');
  return row;
}

type FailedRow = Row<'failed_invoice'> & { contact_id: string | null; email: string | null; outcome: RecoveryOutcome };

const viewFailedInvoice = (row: FailedRow): FailedInvoiceView => ({
  id: row.id,
  invoice: row.invoice_id,
  customer: row.customer_id,
  contact: row.contact_id,
  email: row.email,
  currency: row.currency,
  amount: row.amount,
  outcome: row.outcome,
  first_failed_at: isoTime(row.first_failed_at),
  attempts: row.attempts,
  first_mailed_at: isoTimeOrNull(row.first_mailed_at),
  clicked_at: isoTimeOrNull(row.clicked_at),
  recovered_at: isoTimeOrNull(row.recovered_at),
  recovered_amount: row.recovered_amount,
  lost_at: isoTimeOrNull(row.lost_at),
  lost_reason: row.lost_reason,
  is_holdout: row.is_holdout === null ? null : row.is_holdout === 1,
});
