/** The editor: every button posts the whole form, and the server returns the page with the changed draft. */
import { Router, urlencoded, type Request, type Response } from 'express';
import { choiceFor } from '../../../../shared/settings';
import { findDouble } from '../../../../shared/stripe-sends';
import { stepsOf, type Definition, type EmailContent } from '../../../../shared/workflow';
import type { Context } from '../../../context';
import type { Tenant } from '../../../db/tenant';
import { AppError, invalid } from '../../../errors';
import { listEvents } from '../../../events/events';
import { signalOf } from '../../../request-signal';
import { readSettings } from '../../../settings/settings';
import { previewEmail, sendTest, type PreviewRequest } from '../../../workflows/preview';
import { runsByStep } from '../../../workflows/list-runs';
import { rehearsalDays, rehearse } from '../../../workflows/rehearse';
import { activateWorkflow, readWorkflow, saveWorkflow } from '../../../workflows/workflows';
import { withNotice, type Notice } from '../../notices';
import { formOf, getFound, idOf, textIn, type Form } from '../../read-request';
import type { SectionParts } from '../../section';
import { formatsFor, sendMail, sendPage } from '../../send';
import { tenantOn } from '../../viewer';
import { readDraft } from './draft';
import { EditorPage } from './editor';
import { applyOperation } from './operations';
import { plainTextDocument } from './plain-text';
import { checkDraft, type Problems } from './problems';
import type { RehearsalShown } from './rehearsal';
import { rehearsalRows } from './rehearsal-rows';

/** A workflow may hold many emails of 50,000 characters: its form is larger than others. */
const FORM = { extended: false, limit: '4mb', parameterLimit: 20_000 };
const RECENT_EVENTS = 10;

interface Shown {
  draft?: Definition;
  problems?: Problems;
  focus?: string | null;
  notice?: Notice;
  isConflict?: boolean;
  rehearsal?: RehearsalShown;
  status?: number;
}

export function editorRoutes(ctx: Context, parts: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;
  const form = [urlencoded(FORM), ...parts.form];

  async function show(req: Request, res: Response, shown: Shown = {}): Promise<void> {
    const tenant = tenantOn(res);
    const workflow = getFound(await readWorkflow(db, tenant, idOf(req)));
    const settings = await readSettings(db, tenant);
    const fields = formOf(req);
    const draft = shown.draft ?? workflow.definition;
    const sent = Number(textIn(fields, 'revision'));
    const trigger = draft.trigger.event;
    const choice = choiceFor(settings, trigger);
    sendPage(
      ctx,
      res,
      <EditorPage
        workflow={workflow}
        draft={draft}
        revision={shown.draft && sent && !shown.isConflict ? sent : workflow.revision}
        isDirty={shown.draft !== undefined}
        isConflict={shown.isConflict ?? false}
        notice={shown.notice ?? null}
        double={findDouble(draft, settings.stripe_sends)}
        isEventOff={!choice.enabled || !choice.trigger_workflows}
        rehearsal={shown.rehearsal ?? null}
        previewEvents={await recentEvents(res, tenant, trigger)}
        previewEvent={textIn(fields, 'preview_event')}
        editor={{
          workflowId: workflow.id,
          trigger,
          problems: shown.problems ?? {},
          focus: shown.focus ?? null,
          runs: await runsByStep(db, tenant, workflow.id),
          testTo: testAddress(fields, settings.test_recipients),
          lacksPostalAddress: settings.sender.postal_address === null,
        }}
      />,
      { status: shown.status },
    );
  }

  async function recentEvents(res: Response, tenant: Tenant, type: string) {
    const { dateTime } = formatsFor(ctx, res);
    const { data } = await listEvents(db, tenant, { type, limit: RECENT_EVENTS });
    return data.map(({ id, email, received_at }) => ({
      value: id,
      label: `${email ?? 'No contact'}, ${dateTime(received_at)}`,
    }));
  }

  router.get('/workflows/:id', (req, res) => show(req, res));

  router.post('/workflows/:id', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const fields = formOf(req);
    const draft = readDraft(fields);
    const checked = checkDraft(draft);
    if ('problems' in checked) return show(req, res, { draft, problems: checked.problems, status: 400 });
    const [id, revision] = [idOf(req), Number(textIn(fields, 'revision'))];
    const activates = textIn(fields, 'then') === 'activate';
    try {
      await saveWorkflow(db, tenant, id, checked.definition, revision, clock.now());
      if (activates) await activateWorkflow(db, tenant, id, clock.now());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'conflict') return show(req, res, { draft, isConflict: true, status: 409 });
      if (error.code === 'invalid_request')
        return show(req, res, { draft, problems: { steps: error.message }, status: 400 });
      throw error;
    }
    ctx.nudge();
    res.redirect(303, withNotice(`/workflows/${id}`, activates ? 'workflow_activated' : 'workflow_saved'));
  });

  router.post('/workflows/:id/edit', ...form, async (req, res) => {
    const fields = formOf(req);
    const { draft, focus } = applyOperation(readDraft(fields), textIn(fields, 'operation'));
    await show(req, res, { draft, focus });
  });

  router.post('/workflows/:id/preview', ...form, async (req, res) => {
    getFound(await readWorkflow(db, tenantOn(res), idOf(req)));
    const fields = formOf(req);
    // An email of a rehearsal names its event as well.
    const [rehearsed = '', event] = textIn(fields, 'rehearsed').split(' ');
    const place = rehearsed || textIn(fields, 'preview');
    const isText = !rehearsed && textIn(fields, `view.${place}`) === 'text';
    sendMail(res, await previewDocument(requestOf(fields, place, event), isText, tenantOn(res)));
  });

  router.post('/workflows/:id/rehearse', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const { id } = getFound(await readWorkflow(db, tenant, idOf(req)));
    const fields = formOf(req);
    const draft = readDraft(fields);
    const checked = checkDraft(draft);
    if ('problems' in checked) return show(req, res, { draft, problems: checked.problems, status: 400 });
    const days = rehearsalDays.safeParse(Number(textIn(fields, 'rehearse_days')));
    if (!days.success) throw invalid(days.error, 'rehearse_days');
    try {
      const request = { id, definition: checked.definition, days: days.data };
      const result = await rehearse(ctx, tenant, request, signalOf(res));
      await show(req, res, {
        draft,
        rehearsal: { days: days.data, result, rows: await rehearsalRows(db, tenant, draft, result) },
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const text = error.message.replace(/^days: /, 'The log ');
      await show(req, res, { draft, notice: { tone: 'bad', text }, status: error.status });
    }
  });

  async function previewDocument(request: PreviewRequest, isText: boolean, tenant: Tenant): Promise<string> {
    try {
      const { html, text, held, problems, subject } = await previewEmail(ctx, tenant, request);
      const [problem] = problems;
      if (problem)
        return plainTextDocument(
          `${problem.message}${problem.line === null ? '' : ` (line ${problem.line}, column ${problem.column})`}`,
        );
      if (html === null || text === null)
        return plainTextDocument(`With these values the email would be held.\n\n${held ?? ''}`);
      return isText ? plainTextDocument(`Subject: ${subject}\n\n${text}`) : html;
    } catch (error) {
      if (error instanceof AppError) return plainTextDocument(error.message.replace(/^content\.(\w+): /, 'The $1 '));
      throw error;
    }
  }

  router.post('/workflows/:id/test', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const fields = formOf(req);
    const draft = readDraft(fields);
    const place = textIn(fields, 'test');
    const to = textIn(fields, `test_to.${place}`).trim();
    try {
      const email = await sendTest(ctx, tenant, { ...requestOf(fields, place), to });
      const text = `The test to ${email.to} is on its way. The Emails page shows what became of it.`;
      await show(req, res, { draft, notice: { tone: 'good', text } });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { status } = error;
      const shown: Shown =
        error.param === 'to'
          ? { problems: { [`test_to.${place}`]: wordsOf(error) } }
          : { notice: { tone: 'bad', text: `The test was not sent. ${error.message}` } };
      await show(req, res, { draft, status, ...shown });
    }
  });

  return router;
}

/** Of what is wrong with the address, or with sending to it now. */
function wordsOf({ code, message }: AppError): string {
  const words = message.replace(/^to: /, '');
  return `${code === 'rate_limited' ? words : `This address ${words}`}.`;
}

/** The email at a place of the draft, with the values to fill it with. */
function requestOf(fields: Form, place: string, event = textIn(fields, 'preview_event')): PreviewRequest {
  const draft = readDraft(fields);
  const content = emailAt(draft, place);
  if (!content) throw new AppError('invalid_request', 'There is no such email in this workflow.');
  return { trigger: draft.trigger.event, content, ...(event ? { event } : {}) };
}

function emailAt(draft: Definition, place: string): EmailContent | undefined {
  const step = stepsOf(draft).find(({ path }) => path.join('.') === place)?.step;
  return step?.kind === 'email' ? step.email : undefined;
}

/** What was typed last; else the first address that gets real mail in test mode. */
function testAddress(fields: Form, recipients: readonly string[]): string {
  const place = textIn(fields, 'test');
  return (place && textIn(fields, `test_to.${place}`)) || recipients[0] || '';
}
