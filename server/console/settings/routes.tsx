/** Settings → Stripe. */
import { Router, type Request, type Response } from 'express';
import { RECOMMENDED_TYPES } from '../../../shared/catalogue';
import { changedParts, rebase } from '../../../shared/settings-changes';
import type { Context } from '../../context';
import { countRefused } from '../../emails/emails';
import { requireConfirmed } from '../../emails/test-addresses';
import { AppError } from '../../errors';
import { lastEventAt } from '../../events/events';
import { clearSessionCookie, requireFullSession } from '../../installs/session-middleware';
import { listSessions, type Session } from '../../installs/sessions';
import { disconnect } from '../../lifecycle/disconnect';
import { eraseInstall } from '../../lifecycle/erase';
import { readImport, startImport } from '../../installs/import-job';
import { changeSettings, readSettings } from '../../settings/settings';
import { withNotice } from '../notices';
import { formOf } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { getSession, tenantOn } from '../viewer';
import { isConfirmed, type ConfirmedAct } from './confirm-by-name';
import type { Conflict } from './conflict';
import { checkSettings, readSettingsForm, type SettingsDraft } from './read-form';
import { SettingsPage } from './settings';

const PATH = '/settings/stripe';
const DAY_MS = 24 * 60 * 60_000;

const hearsOfBounces = ({ bounceMailbox, bounces: { token, ...providers } }: Context['secrets']): boolean =>
  bounceMailbox !== null || (token !== null && Object.values(providers).some(Boolean));

interface Shown {
  /** Shown in the form instead of the saved settings. */
  draft?: SettingsDraft & { errors?: Record<string, string>; conflict?: Conflict };
  unconfirmed?: ConfirmedAct;
}

export function settingsRoutes(ctx: Context, { form, userGroups }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function show(res: Response, { draft, unconfirmed }: Shown = {}): Promise<void> {
    const { tenant, install, idHash } = getSession(res);
    const stored = await readSettings(db, tenant);
    const isRefused = unconfirmed !== undefined || draft?.errors !== undefined;
    const status = draft?.conflict ? 409 : isRefused ? 400 : 200;
    sendPage(
      ctx,
      res,
      <SettingsPage
        connection={{
          kind: install.kind,
          accountEmail: install.account_email,
          connectedAt: install.connected_at,
          removedAt: install.removed_at,
          missingPermission: install.missing_permission,
          lastEventAt: await lastEventAt(db, tenant),
        }}
        progress={await readImport(db, tenant)}
        form={{
          settings: draft?.settings ?? stored,
          loaded: draft?.loaded ?? stored,
          errors: draft?.errors ?? {},
          conflict: draft?.conflict,
          isDirty: draft !== undefined,
          userGroups: await userGroups(tenant),
        }}
        sending={{
          config: ctx.config,
          hasMailServer: ctx.transport !== null,
          dkimDomain: ctx.secrets.dkim?.domain ?? null,
          hearsOfBounces: hearsOfBounces(ctx.secrets),
          refused: await countRefused(db, clock.now() - DAY_MS, tenant),
        }}
        sessions={{ sessions: await listSessions(db, tenant, clock.now()), own: idHash }}
        unconfirmed={unconfirmed ?? null}
      />,
      { status },
    );
  }

  router.get(PATH, (_req, res) => show(res));

  router.post(PATH, ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const draft = readSettingsForm(formOf(req), await readSettings(db, tenant));
    const checked = checkSettings(draft.settings);
    if ('errors' in checked) return show(res, { draft: { ...draft, errors: checked.errors } });
    try {
      if (getSession(res).kind === 'dashboard')
        await requireConfirmed(ctx, tenant, checked.settings.test_recipients, 'test_recipients');
      await changeSettings(db, tenant, checked.settings, clock.now());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.param?.startsWith('test_recipients'))
        return show(res, { draft: { ...draft, errors: { [error.param]: error.message.replace(/^[\w.]+: /, '') } } });
      if (error.code !== 'conflict') throw error;
      const stored = await readSettings(db, tenant);
      const { loaded } = draft;
      const settings = rebase(loaded, checked.settings, stored);
      const [theirs, mine] = [changedParts(loaded, stored), changedParts(stored, settings)];
      // Nothing is left to save, as after a second click on Save.
      if (mine.length > 0) return show(res, { draft: { settings, loaded: stored, conflict: { theirs, mine } } });
    }
    res.redirect(303, withNotice(PATH, 'saved'));
  });

  /** Fills the recommended events into the form; nothing is saved. */
  router.post(`${PATH}/preset`, ...form, async (req, res) => {
    const draft = readSettingsForm(formOf(req), await readSettings(db, tenantOn(res)));
    const { events } = draft.settings;
    for (const type of RECOMMENDED_TYPES) events[type] = { ...events[type], enabled: true };
    await show(res, { draft });
  });

  /** Needs a full session, and the account's name or id typed. */
  const confirmed = (act: ConfirmedAct, work: (session: Session, res: Response) => Promise<void>) =>
    router.post(`${PATH}/${act}`, ...form, requireFullSession, async (req: Request, res: Response) => {
      const session = getSession(res);
      if (isConfirmed(formOf(req), session.install)) await work(session, res);
      else await show(res, { unconfirmed: act });
    });

  confirmed('import', async ({ tenant }, res) => {
    await startImport(db, tenant, clock.now());
    ctx.nudge();
    res.redirect(303, withNotice(PATH, 'import'));
  });

  confirmed('disconnect', async (session, res) => {
    await disconnect(ctx, session.tenant, session);
    res.redirect(303, withNotice(PATH, 'disconnected'));
  });

  confirmed('erase', async (session, res) => {
    await eraseInstall(ctx, session.tenant);
    const isLast = session.installs.length === 1;
    if (isLast) clearSessionCookie(ctx, res);
    res.redirect(303, isLast ? '/' : withNotice(PATH, 'erased'));
  });

  return router;
}
