/** Settings → Stripe and Settings → People. The other pages of the settings have routes of their own beside this. */
import { Router, type Request, type Response } from 'express';
import { RECOMMENDED_TYPES } from '../../../shared/catalogue';
import type { SettingsPart } from '../../../shared/settings-changes';
import type { Context } from '../../context';
import { modeOf } from '../../db/tenant';
import { lastEventAt } from '../../events/events';
import { clearSessionCookie, requireFullSession } from '../../installs/session-middleware';
import { listSessions, type Session } from '../../installs/sessions';
import { disconnect } from '../../lifecycle/disconnect';
import { eraseInstall } from '../../lifecycle/erase';
import { readImport, startImport } from '../../installs/import-job';
import { readSettings } from '../../settings/settings';
import { withNotice } from '../notices';
import { formOf } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { getSession, tenantOn } from '../viewer';
import { isConfirmed, type ConfirmedAct } from './confirm-by-name';
import { PRESET_PATH } from './event-choices';
import { PEOPLE_PATH, PeoplePage } from './people';
import { readSettingsForm } from './read-form';
import { draftStatus, formProps, saveForm, type FormPage, type ShownDraft } from './save-form';
import { STRIPE_PATH, StripePage } from './stripe';

interface Shown {
  draft?: ShownDraft;
  unconfirmed?: ConfirmedAct;
}

const PARTS: readonly SettingsPart[] = ['consent', 'on_customer_deleted', 'billing_email_key'];

export function settingsRoutes(ctx: Context, { form, userGroups }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function show(res: Response, { draft, unconfirmed }: Shown = {}): Promise<void> {
    const { tenant, install } = getSession(res);
    sendPage(
      ctx,
      res,
      <StripePage
        connection={{
          kind: install.kind,
          accountEmail: install.account_email,
          connectedAt: install.connected_at,
          removedAt: install.removed_at,
          missingPermission: install.missing_permission,
          lastEventAt: await lastEventAt(db, tenant),
        }}
        progress={await readImport(db, tenant)}
        form={formProps(await readSettings(db, tenant), draft)}
        userGroups={await userGroups(tenant)}
        unconfirmed={unconfirmed ?? null}
        isChecklistHidden={install.checklist_closed_at !== null}
      />,
      { status: unconfirmed === undefined ? draftStatus(draft) : 400 },
    );
  }

  const page: FormPage = {
    path: STRIPE_PATH,
    owns: (part) => part.startsWith('events.') || PARTS.includes(part),
    show: (res, draft) => show(res, { draft }),
  };

  router.get('/settings', (_req, res) => res.redirect(STRIPE_PATH));
  router.get(STRIPE_PATH, (_req, res) => show(res));
  router.post(STRIPE_PATH, ...form, (req, res) => saveForm(ctx, page, req, res));

  /** Fills the recommended events into the form; nothing is saved. */
  router.post(PRESET_PATH, ...form, async (req, res) => {
    const draft = readSettingsForm(formOf(req), await readSettings(db, tenantOn(res)));
    const { events } = draft.settings;
    for (const type of RECOMMENDED_TYPES) events[type] = { ...events[type], enabled: true };
    await show(res, { draft });
  });

  router.get(PEOPLE_PATH, async (_req, res) => {
    const { tenant, idHash } = getSession(res);
    sendPage(ctx, res, <PeoplePage sessions={await listSessions(db, tenant, clock.now())} own={idHash} />);
  });

  /** Needs a full session, and the account's name or id typed. */
  const confirmed = (act: ConfirmedAct, work: (session: Session, res: Response) => Promise<void>) =>
    router.post(`${STRIPE_PATH}/${act}`, ...form, requireFullSession, async (req: Request, res: Response) => {
      const session = getSession(res);
      if (isConfirmed(formOf(req), session.install)) await work(session, res);
      else await show(res, { unconfirmed: act });
    });

  confirmed('import', async ({ tenant }, res) => {
    await startImport(db, tenant, clock.now());
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, STRIPE_PATH, 'import'));
  });

  confirmed('disconnect', async (session, res) => {
    await disconnect(ctx, session.tenant, session);
    res.redirect(303, withNotice(ctx, res, STRIPE_PATH, 'disconnected'));
  });

  confirmed('erase', async (session, res) => {
    await eraseInstall(ctx, session.tenant);
    const isLast = session.installs.length === 1;
    if (isLast) clearSessionCookie(ctx, res);
    const { install, tenant } = session;
    const about = `${install.account_name ?? tenant.accountId} in ${modeOf(tenant)} mode`;
    res.redirect(303, withNotice(ctx, res, isLast ? '/' : STRIPE_PATH, 'erased', about));
  });

  return router;
}
