/** A workflow as a picture, who is where in it, and what is tried and started by hand. */
import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { EMAIL_REASON_CODES } from '../../../shared/api';
import { oneOf } from '../../../shared/one-of';
import { findStep } from '../../../shared/workflow';
import { withListNames } from '../../../shared/words/list-names';
import { findAddresses, findIdByAddress } from '../../audience/find-addresses';
import { findLists } from '../../audience/mailing-lists';
import type { Context } from '../../context';
import type { Tenant } from '../../db/tenant';
import { countHeld } from '../../emails/count-emails';
import { countEmailsTo, listEmails } from '../../emails/list-emails';
import { readEmail } from '../../emails/emails';
import { discardHeld, type HeldOnes } from '../../emails/held-emails';
import { AppError } from '../../errors';
import { pageEvents, readEvents } from '../../events/events';
import { pageEventsByContact } from '../../events/events-by-contact';
import { makeEvent, startForContact } from '../../events/start-for-contact';
import { dryRun } from '../../workflows/dry-run';
import { listRuns, runsByStep, standingSince } from '../../workflows/list-runs';
import { retryEmail, retryHeld } from '../../workflows/retry-email';
import { startByHand } from '../../workflows/start-by-hand';
import { listUncounted, readEdited, readUncounted, type Uncounted } from '../../workflows/read-workflows';
import { href } from '../components/filters';
import { placeOf } from '../components/pages';
import { lastDays } from '../days';
import { withNotice, type Notice } from '../notices';
import { formOf, getFound, idOf, MOST_COUNTED, queryOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendMail, sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { plainTextDocument } from './editor/plain-text';
import { FlowPage } from './flow';
import { SPANS } from './results';
import { runRows } from './run-rows';
import { StartPage } from './start';
import { TRY_QUERY, TryPage, type TriedContact, type TryQuery } from './try';
import type { UnderWayProps } from './under-way';

const EVENTS_SHOWN = 10;
const RUNS_SHOWN = 10;
/** Of the newest so many, the active ones. */
const MOST_CHOSEN = 500;
const NO_EVENTS = { object: 'list' as const, data: [], has_more: false, has_newer: false };
/** An address that is not in the audience isn't a part of one. */
const looksWhole = (search: string) => /@.+\..+/.test(search);
const EMAILS_SHOWN = 5;
const FAILED_DAYS = 30;
const NONE_HELD = () => new AppError('invalid_request', 'None of these emails is held any more.', 'reason');
const NONE_RETRIED = () =>
  new AppError(
    'invalid_request',
    'None of them can be made any more: the step, the contact or the event is gone. Discard them.',
    'reason',
  );

export function flowRoutes(ctx: Context, { form, results }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  /** As it is shown. */
  async function workflowOf(req: Request, res: Response): Promise<Uncounted> {
    const workflow = getFound(await readUncounted(db, tenantOn(res), idOf(req)));
    return { ...workflow, definition: withListNames(workflow.definition, await findLists(db, tenantOn(res))) };
  }

  /** `refused`: what was asked for on it, and why it could not be done. */
  async function showFlow(req: Request, res: Response, refused?: AppError): Promise<void> {
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
      underWay: await underWay(tenant, workflow, step, timeZone),
    };
    const options = refused && { status: refused.status, notice: { tone: 'bad', text: refused.message } as const };
    sendPage(ctx, res, <FlowPage {...page} />, options);
  }
  router.get('/workflows/:id/flow', (req, res) => showFlow(req, res));

  /** `asked` is a step's id as a link has it: of one that isn't there all are shown. */
  async function underWay(
    tenant: Tenant,
    workflow: Uncounted,
    asked: string | undefined,
    timeZone: string,
  ): Promise<Omit<UnderWayProps, 'span'>> {
    const { id, definition, status } = workflow;
    const step = asked !== undefined && findStep(definition, asked) ? asked : undefined;
    const { data } = await listRuns(db, tenant, { workflow: id, status: 'running', step, limit: RUNS_SHOWN });
    const rows = await runRows(db, tenant, definition, data);
    const since = await standingSince(
      db,
      tenant,
      data.map((run) => run.id),
    );
    return {
      workflow: { id, definition },
      isPaused: status === 'paused',
      here: await runsByStep(db, tenant, id),
      step,
      runs: rows.map((row) => ({ ...row, since: since.get(row.id) ?? Date.parse(row.startedAt) })),
      unsent: await unsentEmails(tenant, { workflow: id, step }, timeZone),
    };
  }

  async function unsentEmails(tenant: Tenant, of: { workflow: string; step: string | undefined }, timeZone: string) {
    const [first] = lastDays(FAILED_DAYS, clock.now(), timeZone);
    const failedOnes = { ...of, status: 'failed', since: first?.since } as const;
    // Before they are counted: what comes to be held from now on isn't among them.
    const heldUntil = clock.now();
    const newest = [
      ...(await listEmails(db, tenant, { ...of, status: 'held', limit: EMAILS_SHOWN })).data,
      ...(await listEmails(db, tenant, { ...failedOnes, limit: EMAILS_SHOWN })).data,
    ];
    return {
      emails: newest.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, EMAILS_SHOWN),
      held: await countHeld(db, tenant, of),
      heldUntil,
      failed: await countEmailsTo(db, tenant, failedOnes, MOST_COUNTED),
      failedSince: first?.day ?? '',
    };
  }

  /** What can't be tried again is said on the page. */
  router.post('/workflows/:id/emails/:email/retry', ...form, async (req, res) => {
    const [id, email] = [idOf(req), idOf(req, 'email')];
    const { workflow } = getFound(await readEmail(db, tenantOn(res), email));
    if (workflow !== id) throw new AppError('not_found', 'There is no such email.');
    try {
      await retryEmail(ctx, tenantOn(res), email);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'not_found') throw error;
      return showFlow(req, res, error);
    }
    res.redirect(303, withNotice(ctx, res, `/workflows/${id}/flow`, 'retried'));
  });

  /** Those that the page counted: held for the reason by the time that it says. */
  async function heldOnes(req: Request, res: Response): Promise<HeldOnes> {
    const fields = formOf(req);
    const { id } = getFound(await readUncounted(db, tenantOn(res), idOf(req)));
    const [asked, step] = [textIn(fields, 'reason'), textIn(fields, 'step') || undefined];
    const reason = oneOf(EMAIL_REASON_CODES, asked);
    const refuse = (param: string, words: string) => new AppError('invalid_request', `${param}: ${words}`, param);
    if (asked && reason === undefined)
      throw refuse('reason', `must be one of ${EMAIL_REASON_CODES.join(', ')}, or empty`);
    const until = Number(textIn(fields, 'held_until') || NaN);
    if (!Number.isSafeInteger(until)) throw refuse('held_until', 'must be a time in epoch milliseconds');
    return { workflow: id, step, reason, until };
  }

  router.post('/workflows/:id/emails/retry', ...form, async (req, res) => {
    const held = await heldOnes(req, res);
    const { retried, left } = await retryHeld(ctx, tenantOn(res), held);
    if (retried === 0) return showFlow(req, res, left > 0 ? NONE_RETRIED() : NONE_HELD());
    const about = `${retried === 1 ? '1 email waits' : `${retried} emails wait`} to go${left > 0 ? `; ${left} can’t be made any more` : ''}`;
    const path = href(`/workflows/${held.workflow}/flow`, { step: held.step });
    res.redirect(303, withNotice(ctx, res, path, 'retried_many', about));
  });

  router.post('/workflows/:id/emails/discard', ...form, async (req, res) => {
    const held = await heldOnes(req, res);
    const discarded = await discardHeld(ctx, tenantOn(res), held);
    if (discarded === 0) return showFlow(req, res, NONE_HELD());
    const about = discarded === 1 ? '1 email' : `${discarded} emails`;
    const path = href(`/workflows/${held.workflow}/flow`, { step: held.step });
    res.redirect(303, withNotice(ctx, res, path, 'discarded_many', about));
  });

  async function showTrial(req: Request, res: Response, asked: TryQuery, refused?: AppError): Promise<void> {
    const tenant = tenantOn(res);
    const workflow = await workflowOf(req, res);
    const { search = '' } = asked;
    const contact = await findTried(tenant, asked);
    let notice: Notice | null = refused ? { tone: 'bad', text: refused.message } : null;
    const request = await toTry(tenant, workflow.id, asked).catch(toNotice);
    const dry = request ? await dryRun(ctx, tenant, request).catch(toNotice) : null;
    const draft = asked.version === 'draft' ? (await readEdited(db, tenant, workflow.id))?.draft : null;
    const { event: type } = (draft ?? workflow.definition).trigger;
    const place = { type, limit: EVENTS_SHOWN, ...placeOf(asked) };
    const isPart = search !== '' && !contact;
    const events = !isPart
      ? await pageEvents(db, tenant, { ...place, contact: contact?.id })
      : looksWhole(search)
        ? NO_EVENTS
        : (await pageEventsByContact(db, tenant, search, place, 0)).events;
    const page = { workflow, type, events, query: asked, contact, dry, notice, token: randomUUID() };
    sendPage(ctx, res, <TryPage {...page} />, { status: refused?.status });

    function toNotice(error: unknown): null {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      notice ??= { tone: 'bad', text: error.message };
      return null;
    }
  }

  /** The contact that is asked for by its id or its whole address. */
  async function findTried(tenant: Tenant, { contact, search }: TryQuery): Promise<TriedContact | undefined> {
    const id = contact ?? (search ? await findIdByAddress(db, tenant, search) : undefined);
    if (id === undefined) return undefined;
    const email = (await findAddresses(db, tenant, [id])).get(id);
    return email === undefined ? undefined : { id, email };
  }

  /** With an event of the log, or with one that would be made for a contact; null: none is chosen. */
  async function toTry(tenant: Tenant, workflowId: string, { event, contact, version }: TryQuery) {
    const isDraft = version === 'draft';
    if (event) return { workflowId, event, isDraft };
    if (!contact) return null;
    const made = await makeEvent(db, tenant, { workflowId, contactId: contact, token: '' }, clock.now());
    return { workflowId, event: made, isDraft };
  }

  router.get('/workflows/:id/try', async (req, res) => {
    const query = queryOf(req, TRY_QUERY);
    const { search } = query;
    // What is pasted may be an event's id.
    if (search && (await readEvents(db, tenantOn(res), [search])).length > 0)
      return res.redirect(href(`/workflows/${idOf(req)}/try`, { event: search, version: query.version }));
    await showTrial(req, res, query);
  });

  /** An email of a dry run. */
  router.get('/workflows/:id/try/mail/:step', async (req, res) => {
    const [workflowId, step] = [idOf(req), idOf(req, 'step')];
    const request = getFound((await toTry(tenantOn(res), workflowId, queryOf(req, TRY_QUERY))) ?? undefined);
    const { steps } = await dryRun(ctx, tenantOn(res), request);
    const mail = getFound(steps.find((one) => one.step === step)?.mail ?? undefined);
    sendMail(res, mail.html ?? plainTextDocument(mail.outcome ?? ''));
  });

  router.post('/workflows/:id/start', ...form, async (req, res) => {
    const fields = formOf(req);
    const field = (name: string) => textIn(fields, name) || undefined;
    const [event, contact, search] = [field('event'), field('contact'), field('search')];
    const [workflowId, token, isAgain] = [idOf(req), textIn(fields, 'token'), field('again') !== undefined];
    try {
      const run =
        contact && !event
          ? await startForContact(db, tenantOn(res), { workflowId, contactId: contact, token, isAgain }, clock.now())
          : await startByHand(db, tenantOn(res), { workflowId, event: event ?? '', token, isAgain }, clock.now());
      ctx.nudge();
      res.redirect(303, withNotice(ctx, res, `/workflows/${run.workflow}/runs/${run.id}`, 'run_started'));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      await showTrial(req, res, { event, contact, search }, error);
    }
  });

  /** Which workflow a contact is to go through. */
  router.get('/workflows/start', async (req, res) => {
    const tenant = tenantOn(res);
    const { contact } = queryOf(req, ['contact']);
    const found = getFound(contact ? await findTried(tenant, { contact }) : undefined);
    const { data } = await listUncounted(db, tenant, { limit: MOST_CHOSEN });
    const workflows = data.filter(({ status }) => status === 'active');
    sendPage(ctx, res, <StartPage contact={found} workflows={workflows} />);
  });

  return router;
}
