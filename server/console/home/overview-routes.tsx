/** The first page for who is signed in. */
import { Router } from 'express';
import { oneOf } from '../../../shared/one-of';
import type { Context } from '../../context';
import { findForwarding, troubleOf } from '../../forwarding/forwarding-settings';
import { readSetup } from '../../lifecycle/read-setup';
import { closeChecklist, openChecklist } from '../../installs/installs';
import { requireSession } from '../../installs/session-middleware';
import { readSettings } from '../../settings/settings';
import { tenantKey } from '../../db/tenant';
import { createMemory } from '../../memory';
import { lastDays } from '../days';
import { withNotice } from '../notices';
import { queryOf } from '../read-request';
import type { SectionParts } from '../section';
import { COUNTED_MS } from '../remembered';
import { sendPage } from '../send';
import { getSession, loadViewer, tenantOn, timeZoneOf } from '../viewer';
import { CLOSE_CHECKLIST_PATH, OPEN_CHECKLIST_PATH } from './checklist';
import { OverviewPage, PERIODS } from './overview';
import { isMuchOf, readNumbers, type OverviewNumbers } from './read-overview';

export function overviewRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  const remembered = createMemory<OverviewNumbers>(COUNTED_MS, isMuchOf);

  router.get('/', requireSession, loadViewer(ctx), async (req, res) => {
    const { tenant, install, installs } = getSession(res);
    const period = oneOf(PERIODS, queryOf(req, ['days']).days) ?? '30';
    const days = lastDays(Number(period), clock.now(), timeZoneOf(res));
    const page = {
      period,
      numbers: await remembered(`${tenantKey(tenant)} ${days[0]?.since} ${days.length}`, clock.now(), () =>
        readNumbers(db, tenant, days),
      ),
      setup: install.checklist_closed_at === null ? await readSetup(ctx, install) : null,
      isClickTracked: (await readSettings(db, tenant)).track.clicks,
      missingPermission: install.missing_permission,
      forwarding: troubleOf(await findForwarding(db, tenant)),
      toReconnect: installs.filter(({ id, status }) => status === 'needs_reconnect' && id !== install.id),
    };
    sendPage(ctx, res, <OverviewPage {...page} />);
  });

  router.post(CLOSE_CHECKLIST_PATH, ...form, async (_req, res) => {
    await closeChecklist(db, tenantOn(res), clock.now());
    res.redirect(303, withNotice(ctx, res, '/', 'checklist_hidden'));
  });

  router.post(OPEN_CHECKLIST_PATH, ...form, async (_req, res) => {
    await openChecklist(db, tenantOn(res));
    res.redirect(303, '/');
  });

  return router;
}
