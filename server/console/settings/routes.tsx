/** Settings → Stripe. */
import { Router, type Response } from 'express';
import { RECOMMENDED_TYPES } from '../../../shared/catalogue';
import type { Settings } from '../../../shared/settings';
import type { Context } from '../../context';
import { lastEventAt } from '../../events/events';
import { clearSessionCookie, requireFullSession } from '../../installs/session-middleware';
import { disconnect } from '../../lifecycle/disconnect';
import { eraseInstall } from '../../lifecycle/erase';
import { readImport, startImport } from '../../installs/import-job';
import { readSettings, saveSettings } from '../../settings/settings';
import { withNotice, type Notice } from '../notices';
import { formOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { getSession, tenantOn } from '../viewer';
import { checkSettings, readSettingsForm } from './read-form';
import { SettingsPage } from './settings';

const PATH = '/settings/stripe';

interface Shown {
  /** Shown in the form instead of the saved settings. */
  draft?: { settings: Settings; errors: Record<string, string> };
  notice?: Notice;
}

export function settingsRoutes(ctx: Context, { form, userGroups }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function show(res: Response, { draft, notice }: Shown = {}): Promise<void> {
    const { tenant, install } = getSession(res);
    const isRefused = notice?.tone === 'bad' || Object.keys(draft?.errors ?? {}).length > 0;
    sendPage(
      ctx,
      res,
      <SettingsPage
        connection={{
          kind: install.kind,
          accountEmail: install.account_email,
          connectedAt: install.connected_at,
          removedAt: install.removed_at,
          lastEventAt: await lastEventAt(db, tenant),
        }}
        progress={await readImport(db, tenant)}
        form={{
          settings: draft?.settings ?? (await readSettings(db, tenant)),
          errors: draft?.errors ?? {},
          isDirty: draft !== undefined,
          userGroups: await userGroups(tenant),
        }}
      />,
      { ...(isRefused ? { status: 400 } : {}), ...(notice ? { notice } : {}) },
    );
  }

  router.get(PATH, (_req, res) => show(res));

  router.post(PATH, ...form, async (req, res) => {
    const draft = readSettingsForm(formOf(req));
    const checked = checkSettings(draft);
    if ('errors' in checked) return show(res, { draft: { settings: draft, errors: checked.errors } });
    await saveSettings(db, tenantOn(res), checked.settings, clock.now());
    res.redirect(303, withNotice(PATH, 'saved'));
  });

  /** Fills the recommended events into the form; nothing is saved. */
  router.post(`${PATH}/preset`, ...form, async (req, res) => {
    const settings = readSettingsForm(formOf(req));
    for (const type of RECOMMENDED_TYPES) settings.events[type] = { ...settings.events[type], enabled: true };
    await show(res, { draft: { settings, errors: {} } });
  });

  router.post(`${PATH}/import`, ...form, requireFullSession, async (_req, res) => {
    await startImport(db, tenantOn(res), clock.now());
    ctx.nudge();
    res.redirect(303, withNotice(PATH, 'import'));
  });

  router.post(`${PATH}/disconnect`, ...form, requireFullSession, async (_req, res) => {
    const session = getSession(res);
    await disconnect(ctx, session.tenant, session);
    res.redirect(303, withNotice(PATH, 'disconnected'));
  });

  router.post(`${PATH}/erase`, ...form, requireFullSession, async (req, res) => {
    const session = getSession(res);
    if (textIn(formOf(req), 'account_id').trim() !== session.tenant.accountId) {
      const notice = { tone: 'bad', text: 'Nothing was deleted: the account id you typed is not this one.' } as const;
      return show(res, { notice });
    }
    await eraseInstall(ctx, session.tenant);
    const isLast = session.installs.length === 1;
    if (isLast) clearSessionCookie(ctx, res);
    res.redirect(303, isLast ? '/' : withNotice(PATH, 'erased'));
  });

  return router;
}
