/** The editor: every button posts the whole form, and the server returns the page with the changed draft. */
import { Router, urlencoded, type Response } from 'express';
import { oneOf } from '../../../../shared/one-of';
import { startsWorkflows } from '../../../../shared/settings';
import { REFUSED_WORDS } from '../../../../shared/words/workflows';
import type { Context } from '../../../context';
import type { Tenant } from '../../../db/tenant';
import { AppError } from '../../../errors';
import { LARGE_FORM } from '../../../installs/session-middleware';
import { readSettings } from '../../../settings/settings';
import { turnOnEvent } from '../../../settings/turn-on-event';
import { isSame } from '../../../workflows/compare';
import { activateWorkflow, discardDraft, publishWorkflow, saveDraft } from '../../../workflows/workflows';
import { readEdited } from '../../../workflows/read-workflows';
import { noticeFor, withNotice } from '../../notices';
import { formOf, getFound, idOf, textIn } from '../../read-request';
import type { SectionParts } from '../../section';
import { tenantOn } from '../../viewer';
import { readDraft } from './draft';
import { draftRoutes } from './draft-routes';
import { emailRoutes } from './email-routes';
import { checkDraft } from './problems';
import { createShow } from './show';

export function editorRoutes(ctx: Context, parts: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;
  const form = [urlencoded({ extended: false, ...LARGE_FORM }), ...parts.form];
  const show = createShow(ctx);

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

  router.use(draftRoutes(ctx, form, show));
  router.use(emailRoutes(ctx, form, show));
  return router;
}
