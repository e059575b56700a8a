/** Workflows: the list, new ones, what switches them on and off, and their runs. The editor has routes of its own. */
import { Router, type Response } from 'express';
import { RUN_STATUSES } from '../../../shared/api';
import { apiEventType, isTriggerType, sourceOf } from '../../../shared/catalogue';
import { oneOf } from '../../../shared/one-of';
import { SCHEDULE_TYPES } from '../../../shared/schedules';
import { TEMPLATE_KEYS, TEMPLATES } from '../../../shared/templates';
import { findLists } from '../../audience/mailing-lists';
import type { Context } from '../../context';
import type { PageRequest } from '../../db/page';
import type { Tenant } from '../../db/tenant';
import { AppError } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import { countEmailsByDay } from '../../emails/count-emails';
import { countNoticesTo, listNotices, type NoticeFilter } from '../../schedules/read-ledger';
import { readSettings } from '../../settings/settings';
import { countRuns, pageRuns } from '../../workflows/list-runs';
import { countWorkflowsTo, listWorkflowsWithNumbers } from '../../workflows/list-workflows';
import { advanceRun, readRun, stopRun } from '../../workflows/runs';
import { listWorkflowNames } from '../../workflows/workflow-names';
import { defineFromTemplate } from '../../workflows/templates';
import {
  activateWorkflow,
  createWorkflow,
  deleteWorkflow,
  duplicateWorkflow,
  pauseWorkflow,
} from '../../workflows/workflows';
import { listUncounted, readUncounted } from '../../workflows/read-workflows';
import { href } from '../components/filters';
import { isFirstPage, PAGE_QUERY, placeOf } from '../components/pages';
import { createExport } from '../export';
import { findRecipients } from '../find-recipients';
import { lastDays, rangeOfDays } from '../days';
import { withNotice, type Done } from '../notices';
import { formOf, getFound, idOf, MOST_COUNTED, PAGE_SIZE, queryOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { NewWorkflowPage } from './new-workflow';
import { NOTICE_HEAD, noticeLine } from './notice-csv';
import { NoticesPage, type NoticeQuery } from './notices';
import { AT_THE_END, ResultsPage, SPANS } from './results';
import { RunPage, RunsPage } from './runs';
import { runRows } from './run-rows';
import { WORKFLOW_STATUSES, WorkflowsPage, type WorkflowsPageProps } from './workflows';

const RUN_QUERY = [
  'status',
  'reason',
  'contact',
  'step',
  'passed',
  'past',
  'ended',
  'since',
  'until',
  ...PAGE_QUERY,
] as const;

const LIST_QUERY = ['search', 'status', ...PAGE_QUERY] as const;
/** Of the emails in the list. */
const LISTED_DAYS = 30;

export function workflowRoutes(ctx: Context, { form, results }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function showList(
    res: Response,
    query: WorkflowsPageProps['query'],
    refused: WorkflowsPageProps['refused'] = null,
  ): Promise<void> {
    const tenant = tenantOn(res);
    const filter = { search: query.search, status: oneOf(WORKFLOW_STATUSES, query.status) };
    const [first] = lastDays(LISTED_DAYS, clock.now(), timeZoneOf(res));
    const page = { ...filter, limit: PAGE_SIZE, ...placeOf(query) };
    const count = await countWorkflowsTo(db, tenant, filter, MOST_COUNTED);
    const workflows = await listWorkflowsWithNumbers(db, tenant, page, first?.since ?? 0);
    const settings = await readSettings(db, tenant);
    const shown = { workflows, count, query, settings, since: first?.day ?? '', refused };
    sendPage(ctx, res, <WorkflowsPage {...shown} />, { status: refused ? 400 : 200 });
  }

  router.get('/workflows', (req, res) => showList(res, queryOf(req, LIST_QUERY)));

  /** On or off, from the list and back to it. */
  router.post('/workflows/:id/switch', ...form, async (req, res) => {
    const [tenant, id, fields] = [tenantOn(res), idOf(req), formOf(req)];
    const isOn = textIn(fields, 'to') === 'on';
    const query = Object.fromEntries(
      LIST_QUERY.flatMap((name) => (textIn(fields, name) ? [[name, textIn(fields, name).slice(0, 255)]] : [])),
    ) as WorkflowsPageProps['query'];
    try {
      await (isOn ? activateWorkflow : pauseWorkflow)(db, tenant, id, clock.now());
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      return showList(res, query, { id, words: error.message });
    }
    ctx.nudge();
    const list = withNotice(
      ctx,
      res,
      href('/workflows', { ...query }),
      isOn ? 'workflow_activated' : 'workflow_paused',
    );
    res.redirect(303, `${list}#${id}`);
  });

  router.get('/workflows/notices', async (req, res) => {
    const tenant = tenantOn(res);
    const query = queryOf(req, NOTICE_QUERY);
    const filter = noticeFilterOf(query);
    const notices = await listNotices(db, tenant, { ...filter, limit: PAGE_SIZE, ...placeOf(query) });
    const count = await countNoticesTo(db, tenant, filter, MOST_COUNTED);
    const workflows = await listWorkflowNames(db, tenant);
    sendPage(ctx, res, <NoticesPage notices={notices} count={count} query={query} workflows={workflows} />);
  });

  const sendNotices = createExport({
    name: 'notices',
    head: NOTICE_HEAD,
    list: (tenant, request: NoticeFilter & PageRequest) => listNotices(db, tenant, request),
    async write(notices, tenant) {
      const names = await listWorkflowNames(db, tenant);
      return notices.map((notice) => noticeLine(notice, names.get(notice.workflow))).join('');
    },
  });
  router.get('/workflows/notices.csv', requireFullSession, async (req, res) => {
    await sendNotices(res, tenantOn(res), noticeFilterOf(queryOf(req, NOTICE_QUERY)));
  });

  router.get('/workflows/new', async (_req, res) => {
    const templates = TEMPLATE_KEYS.map((key) => ({ key, ...TEMPLATES[key], definition: defineFromTemplate(key) }));
    const { data } = await listUncounted(db, tenantOn(res), { limit: 100 });
    const lists = await findLists(db, tenantOn(res));
    sendPage(ctx, res, <NewWorkflowPage templates={templates} workflows={data} lists={lists} />);
  });

  router.post('/workflows', ...form, async (req, res) => {
    const fields = formOf(req);
    const [template, trigger, chosen] = ['template', 'trigger', 'event'].map((name) => textIn(fields, name));
    const event = chosen === apiEventType('') ? apiEventType(textIn(fields, 'api_event').trim()) : chosen;
    const source = template
      ? {
          template,
          trigger: trigger && isTriggerType(trigger) ? trigger : undefined,
          list: textIn(fields, 'list') || undefined,
        }
      : { definition: { name: 'New workflow', trigger: blankTrigger(event ?? ''), steps: [] } };
    const workflow = await createWorkflow(db, tenantOn(res), source, clock.now());
    res.redirect(303, withNotice(ctx, res, `/workflows/${workflow.id}`, 'workflow_created'));
  });

  const change = (name: string, done: Done, act: (tenant: Tenant, id: string) => Promise<{ id: string }>) =>
    router.post(`/workflows/:id/${name}`, ...form, async (req, res) => {
      const { id } = await act(tenantOn(res), idOf(req));
      ctx.nudge();
      res.redirect(303, withNotice(ctx, res, name === 'delete' ? '/workflows' : `/workflows/${id}`, done));
    });
  change('pause', 'workflow_paused', (tenant, id) => pauseWorkflow(db, tenant, id, clock.now()));
  change('duplicate', 'workflow_duplicated', (tenant, id) => duplicateWorkflow(db, tenant, id, clock.now()));
  change('delete', 'workflow_deleted', (tenant, id) => deleteWorkflow(db, tenant, id, clock.now()));

  router.get('/workflows/:id/runs', async (req, res) => {
    const tenant = tenantOn(res);
    const workflow = getFound(await readUncounted(db, tenant, idOf(req)));
    const { starting_after, ending_before, page: place, ...query } = queryOf(req, RUN_QUERY);
    const at = { starting_after, ending_before, page: place };
    const found = query.contact ? await findRecipients(db, tenant, query.contact) : null;
    const filter = {
      workflow: workflow.id,
      status: oneOf(RUN_STATUSES, query.status),
      reason: query.reason === AT_THE_END ? null : query.reason,
      contacts: found?.contacts,
      step: query.step,
      passed: query.passed,
      past: query.past,
      ended: query.ended,
      ...rangeOfDays(query, timeZoneOf(res)),
    };
    const runs = await pageRuns(db, tenant, { ...filter, limit: PAGE_SIZE, ...placeOf(at) });
    const isAll = !runs.has_more && isFirstPage(at);
    const count = isAll ? runs.data.length : await countRuns(db, tenant, filter);
    const rows = await runRows(db, tenant, workflow.definition, runs.data);
    const page = { workflow, runs: { ...runs, data: rows }, count, query, mostContacts: found?.most ?? null };
    sendPage(ctx, res, <RunsPage {...page} />);
  });

  router.get('/workflows/:id/results', async (req, res) => {
    const [tenant, timeZone] = [tenantOn(res), timeZoneOf(res)];
    const workflow = getFound(await readUncounted(db, tenant, idOf(req)));
    const { span: asked } = queryOf(req, ['span']);
    const span = SPANS.find(({ value }) => value === asked) ?? SPANS[1];
    const days = lastDays(span.days, clock.now(), timeZone);
    const range = span.isAll ? {} : { since: days[0]?.since };
    const { track } = await readSettings(db, tenant);
    const page = {
      workflow,
      results: await results(tenant, workflow, range),
      days: await countEmailsByDay(db, tenant, { workflow: workflow.id }, days),
      span,
      since: span.isAll ? undefined : days[0]?.day,
      isClickTracked: track.clicks,
    };
    sendPage(ctx, res, <ResultsPage {...page} />);
  });

  router.get('/workflows/:id/runs/:run', async (req, res) => {
    const tenant = tenantOn(res);
    const workflow = getFound(await readUncounted(db, tenant, idOf(req)));
    const run = getFound(await readRun(db, tenant, idOf(req, 'run')));
    const [row] = await runRows(db, tenant, workflow.definition, run.workflow === workflow.id ? [run] : []);
    sendPage(ctx, res, <RunPage workflow={workflow} run={getFound(row)} steps={run.steps} />);
  });

  const act = (name: string, done: Done, change: typeof stopRun) =>
    router.post(`/workflows/:id/runs/:run/${name}`, ...form, async (req, res) => {
      const run = await change(db, tenantOn(res), idOf(req, 'run'), clock.now());
      ctx.nudge();
      const page = textIn(formOf(req), 'back') === 'flow' ? 'flow' : `runs/${run.id}`;
      res.redirect(303, withNotice(ctx, res, `/workflows/${run.workflow}/${page}`, done));
    });
  act('stop', 'run_stopped', stopRun);
  act('advance', 'run_advanced', advanceRun);

  return router;
}

const DAYS = 7;

/** One of whatever event was chosen. */
function blankTrigger(event: string) {
  if (!isTriggerType(event)) return { event };
  const source = sourceOf(event);
  return source === 'stripe' ? { event } : { source, event, ...(source === 'schedule' ? { days: DAYS } : {}) };
}

const NOTICE_QUERY = ['workflow', 'kind', 'state', 'about', ...PAGE_QUERY] as const;

const noticeFilterOf = ({ workflow, kind, state, about }: NoticeQuery): NoticeFilter => ({
  workflow,
  kind: oneOf(SCHEDULE_TYPES, kind),
  about,
  isMissed: state === 'missed' || (state === 'given' ? false : undefined),
});
