/** Transactional emails: written, previewed, published. Before the emails' own routes, whose ids would match. */
import { Router, type Request, type Response } from 'express';
import type { TransactionalContent } from '../../../shared/transactional';
import type { Context } from '../../context';
import { transact } from '../../db/transact';
import { previewTransactional } from '../../emails/preview-transactional';
import {
  createTransactional,
  deleteTransactional,
  listTransactional,
  readTransactional,
  saveTransactional,
} from '../../emails/transactional';
import { AppError, faultOf } from '../../errors';
import { withNotice } from '../notices';
import { formOf, getFound, idOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendMail, sendPage } from '../send';
import { tenantOn } from '../viewer';
import { plainTextDocument } from '../workflows/editor/plain-text';
import { TRANSACTIONAL_PATH, TransactionalListPage, TransactionalPage, type TransactionalDraft } from './transactional';

const ONE = `${TRANSACTIONAL_PATH}/:id`;

export function transactionalRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  router.get(TRANSACTIONAL_PATH, async (_req, res) => {
    sendPage(ctx, res, <TransactionalListPage emails={await listTransactional(db, tenantOn(res))} />);
  });

  router.post(TRANSACTIONAL_PATH, ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const name = textIn(formOf(req), 'name');
    try {
      const id = await transact(db, (trx) => createTransactional(trx, tenant, name, clock.now()));
      res.redirect(303, `${TRANSACTIONAL_PATH}/${id}`);
    } catch (error) {
      if (!(error instanceof AppError) || error.param !== 'name') throw error;
      const refused = { name, words: faultOf(error) };
      const emails = await listTransactional(db, tenant);
      sendPage(ctx, res, <TransactionalListPage emails={emails} refused={refused} />, { status: 400 });
    }
  });

  async function show(req: Request, res: Response, draft?: TransactionalDraft): Promise<void> {
    const email = getFound(await readTransactional(db, tenantOn(res), idOf(req)));
    const status = draft === undefined ? 200 : draft.isConflict ? 409 : 400;
    sendPage(ctx, res, <TransactionalPage email={email} draft={draft} />, { status });
  }

  router.get(ONE, (req, res) => show(req, res));

  router.post(ONE, ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const [id, fields] = [idOf(req), formOf(req)];
    const publishes = textIn(fields, 'then') === 'publish';
    const change = {
      name: textIn(fields, 'name'),
      content: contentIn(fields),
      revision: Number(textIn(fields, 'revision')),
    };
    try {
      await transact(db, (trx) => saveTransactional(trx, tenant, id, change, { publishes, now: clock.now() }));
    } catch (error) {
      if (!(error instanceof AppError) || !error.param || error.code === 'not_found') throw error;
      const isConflict = error.code === 'conflict';
      return show(req, res, { ...change, isConflict, errors: isConflict ? {} : { [error.param]: faultOf(error) } });
    }
    const done = publishes ? 'transactional_published' : 'transactional_saved';
    res.redirect(303, withNotice(ctx, res, `${TRANSACTIONAL_PATH}/${id}`, done));
  });

  router.post(`${ONE}/preview`, ...form, async (req, res) => {
    const tenant = tenantOn(res);
    getFound(await readTransactional(db, tenant, idOf(req)));
    const preview = await previewTransactional(ctx, tenant, contentIn(formOf(req)));
    sendMail(res, 'html' in preview ? preview.html : plainTextDocument(preview.problem));
  });

  router.post(`${ONE}/delete`, ...form, async (req, res) => {
    await transact(db, (trx) => deleteTransactional(trx, tenantOn(res), idOf(req)));
    res.redirect(303, withNotice(ctx, res, TRANSACTIONAL_PATH, 'transactional_deleted'));
  });

  return router;
}

const contentIn = (fields: Form): TransactionalContent => ({
  subject: textIn(fields, 'subject'),
  preview_text: textIn(fields, 'preview_text'),
  body: textIn(fields, 'body'),
});
