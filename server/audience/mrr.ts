/** What contacts pay per month, by currency: now, and as it was noted day by day. Amounts in minor units. */
import { sql } from 'kysely';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { PAYS } from './contact-filter';

export interface MrrOfCurrency {
  currency: string;
  mrr: number;
  /** Who pays it. */
  contacts: number;
}

/** The largest first; a contact counts in its own currency. Read from the index `contact_mrr` alone. */
export async function readMrr(db: Db, tenant: Tenant): Promise<MrrOfCurrency[]> {
  const rows = await db
    .selectFrom('contact')
    .select((eb) => ['currency', eb.fn.sum<number>('mrr').as('mrr'), eb.fn.countAll<number>().as('contacts')])
    .where(ofTenant(tenant))
    .where('currency', 'is not', null)
    .where(PAYS)
    .groupBy('currency')
    .execute();
  return rows
    .map(({ currency, mrr, contacts }) => ({
      currency: currency ?? '',
      mrr: Number(mrr),
      contacts: Number(contacts),
    }))
    .sort((one, other) => other.contacts - one.contacts || one.currency.localeCompare(other.currency));
}

/** Notes what is paid now as that of the day; the last note of a day stays. */
export async function noteMrr(db: Db, tenant: Tenant, day: string): Promise<void> {
  const now = await readMrr(db, tenant);
  const rows = [{ currency: '', mrr: 0 }, ...now].map(({ currency, mrr }) => ({
    ...tenantColumns(tenant),
    day,
    currency,
    mrr,
  }));
  await transact(db, async (trx) => {
    await trx.deleteFrom('mrr_day').where(ofTenant(tenant)).where('day', '=', day).execute();
    // Another process may note it in the same moment.
    await trx
      .insertInto('mrr_day')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'livemode', 'day', 'currency'])
          .doUpdateSet((eb) => ({ mrr: eb.ref('excluded.mrr') })),
      )
      .execute();
  });
}

export interface MrrHistory {
  /** The first day that was ever noted, YYYY-MM-DD; null: none was. */
  since: string | null;
  /** By currency, for each of the days. A day that wasn't noted has what the day before it had; 0 before the first. */
  byDay: { day: string; mrr: Readonly<Record<string, number>> }[];
}

/** `days`, YYYY-MM-DD, without gaps and the earliest first. */
export async function readMrrHistory(db: Db, tenant: Tenant, days: readonly string[]): Promise<MrrHistory> {
  const noted = db.selectFrom('mrr_day').where(ofTenant(tenant));
  const first = await noted.select(sql<string | null>`min(day)`.as('day')).executeTakeFirst();
  const start = await noted
    .select('day')
    .where('day', '<=', days[0] ?? '')
    .orderBy('day', 'desc')
    .limit(1)
    .executeTakeFirst();
  const rows = await noted
    .select(['day', 'currency', 'mrr'])
    .where('day', '>=', start?.day ?? days[0] ?? '')
    .where('day', '<=', days.at(-1) ?? '')
    .execute();
  const byDay = new Map<string, Record<string, number>>();
  for (const { day, currency, mrr } of rows) {
    const ofDay = byDay.get(day) ?? {};
    if (currency !== '') ofDay[currency] = Number(mrr);
    byDay.set(day, ofDay);
  }
  let last = (start && byDay.get(start.day)) ?? {};
  return {
    since: first?.day ?? null,
    byDay: days.map((day) => ({ day, mrr: (last = byDay.get(day) ?? last) })),
  };
}
