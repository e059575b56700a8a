/** What became of failed payments: the report, the invoices behind a number, and all of them as a file. */
import { Router } from 'express';
import { oneOf } from '../../../shared/one-of';
import {
  countFailedInvoicesTo,
  listFailedInvoices,
  reportRecovery,
  type FailedInvoiceFilter,
} from '../../audience/recovery-report';
import type { Context } from '../../context';
import type { PageRequest } from '../../db/page';
import { listRemindersOf } from '../../emails/list-reminders';
import { requireFullSession } from '../../installs/session-middleware';
import { lastMonths, monthIn } from '../../local-months';
import { readSettings } from '../../settings/settings';
import { rangeOfDays } from '../days';
import { createExport } from '../export';
import { MOST_COUNTED, PAGE_SIZE, queryOf } from '../read-request';
import { PAGE_QUERY, placeOf } from '../components/pages';
import { sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { INVOICE_HEAD, invoiceLine } from './invoice-csv';
import { FailedInvoicesPage, OUTCOMES, type InvoicesQuery } from './invoices';
import { PERIODS, RecoveryPage } from './recovery';

const QUERY = ['months', 'month', 'since', 'currency', 'outcome', 'group', ...PAGE_QUERY] as const;

export function recoveryRoutes(ctx: Context): Router {
  const router = Router();
  const { db, clock } = ctx;
  const monthsOf = (text: string | undefined) => Number(oneOf(PERIODS, text) ?? '12');

  /** The invoices that the query is about: of a month, or of the last ones. */
  function filterOf(query: InvoicesQuery, timeZone: string): FailedInvoiceFilter {
    const months = lastMonths(monthsOf(query.months), clock.now(), timeZone);
    const { since, until } = monthIn(query.month ?? '', timeZone) ?? {
      since: months.at(-1)!.since,
      until: months[0]!.until,
    };
    return {
      since: rangeOfDays({ since: query.since }, timeZone).since ?? since,
      until,
      currency: query.currency,
      outcome: oneOf(OUTCOMES, query.outcome),
      isHoldout: query.group === 'held_out' ? true : query.group === 'others' ? false : undefined,
    };
  }

  router.get('/recovery', async (req, res) => {
    const tenant = tenantOn(res);
    const count = monthsOf(queryOf(req, ['months']).months);
    const months = lastMonths(count, clock.now(), timeZoneOf(res));
    const report = await reportRecovery(db, tenant, months, timeZoneOf(res));
    const { holdout_percent } = await readSettings(db, tenant);
    const names = months.map(({ month }) => month);
    sendPage(ctx, res, <RecoveryPage report={report} months={names} holdoutPercent={holdout_percent} />);
  });

  router.get('/recovery/invoices', async (req, res) => {
    const tenant = tenantOn(res);
    const query = queryOf(req, QUERY);
    const filter = filterOf(query, timeZoneOf(res));
    const invoices = await listFailedInvoices(db, tenant, { ...filter, limit: PAGE_SIZE, ...placeOf(query) });
    const count = await countFailedInvoicesTo(db, tenant, filter, MOST_COUNTED);
    const reminders = await listRemindersOf(db, tenant, invoices.data);
    sendPage(ctx, res, <FailedInvoicesPage invoices={invoices} count={count} reminders={reminders} query={query} />);
  });

  const sendInvoices = createExport({
    name: 'recovery',
    head: INVOICE_HEAD,
    list: (tenant, request: FailedInvoiceFilter & PageRequest) => listFailedInvoices(db, tenant, request),
    write: (invoices) => invoices.map(invoiceLine).join(''),
  });
  router.get('/recovery.csv', requireFullSession, async (req, res) => {
    await sendInvoices(res, tenantOn(res), filterOf(queryOf(req, QUERY), timeZoneOf(res)));
  });

  return router;
}
