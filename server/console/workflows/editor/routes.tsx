/** The editor: every button posts the whole form, and the server returns the page with the changed draft. */
import { Router, urlencoded, type Request, type Response } from 'express';
import { oneOf } from '../../../../shared/one-of';
import { startsWorkflows } from '../../../../shared/settings';
import { withListNames } from '../../../../shared/words/list-names';
import { REFUSED_WORDS } from '../../../../shared/words/workflows';
import { findDouble } from '../../../../shared/stripe-sends';
import { operatorsFor, stepsOf, type Definition, type EmailContent } from '../../../../shared/workflow';
import { findLists } from '../../../audience/mailing-lists';
import type { Context } from '../../../context';
import type { Tenant } from '../../../db/tenant';
import { AppError, invalid } from '../../../errors';
import { listEvents } from '../../../events/events';
import { LARGE_FORM } from '../../../installs/session-middleware';
import { signalOf } from '../../../request-signal';
import { readSettings } from '../../../settings/settings';
import { turnOnEvent } from '../../../settings/turn-on-event';
import { previewEmail, sendTest, type PreviewRequest } from '../../../workflows/preview';
import { runsByStep } from '../../../workflows/list-runs';
import { rehearsalDays, rehearse } from '../../../workflows/rehearsal/rehearse';
import {
  activateWorkflow,
  countWorkflow,
  discardDraft,
  publishWorkflow,
  readEdited,
  readUncounted,
  saveDraft,
} from '../../../workflows/workflows';
import { compareDefinitions, isSame } from '../../../workflows/compare';
import { noticeFor, withNotice, type Notice } from '../../notices';
import { formOf, getFound, idOf, textIn, type Form } from '../../read-request';
import type { SectionParts } from '../../section';
import { formatsFor, sendMail, sendPage } from '../../send';
import { tenantOn } from '../../viewer';
import type { EditorState } from './context';
import { readDraft, readRemoved } from './draft';
import { DraftPicture } from './draft-picture';
import { EditorPage, FORM, type EditorPageProps } from './editor';
import { inInbox, type Scheme } from './inbox';
import { findOffered, findOffers, isAnother, type Offers } from './offers';
import { applyOperation, type Removed } from './operations';
import { plainTextDocument } from './plain-text';
import { byPlace, checkDraft, findObstacles, type Problem } from './problems';
import type { RehearsalShown } from './rehearsal';
import { rehearsalRows } from './rehearsal-rows';

const RECENT_EVENTS = 10;

interface Shown {
  draft?: Definition;
  problems?: readonly Problem[];
  /** What the problems kept from being done. */
  refused?: EditorPageProps['refused'];
  /** Can be put back; left out: as the form has it. */
  removed?: Removed | null;
  focus?: string | null;
  notice?: Notice;
  test?: EditorState['test'];
  isConflict?: boolean;
  rehearsal?: RehearsalShown;
  /** Where they were read already: of the draft's event. */
  offers?: Offers;
  status?: number;
}

export function editorRoutes(ctx: Context, parts: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;
  const form = [urlencoded({ extended: false, ...LARGE_FORM }), ...parts.form];

  async function show(req: Request, res: Response, shown: Shown = {}): Promise<void> {
    const tenant = tenantOn(res);
    const workflow = getFound(await readEdited(db, tenant, idOf(req)));
    const settings = await readSettings(db, tenant);
    const lists = await findLists(db, tenant);
    const fields = formOf(req);
    const saved = workflow.draft ?? workflow.definition;
    const draft = shown.draft ?? saved;
    const isDirty = !isSame(draft, saved);
    const sent = Number(textIn(fields, 'revision'));
    const trigger = draft.trigger.event;
    const problems = shown.problems ?? (isDirty ? [] : findObstacles(draft));
    sendPage(
      ctx,
      res,
      <EditorPage
        workflow={workflow}
        counts={isPartOf(req) ? undefined : await countWorkflow(db, tenant, workflow.id)}
        draft={draft}
        revision={shown.draft && sent && !shown.isConflict ? sent : workflow.revision}
        isDirty={isDirty}
        isConflict={shown.isConflict ?? false}
        problems={problems}
        refused={shown.refused ?? null}
        unpublished={
          workflow.draft && {
            savedAt: workflow.draft_at ?? 0,
            changes: compareDefinitions(
              withListNames(workflow.definition, lists),
              withListNames(workflow.draft, lists),
            ),
          }
        }
        notice={shown.notice ?? null}
        double={findDouble(draft, settings.stripe_sends)}
        isEventOff={!startsWorkflows(settings, trigger)}
        rehearsal={shown.rehearsal ?? null}
        previewEvents={await recentEvents(res, tenant, trigger)}
        previewEvent={textIn(fields, 'preview_event')}
        editor={{
          workflowId: workflow.id,
          offers: shown.offers?.trigger === trigger ? shown.offers : await findOffers(db, tenant, trigger),
          problems: byPlace(problems),
          focus: shown.focus ?? null,
          removed: shown.removed === undefined && shown.draft ? readRemoved(fields) : (shown.removed ?? null),
          runs: await runsByStep(db, tenant, workflow.id),
          test: shown.test ?? null,
          testTo: testAddress(fields, settings.test_recipients),
          lists,
          lacksPostalAddress: settings.sender.postal_address === null,
        }}
      />,
      { status: shown.status, isCompressed: true },
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
    const asked = oneOf(['activate', 'publish'], textIn(fields, 'then')) ?? 'save';
    const checked = checkDraft(draft, asked === 'save' ? 'save' : 'run');
    if ('problems' in checked) return show(req, res, { draft, ...checked, refused: asked, status: 400 });
    const id = idOf(req);
    const edit = { id, revision: Number(textIn(fields, 'revision')), input: checked.definition };
    try {
      const change = asked === 'save' ? saveDraft : publishWorkflow;
      const saved = await change(db, tenant, edit, clock.now());
      ctx.nudge();
      if (asked === 'activate') return await activate(res, tenant, id);
      const done = asked === 'publish' ? 'workflow_published' : saved.has_draft ? 'draft_saved' : 'workflow_saved';
      res.redirect(303, withNotice(ctx, res, `/workflows/${id}`, done));
    } catch (error) {
      if (error instanceof AppError && error.code === 'conflict')
        return show(req, res, { draft, isConflict: true, status: 409 });
      throw error;
    }
  });

  /** Where its event is off, that is what the page says: it won't start. */
  async function activate(res: Response, tenant: Tenant, id: string): Promise<void> {
    const { definition } = await activateWorkflow(db, tenant, id, clock.now());
    ctx.nudge();
    const starts = startsWorkflows(await readSettings(db, tenant), definition.trigger.event);
    const page = `/workflows/${id}`;
    res.redirect(303, starts ? withNotice(ctx, res, page, 'workflow_activated') : page);
  }

  router.post('/workflows/:id/activate', ...form, async (req, res) => {
    try {
      await activate(res, tenantOn(res), idOf(req));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
      const text = `${REFUSED_WORDS.activate}. ${error.message}`;
      await show(req, res, { notice: { tone: 'bad', text }, status: 400 });
    }
  });

  router.post('/workflows/:id/discard', ...form, async (req, res) => {
    const id = idOf(req);
    const revision = Number(textIn(formOf(req), 'revision'));
    await discardDraft(db, tenantOn(res), { id, revision }, clock.now());
    res.redirect(303, withNotice(ctx, res, `/workflows/${id}`, 'draft_discarded'));
  });

  router.post('/workflows/:id/turn-on', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const saved = getFound(await readEdited(db, tenant, idOf(req)));
    const draft = readDraft(formOf(req));
    const { event } = draft.trigger;
    await turnOnEvent(db, tenant, event, { startsWorkflows: true }, clock.now());
    if (isSame(draft, saved.draft ?? saved.definition))
      return res.redirect(303, withNotice(ctx, res, `/workflows/${saved.id}`, 'event_on'));
    await show(req, res, { draft, notice: noticeFor('event_on') });
  });

  router.post('/workflows/:id/edit', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const fields = formOf(req);
    const draft = readDraft(fields);
    const offers = await findOffers(db, tenant, draft.trigger.event);
    const changed = req.get('hx-trigger-name') ?? '';
    const fitted = changed.endsWith('.property') ? readDraft(withNewProperty(fields, changed, offers)) : draft;
    const edited = applyOperation(fitted, textIn(fields, 'operation'), readRemoved(fields));
    await show(req, res, { ...edited, offers });
  });

  router.post('/workflows/:id/picture', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const saved = getFound(await readEdited(db, tenant, idOf(req)));
    const draft = readDraft(formOf(req));
    const isDirty = !isSame(draft, saved.draft ?? saved.definition);
    const problems = byPlace(isDirty ? [] : findObstacles(draft));
    const picture = { id: saved.id, draft, problems, lists: await findLists(db, tenant) };
    sendPage(ctx, res, <DraftPicture {...picture} form={FORM} />, { notice: null, isCompressed: true });
  });

  router.post('/workflows/:id/preview', ...form, async (req, res) => {
    getFound(await readUncounted(db, tenantOn(res), idOf(req)));
    const fields = formOf(req);
    // An email of a rehearsal names its event as well.
    const [rehearsed = '', event] = textIn(fields, 'rehearsed').split(' ');
    const place = rehearsed || textIn(fields, 'preview');
    const isText = !rehearsed && textIn(fields, `view.${place}`) === 'text';
    const scheme = textIn(fields, `scheme.${place}`) === 'dark' ? 'dark' : 'light';
    sendMail(res, await previewDocument(requestOf(fields, place, event), isText ? 'text' : scheme, tenantOn(res)));
  });

  router.post('/workflows/:id/rehearse', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const { id } = getFound(await readUncounted(db, tenant, idOf(req)));
    const fields = formOf(req);
    const draft = readDraft(fields);
    const checked = checkDraft(draft, 'save');
    if ('problems' in checked) return show(req, res, { draft, ...checked, refused: 'rehearse', status: 400 });
    const days = rehearsalDays.safeParse(Number(textIn(fields, 'rehearse_days')));
    if (!days.success) throw invalid(days.error, 'rehearse_days');
    try {
      const request = { id, definition: checked.definition, days: days.data };
      const result = await rehearse(ctx, tenant, request, signalOf(res));
      await show(req, res, {
        draft,
        rehearsal: { days: days.data, result, rows: rehearsalRows(draft, result) },
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const text = error.message.replace(/^days: /, 'The log ');
      await show(req, res, { draft, notice: { tone: 'bad', text }, status: error.status });
    }
  });

  async function previewDocument(request: PreviewRequest, as: Scheme | 'text', tenant: Tenant): Promise<string> {
    try {
      const { html, text, held, problems, subject, headers } = await previewEmail(ctx, tenant, request);
      const [problem] = problems;
      if (problem)
        return plainTextDocument(
          `${problem.message}${problem.line === null ? '' : ` (line ${problem.line}, column ${problem.column})`}`,
        );
      if (html === null || text === null)
        return plainTextDocument(`With these values the email would be held.\n\n${held ?? ''}`);
      if (as === 'text') return plainTextDocument(`From: ${headers.From}\nSubject: ${subject}\n\n${text}`);
      return inInbox(html, { from: nameIn(headers.From), subject, text }, as);
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
      await show(req, res, { draft, test: { place, tone: 'good', text } });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const text = error.param === 'to' ? wordsOf(error) : `The test was not sent. ${error.message}`;
      await show(req, res, { draft, status: error.status, test: { place, tone: 'bad', text } });
    }
  });

  return router;
}

/** Whether htmx takes only the editor out of the page: its head, with the counts, is there already. */
const isPartOf = (req: Request): boolean => req.get('hx-request') === 'true';

/** `Name` of `Name <address>`, which is what an inbox shows. */
const nameIn = (from = ''): string => /^"?(.*?)"?\s*<[^<>]*>$/.exec(from)?.[1] || from;

/** Of what is wrong with the address, or with sending to it now. */
function wordsOf({ code, message }: AppError): string {
  const words = message.replace(/^to: /, '');
  return `${code === 'rate_limited' ? words : `This address ${words}`}.`;
}

/** Of a condition whose property was changed just now: the value was another's, and so may be the comparison. */
function withNewProperty(fields: Form, changed: string, offers: Offers): Form {
  const at = (field: string) => changed.replace(/property$/, field);
  const property = textIn(fields, changed);
  // What is going to be named may become anything, and starts as most are asked.
  const isNamedLater = isAnother(property);
  const fitting = operatorsFor(isNamedLater ? 'any' : (findOffered(offers, property)?.type ?? 'text'));
  const before = isNamedLater ? '' : textIn(fields, at('operator'));
  const operator = oneOf(fitting, before) ?? fitting[0] ?? '';
  return { ...fields, [at('value')]: '', [at('key')]: '', [at('operator')]: operator };
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
