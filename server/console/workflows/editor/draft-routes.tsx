/** What is asked of a draft as it stands in the form: nothing of it is saved. */
import { Router, type RequestHandler } from 'express';
import { oneOf } from '../../../../shared/one-of';
import { operatorsFor } from '../../../../shared/workflow';
import { findLists } from '../../../audience/mailing-lists';
import type { Context } from '../../../context';
import { AppError, invalid } from '../../../errors';
import { signalOf } from '../../../request-signal';
import { isSame } from '../../../workflows/compare';
import { rehearsalDays, rehearse } from '../../../workflows/rehearsal/rehearse';
import { readEdited, readUncounted } from '../../../workflows/read-workflows';
import { formOf, getFound, idOf, textIn, type Form } from '../../read-request';
import { sendPage } from '../../send';
import { tenantOn } from '../../viewer';
import { readDraft, readRemoved } from './draft';
import { DraftPicture } from './draft-picture';
import { FORM } from './editor';
import { findOffered, findOffers, isAnother, type Offers } from './offers';
import { applyOperation } from './operations';
import { byPlace, checkDraft, findObstacles } from './problems';
import { rehearsalRows } from './rehearsal-rows';
import type { Show } from './show';

export function draftRoutes(ctx: Context, form: readonly RequestHandler[], show: Show): Router {
  const router = Router();
  const { db } = ctx;

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

  return router;
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
