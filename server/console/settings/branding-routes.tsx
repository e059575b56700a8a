/** Settings → Branding. */
import { Router, type ErrorRequestHandler, type Response } from 'express';
import { LOGO_LIMITS } from '../../../shared/brand';
import { LOGO_REFUSED } from '../../../shared/words/branding';
import type { Settings } from '../../../shared/settings';
import type { Context } from '../../context';
import { transact } from '../../db/transact';
import { describeError } from '../../errors';
import { checkUpload, uploadOf } from '../../installs/session-middleware';
import { lookOf } from '../../settings/look';
import { readLogoApart } from '../../settings/logo-thread';
import { deleteLogo, findLogo, saveLogo } from '../../settings/logos';
import { readSettings } from '../../settings/settings';
import { withNotice } from '../notices';
import { formOf } from '../read-request';
import type { SectionParts } from '../section';
import { sendMail, sendPage } from '../send';
import { getSession, tenantOn } from '../viewer';
import { BRANDING_PATH, BrandingPage, LOGO_PATH, PREVIEW_PATH } from './branding';
import { checkSettings, readSettingsForm } from './read-form';
import { draftStatus, formProps, saveForm, type FormPage, type ShownDraft } from './save-form';
import { sampleEmail } from './sample-email';

/** What stands around the file in its form. */
const FORM_BYTES = 4 * 1024;

export function brandingRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;
  const upload = checkUpload(ctx, LOGO_LIMITS.bytes + FORM_BYTES);

  async function show(res: Response, draft?: ShownDraft, logoError?: string): Promise<void> {
    const tenant = tenantOn(res);
    const settings = await readSettings(db, tenant);
    const { logo } = lookOf('', settings, await findLogo(db, tenant));
    sendPage(ctx, res, <BrandingPage form={formProps(settings, draft)} logo={logo} logoError={logoError} />, {
      status: logoError === undefined ? draftStatus(draft) : 400,
    });
  }

  const page: FormPage = { path: BRANDING_PATH, owns: (part) => part === 'brand', show };

  router.get(BRANDING_PATH, (_req, res) => show(res));
  router.post(BRANDING_PATH, ...form, (req, res) => saveForm(ctx, page, req, res));

  router.post(LOGO_PATH, ...upload, async (_req, res) => {
    const picture = await readLogoApart(uploadOf(res));
    if (picture.kind === 'refused') return show(res, undefined, picture.message);
    await saveLogo(db, tenantOn(res), picture, clock.now());
    res.redirect(303, withNotice(ctx, res, BRANDING_PATH, 'logo_saved'));
  });

  const tooLarge: ErrorRequestHandler = async (error, _req, res, next) => {
    if (describeError(error).status !== 413) return next(error);
    await show(res, undefined, LOGO_REFUSED.tooManyBytes);
  };
  router.use(LOGO_PATH, tooLarge);

  router.post(`${LOGO_PATH}/delete`, ...form, async (_req, res) => {
    await transact(db, (trx) => deleteLogo(trx, tenantOn(res)));
    res.redirect(303, withNotice(ctx, res, BRANDING_PATH, 'logo_deleted'));
  });

  /** An email as it would look; with what stands in the form where it is sent, saved or not. */
  async function preview(res: Response, settings: Settings): Promise<void> {
    const { tenant, install } = getSession(res);
    const look = lookOf('', settings, await findLogo(db, tenant));
    const rendered = await ctx.rendering.render(tenant, sampleEmail(settings, install.account_name, look));
    sendMail(res, rendered.kind === 'rendered' ? rendered.html : '');
  }

  router.get(PREVIEW_PATH, async (_req, res) => preview(res, await readSettings(db, tenantOn(res))));
  router.post(PREVIEW_PATH, ...form, async (req, res) => {
    const stored = await readSettings(db, tenantOn(res));
    const checked = checkSettings(readSettingsForm(formOf(req), stored).settings);
    await preview(res, 'errors' in checked ? stored : checked.settings);
  });

  return router;
}
