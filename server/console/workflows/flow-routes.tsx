/** A workflow as a picture, who is where in it, and what is tried and started by hand. */
import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { findStep } from '../../../shared/workflow';
import { withListNames } from '../../../shared/words/list-names';
import { findIdByAddress } from '../../audience/find-addresses';
import { findLists } from '../../audience/mailing-lists';
import type { Context } from '../../context';
import type { Tenant } from '../../db/tenant';
import { listEmails } from '../../emails/list-emails';
import { readEmail } from '../../emails/emails';
import { AppError } from '../../errors';
import { listEvents } from '../../events/events';
import { dryRun } from '../../workflows/dry-run';
import { listRuns, runsByStep, standingSince } from '../../workflows/list-runs';
import { retryEmail } from '../../workflows/retry-email';
import { startByHand } from '../../workflows/start-by-hand';
import { readUncounted, type Uncounted } from '../../workflows/workflows';
import { lastDays } from '../days';
import { withNotice, type Notice } from '../notices';
import { formOf, getFound, idOf, queryOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendMail, sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { plainTextDocument } from './editor/plain-text';
import { FlowPage } from './flow';
import { SPANS } from './results';
import { runRows } from './run-rows';
import { TryPage } from './try';
import { UnderWayPage, type UnderWayProps } from './under-way';

const EVENTS_SHOWN = 10;
const RUNS_SHOWN = 10;
const EMAILS_SHOWN = 5;
const EMAIL_DAYS = 30 * 86_400_000;

export function flowRoutes(ctx: Context, { form, results }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  /** As it is shown. */
  async function workflowOf(req: Request, res: Response): Promise<Uncounted> {
    const workflow = getFound(await readUncounted(db, tenantOn(res), idOf(req)));
    return { ...workflow, definition: withListNames(workflow.definition, await findLists(db, tenantOn(res))) };
  }

  router.get('/workflows/:id/flow', async (req, res) => {
    const [tenant, timeZone] = [tenantOn(res), timeZoneOf(res)];
    const workflow = await workflowOf(req, res);
    const { span: asked, step } = queryOf(req, ['span', 'step']);
    const span = SPANS.find(({ value }) => value === asked) ?? SPANS[1];
    const [first] = lastDays(span.days, clock.now(), timeZone);
    const range = span.isAll ? {} : { since: first?.since };
    const page = {
      workflow,
      results: workflow.status === 'draft' ? null : await results(tenant, workflow, range),
      span,
      since: span.isAll ? undefined : first?.day,
      underWay: await underWay(tenant, workflow, step),
    };
    sendPage(ctx, res, <FlowPage {...page} />);
  });

  /** What of the page refreshes by itself. */
  router.get('/workflows/:id/under-way', async (req, res) => {
    const workflow = await workflowOf(req, res);
    const { step } = queryOf(req, ['step']);
    sendPage(ctx, res, <UnderWayPage {...await underWay(tenantOn(res), workflow, step)} />);
  });

  /** `asked` is a step's id as a link has it: of one that isn't there all are shown. */
  async function underWay(tenant: Tenant, workflow: Uncounted, asked: string | undefined): Promise<UnderWayProps> {
    const { id, name, definition, status } = workflow;
    const step = asked !== undefined && findStep(definition, asked) ? asked : undefined;
    const { data } = await listRuns(db, tenant, { workflow: id, status: 'running', step, limit: RUNS_SHOWN });
    const rows = await runRows(db, tenant, definition, data);
    const since = await standingSince(
      db,
      tenant,
      data.map((run) => run.id),
    );
    return {
      workflow: { id, name, definition },
      isPaused: status === 'paused',
      here: await runsByStep(db, tenant, id),
      step,
      runs: rows.map((row) => ({ ...row, since: since.get(row.id) ?? Date.parse(row.startedAt) })),
      emails: await unsentEmails(tenant, id, step),
    };
  }

  async function unsentEmails(tenant: Tenant, workflow: string, step: string | undefined) {
    const since = clock.now() - EMAIL_DAYS;
    const found = [];
    for (const status of ['held', 'failed'] as const)
      found.push(...(await listEmails(db, tenant, { workflow, step, status, since, limit: EMAILS_SHOWN })).data);
    return found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, EMAILS_SHOWN);
  }

  router.post('/workflows/:id/emails/:email/retry', ...form, async (req, res) => {
    const [id, email] = [idOf(req), idOf(req, 'email')];
    const { workflow } = getFound(await readEmail(db, tenantOn(res), email));
    if (workflow !== id) throw new AppError('not_found', 'There is no such email.');
    await retryEmail(ctx, tenantOn(res), email);
    res.redirect(303, withNotice(ctx, res, `/workflows/${id}/flow`, 'retried'));
  });

  async function showTrial(req: Request, res: Response, asked: Record<'search' | 'event', string>, refused?: AppError) {
    const tenant = tenantOn(res);
    const workflow = await workflowOf(req, res);
    const { search, event } = asked;
    const contact = search ? await findIdByAddress(db, tenant, search) : undefined;
    const { event: type } = workflow.definition.trigger;
    const events =
      search && !contact
        ? { object: 'list' as const, data: [], has_more: false }
        : await listEvents(db, tenant, { type, contact, limit: EVENTS_SHOWN });
    let notice: Notice | null = refused ? { tone: 'bad', text: refused.message } : null;
    const dry = event
      ? await dryRun(ctx, tenant, { workflowId: workflow.id, eventId: event }).catch((error: unknown) => {
          if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
          notice ??= { tone: 'bad', text: error.message };
          return null;
        })
      : null;
    const page = { workflow, events, search, isFound: contact !== undefined, dry, notice, token: randomUUID() };
    sendPage(ctx, res, <TryPage {...page} />, { status: refused?.status });
  }

  router.get('/workflows/:id/try', async (req, res) => {
    const { search = '', event = '' } = queryOf(req, ['search', 'event']);
    await showTrial(req, res, { search, event });
  });

  /** An email of a dry run. */
  router.get('/workflows/:id/try/:event/:step', async (req, res) => {
    const [workflowId, eventId, step] = [idOf(req), idOf(req, 'event'), idOf(req, 'step')];
    const { steps } = await dryRun(ctx, tenantOn(res), { workflowId, eventId });
    const mail = getFound(steps.find((one) => one.step === step)?.mail ?? undefined);
    sendMail(res, mail.html ?? plainTextDocument(mail.outcome ?? ''));
  });

  router.post('/workflows/:id/start', ...form, async (req, res) => {
    const fields = formOf(req);
    const [event, token, search] = ['event', 'token', 'search'].map((name) => textIn(fields, name)) as [
      string,
      string,
      string,
    ];
    const request = { workflowId: idOf(req), eventId: event, token, isAgain: textIn(fields, 'again') !== '' };
    try {
      const run = await startByHand(db, tenantOn(res), request, clock.now());
      ctx.nudge();
      res.redirect(303, withNotice(ctx, res, `/workflows/${run.workflow}/runs/${run.id}`, 'run_started'));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      await showTrial(req, res, { search, event }, error);
    }
  });

  return router;
}
