/** Emails by state, and one as it was sent. */
import { Router } from 'express';
import { EMAIL_FATES, EMAIL_REASON_CODES, EMAIL_STATUSES } from '../../../shared/api';
import { oneOf } from '../../../shared/one-of';
import { EMAIL_KINDS } from '../../../shared/workflow';
import type { Context } from '../../context';
import type { DayRange, TimeRange } from '../../db/day-range';
import { readTraces } from '../../emails/emails';
import { discardEmail } from '../../emails/held-emails';
import { countEmailsByDay } from '../../emails/count-emails';
import { countEmailsTo, pageEmails, type EmailFilter } from '../../emails/list-emails';
import { findTransactional } from '../../emails/transactional';
import { readEmailWithPreview } from '../../workflows/preview';
import { canBeRetried, canBeSentAgain, retryEmail, sendAgain } from '../../workflows/retry-email';
import { listWorkflowNames } from '../../workflows/workflow-names';
import { readUncounted } from '../../workflows/read-workflows';
import { lastDays, rangeOfDays } from '../days';
import { isFirstPage, placeOf } from '../components/pages';
import { findRecipients } from '../find-recipients';
import { withNotice } from '../notices';
import { getFound, idOf, MOST_COUNTED, PAGE_SIZE, queryOf } from '../read-request';
import type { SectionParts } from '../section';
import { sendMail, sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { EmailPage } from './email';
import { EmailsPage } from './emails';
import { EMAIL_QUERY } from './filters';

const CHART_DAYS = 30;
const MOST_DAYS = 90;

export function emailRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  router.get('/emails', async (req, res) => {
    const tenant = tenantOn(res);
    const query = queryOf(req, EMAIL_QUERY);
    const { workflow } = query;
    const range = rangeOfDays(query, timeZoneOf(res));
    const found = query.contact ? await findRecipients(db, tenant, query.contact) : undefined;
    const filter: EmailFilter = {
      status: oneOf(EMAIL_STATUSES, query.status),
      fate: oneOf(EMAIL_FATES, query.fate),
      reason: oneOf(EMAIL_REASON_CODES, query.reason),
      kind: oneOf(EMAIL_KINDS, query.kind),
      contacts: found?.contacts,
      workflow,
      step: workflow && query.step,
      ...range,
    };
    const emails = await pageEmails(db, tenant, { ...filter, limit: PAGE_SIZE, ...placeOf(query) });
    const isAll = !emails.has_more && isFirstPage(query);
    const count = isAll
      ? { count: emails.data.length, isMore: false }
      : await countEmailsTo(db, tenant, filter, MOST_COUNTED);
    const days = await countEmailsByDay(db, tenant, filter, chartDays(range, clock.now(), timeZoneOf(res)));
    const names = await listWorkflowNames(db, tenant);
    const chosen = workflow ? await readUncounted(db, tenant, workflow) : undefined;
    const page = {
      emails,
      count,
      days,
      query,
      workflows: [...names].map(([id, name]) => ({ id, name })),
      definition: chosen?.definition ?? null,
      isCaptureOnly: ctx.transport === null,
      mostRecipients: found?.most ?? null,
    };
    sendPage(ctx, res, <EmailsPage {...page} />);
  });

  router.get('/emails/:id', async (req, res) => {
    const tenant = tenantOn(res);
    const email = getFound(await readEmailWithPreview(ctx, tenant, idOf(req)));
    const name = email.transactional
      ? (await findTransactional(db, tenant, email.transactional))?.name
      : (await listWorkflowNames(db, tenant)).get(email.workflow ?? '');
    const traces = getFound(await readTraces(db, tenant, email.id));
    const isMadeAnew = email.status === 'held' && (email.workflow ?? email.transactional) !== null;
    const canRetry = (email.status === 'failed' || isMadeAnew) && (await canBeRetried(db, tenant, email.id));
    sendPage(
      ctx,
      res,
      <EmailPage
        email={email}
        traces={traces}
        workflowName={name ?? null}
        canRetry={canRetry}
        canSendAgain={canBeSentAgain(email)}
      />,
    );
  });

  router.get('/emails/:id/html', async (req, res) => {
    const email = getFound(await readEmailWithPreview(ctx, tenantOn(res), idOf(req)));
    sendMail(res, getFound(email.html ?? undefined), { isMeasured: true });
  });

  router.post('/emails/:id/retry', ...form, async (req, res) => {
    const id = idOf(req);
    await retryEmail(ctx, tenantOn(res), id);
    res.redirect(303, withNotice(ctx, res, `/emails/${id}`, 'retried'));
  });

  router.post('/emails/:id/discard', ...form, async (req, res) => {
    const id = idOf(req);
    await discardEmail(ctx, tenantOn(res), id);
    res.redirect(303, withNotice(ctx, res, `/emails/${id}`, 'discarded'));
  });

  router.post('/emails/:id/again', ...form, async (req, res) => {
    const again = await sendAgain(ctx, tenantOn(res), idOf(req));
    res.redirect(303, withNotice(ctx, res, `/emails/${again.id}`, 'sent_again'));
  });

  return router;
}

/** Those that are asked for, 90 at most; else the last 30. */
function chartDays({ since, until }: TimeRange, now: number, timeZone: string): DayRange[] {
  const isAsked = since !== undefined || until !== undefined;
  const end = until === undefined ? now : Math.min(now, until - 1);
  return lastDays(isAsked ? MOST_DAYS : CHART_DAYS, end, timeZone).filter((day) => day.until > (since ?? 0));
}
