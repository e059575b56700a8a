/** Settings → Forwarding. The key is tried by the loop, not in the request that saves it. */
import { Router, type Response } from 'express';
import { FORWARD_STATUSES, FORWARDED_TYPES } from '../../../shared/forwarding';
import { oneOf } from '../../../shared/one-of';
import { LOOPS } from '../../config';
import type { Context } from '../../context';
import { transact } from '../../db/transact';
import { AppError, faultOf } from '../../errors';
import { deleteForwarding, findForwarding, saveForwarding, startBackfill } from '../../forwarding/forwarding-settings';
import { listForwards, sendAgain } from '../../forwarding/forward-log';
import { requireFullSession } from '../../installs/session-middleware';
import { readSettings } from '../../settings/settings';
import { PAGE_QUERY, placeOf } from '../components/pages';
import { withNotice } from '../notices';
import { formOf, idOf, PAGE_SIZE, queryOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { boxOf } from './forwarded-events';
import { draftOf, FORWARDING_PATH, ForwardingPage, type ForwardingDraft } from './forwarding';

export function forwardingRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function show(
    res: Response,
    { query = {}, draft }: { query?: ReturnType<typeof queryOf>; draft?: ForwardingDraft } = {},
  ): Promise<void> {
    const tenant = tenantOn(res);
    const forwarding = await findForwarding(db, tenant);
    const status = oneOf(FORWARD_STATUSES, (query as Record<string, string>).status);
    const list = await listForwards(db, tenant, { status, limit: PAGE_SIZE, ...placeOf(query) });
    const page = (
      <ForwardingPage
        forwarding={forwarding}
        draft={draft ?? draftOf(forwarding)}
        settings={await readSettings(db, tenant)}
        log={{ list, status }}
        target={ctx.config.loopsApiBase === LOOPS ? undefined : ctx.config.loopsApiBase}
      />
    );
    sendPage(ctx, res, page, { status: draft ? 400 : 200 });
  }

  router.get(FORWARDING_PATH, (req, res) => show(res, { query: queryOf(req, [...PAGE_QUERY, 'status']) }));

  router.post(FORWARDING_PATH, ...form, requireFullSession, async (req, res) => {
    const fields = formOf(req);
    const isSet = (name: string) => textIn(fields, name) !== '';
    const input = {
      key: textIn(fields, 'key'),
      contacts: isSet('contacts'),
      events: FORWARDED_TYPES.filter((type) => isSet(boxOf(type))),
      isOn: isSet('on'),
    };
    try {
      await transact(db, (trx) => saveForwarding(ctx, trx, tenantOn(res), input, clock.now()));
    } catch (error) {
      if (!(error instanceof AppError) || (error.param !== 'key' && error.param !== 'contacts')) throw error;
      const words = faultOf(error);
      return show(res, { draft: { ...input, errors: { [error.param]: words } } });
    }
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, FORWARDING_PATH, input.isOn ? 'forwarding_saved' : 'forwarding_off'));
  });

  router.post(`${FORWARDING_PATH}/everyone`, ...form, requireFullSession, async (_req, res) => {
    await transact(db, (trx) => startBackfill(trx, tenantOn(res), clock.now()));
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, FORWARDING_PATH, 'forwarding_everyone'));
  });

  router.post(`${FORWARDING_PATH}/remove`, ...form, requireFullSession, async (_req, res) => {
    await transact(db, (trx) => deleteForwarding(trx, tenantOn(res), clock.now()));
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, FORWARDING_PATH, 'forwarding_removed'));
  });

  router.post(`${FORWARDING_PATH}/:id/again`, ...form, requireFullSession, async (req, res) => {
    await transact(db, (trx) => sendAgain(trx, tenantOn(res), idOf(req), clock.now()));
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, FORWARDING_PATH, 'forwarded_again'));
  });

  return router;
}
