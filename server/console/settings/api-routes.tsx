/** Settings → API: keys are made and revoked with a full session; a new one is shown in the answer to its form, and never again. */
import { Router, type Response } from 'express';
import { createDocument } from '../../api/openapi';
import type { Context } from '../../context';
import { transact } from '../../db/transact';
import { AppError } from '../../errors';
import { createApiKey, listApiKeys, revokeApiKey } from '../../installs/api-keys';
import { requireFullSession } from '../../installs/session-middleware';
import { capitalize } from '../../../shared/capitalize';
import { withNotice } from '../notices';
import { formOf, idOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { API_PATH, ApiPage, REFERENCE_PATH, type ApiPageProps } from './api';
import { ApiReferencePage } from './api-reference';

export function apiSettingsRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function show(res: Response, rest: Pick<ApiPageProps, 'newKey' | 'refused'> = {}): Promise<void> {
    const keys = await listApiKeys(db, tenantOn(res));
    const page = <ApiPage keys={keys} address={`${ctx.config.publicUrl}/api/v1`} {...rest} />;
    sendPage(ctx, res, page, { status: rest.refused ? 400 : 200 });
  }

  const document = createDocument(ctx.config.publicUrl);
  router.get(REFERENCE_PATH, (_req, res) => {
    sendPage(ctx, res, <ApiReferencePage document={document} />, { notice: null });
  });

  router.get(API_PATH, (_req, res) => show(res));

  router.post(`${API_PATH}/keys`, ...form, requireFullSession, async (req, res) => {
    const fields = formOf(req);
    const input = { name: textIn(fields, 'name'), scope: textIn(fields, 'scope') };
    try {
      const newKey = await transact(db, (trx) => createApiKey(trx, tenantOn(res), input, clock.now()));
      await show(res, { newKey });
    } catch (error) {
      if (!(error instanceof AppError) || error.param !== 'name') throw error;
      await show(res, { refused: { ...input, words: capitalize(error.message.replace(/^name: /, '')) } });
    }
  });

  router.post(`${API_PATH}/keys/:id/revoke`, ...form, requireFullSession, async (req, res) => {
    await revokeApiKey(db, tenantOn(res), idOf(req));
    res.redirect(303, withNotice(ctx, res, API_PATH, 'key_revoked'));
  });

  return router;
}
