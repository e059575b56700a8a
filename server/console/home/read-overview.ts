/** What the overview counts, one after the other: each is read from an index, and leads to a list of the same rows. */
import type { EmailStatus } from '../../../shared/api';
import { countContactsBefore, countNewContacts } from '../../audience/count-contacts';
import { readMrr, readMrrHistory, type MrrHistory, type MrrOfCurrency } from '../../audience/mrr';
import { countFailedInvoices, type RecoveredDay } from '../../audience/recovery-report';
import type { DayRange } from '../../db/day-range';
import type { Count } from '../../db/page';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { countEmailsByDay, countFates, type CountedFate, type EmailDay } from '../../emails/count-emails';
import { countEmailsTo } from '../../emails/list-emails';
import { countFailedEvents } from '../../events/chart';
import { MOST_COUNTED } from '../read-request';
import { isMuch } from '../remembered';

export interface OverviewNumbers {
  days: readonly string[];
  contacts: { all: number; added: number; byDay: readonly number[] };
  mrr: { now: readonly MrrOfCurrency[]; history: MrrHistory };
  recovered: readonly RecoveredDay[];
  emails: { byStatus: Record<EmailStatus, number>; fates: Record<CountedFate, number>; byDay: readonly EmailDay[] };
  /** Whatever their age. */
  held: Count;
  failedEvents: { all: number; byDay: readonly number[] };
}

export async function readNumbers(db: Db, tenant: Tenant, days: readonly DayRange[]): Promise<OverviewNumbers> {
  const names = days.map(({ day }) => day);
  const added = await countNewContacts(db, tenant, days);
  const before = await countContactsBefore(db, tenant, days[0]?.since ?? 0);
  const emails = await countEmailsByDay(db, tenant, {}, days);
  const fates = await countFates(db, tenant, days);
  const failed = await countFailedEvents(db, tenant, days);
  return {
    days: names,
    contacts: { all: before + sum(added), added: sum(added), byDay: added },
    mrr: { now: await readMrr(db, tenant), history: await readMrrHistory(db, tenant, names) },
    recovered: await countFailedInvoices(db, tenant, days),
    emails: { byStatus: sumUp(emails), fates: sumUp(fates), byDay: emails },
    held: await countEmailsTo(db, tenant, { status: 'held' }, MOST_COUNTED),
    failedEvents: { all: sum(failed), byDay: failed },
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** There is at least one day. */
function sumUp<K extends string>(days: readonly { counts: Record<K, number> }[]): Record<K, number> {
  const keys = Object.keys(days[0]?.counts ?? {}) as K[];
  return Object.fromEntries(keys.map((key) => [key, sum(days.map(({ counts }) => counts[key]))])) as Record<K, number>;
}

export const isNothing = ({ contacts, emails, failedEvents, recovered }: OverviewNumbers): boolean =>
  contacts.all + failedEvents.all + recovered.length + sum(Object.values(emails.byStatus)) === 0;

export const isMuchOf = ({ contacts, emails }: OverviewNumbers): boolean =>
  isMuch(contacts.all + sum(Object.values(emails.byStatus)));
