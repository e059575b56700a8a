/** Emails by state, and one as it was sent. */
import { Router } from 'express';
import { EMAIL_STATUSES } from '../../../shared/api';
import { oneOf } from '../../../shared/one-of';
import { findIdByAddress } from '../../audience/find-addresses';
import type { Context } from '../../context';
import { listEmails } from '../../emails/list-emails';
import { readEmailWithPreview } from '../../workflows/preview';
import { retryEmail } from '../../workflows/retry-email';
import { listWorkflowNames } from '../../workflows/workflow-names';
import { withNotice } from '../notices';
import { getFound, idOf, PAGE_SIZE, queryOf } from '../read-request';
import type { SectionParts } from '../section';
import { sendMail, sendPage } from '../send';
import { tenantOn } from '../viewer';
import { EmailPage } from './email';
import { EmailsPage } from './emails';

export function emailRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db } = ctx;

  router.get('/emails', async (req, res) => {
    const tenant = tenantOn(res);
    const query = queryOf(req, ['status', 'contact', 'workflow', 'starting_after']);
    const contact = query.contact && (await findIdByAddress(db, tenant, query.contact));
    const emails =
      query.contact && !contact
        ? { object: 'list' as const, data: [], has_more: false }
        : await listEmails(db, tenant, {
            limit: PAGE_SIZE,
            status: oneOf(EMAIL_STATUSES, query.status),
            contact,
            workflow: query.workflow,
            starting_after: query.starting_after,
          });
    const names = await listWorkflowNames(db, tenant);
    const workflows = [...names].map(([id, name]) => ({ id, name }));
    sendPage(
      ctx,
      res,
      <EmailsPage emails={emails} query={query} workflows={workflows} isCaptureOnly={ctx.transport === null} />,
    );
  });

  router.get('/emails/:id', async (req, res) => {
    const tenant = tenantOn(res);
    const email = getFound(await readEmailWithPreview(ctx, tenant, idOf(req)));
    const name = email.workflow ? (await listWorkflowNames(db, tenant)).get(email.workflow) : undefined;
    const canRetry = email.status === 'failed' || (email.status === 'held' && email.workflow !== null);
    sendPage(ctx, res, <EmailPage email={email} workflowName={name ?? null} canRetry={canRetry} />);
  });

  router.get('/emails/:id/html', async (req, res) => {
    const email = getFound(await readEmailWithPreview(ctx, tenantOn(res), idOf(req)));
    sendMail(res, getFound(email.html ?? undefined));
  });

  router.post('/emails/:id/retry', ...form, async (req, res) => {
    const id = idOf(req);
    await retryEmail(ctx, tenantOn(res), id);
    res.redirect(303, withNotice(`/emails/${id}`, 'retried'));
  });

  return router;
}
