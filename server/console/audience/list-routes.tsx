/** Mailing lists: made, changed, deleted. Before the audience's own routes, whose ids would match. */
import { Router } from 'express';
import { createList, deleteList, listMailingLists, saveList } from '../../audience/mailing-lists';
import type { Context } from '../../context';
import type { Tenant } from '../../db/tenant';
import { transact } from '../../db/transact';
import { AppError, faultOf } from '../../errors';
import { requireFullSession } from '../../installs/session-middleware';
import { withNotice } from '../notices';
import { formOf, getFound, idOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { ListPage, LISTS_PATH, ListsPage, type ListDraft } from './lists';

export function listRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;
  const getList = async (tenant: Tenant, id: string) =>
    getFound((await listMailingLists(db, tenant)).find((list) => list.id === id));

  router.get(LISTS_PATH, async (_req, res) => {
    sendPage(ctx, res, <ListsPage lists={await listMailingLists(db, tenantOn(res))} />);
  });

  router.post(LISTS_PATH, ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const draft = draftIn(formOf(req));
    const refused = await tryIt(draft, () => transact(db, (trx) => createList(trx, tenant, draft, clock.now())));
    if (!refused) return res.redirect(303, withNotice(ctx, res, LISTS_PATH, 'list_saved'));
    sendPage(ctx, res, <ListsPage lists={await listMailingLists(db, tenant)} draft={refused} />, { status: 400 });
  });

  router.get(`${LISTS_PATH}/:id`, async (req, res) => {
    sendPage(ctx, res, <ListPage list={await getList(tenantOn(res), idOf(req))} />);
  });

  router.post(`${LISTS_PATH}/:id`, ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const list = await getList(tenant, idOf(req));
    const draft = draftIn(formOf(req));
    const refused = await tryIt(draft, () => transact(db, (trx) => saveList(trx, tenant, list.id, draft)));
    if (!refused) return res.redirect(303, withNotice(ctx, res, LISTS_PATH, 'list_saved'));
    sendPage(ctx, res, <ListPage list={list} draft={refused} />, { status: 400 });
  });

  router.post(`${LISTS_PATH}/:id/delete`, ...form, requireFullSession, async (req, res) => {
    const tenant = tenantOn(res);
    const { id } = await getList(tenant, idOf(req));
    await transact(db, (trx) => deleteList(trx, tenant, id));
    res.redirect(303, withNotice(ctx, res, LISTS_PATH, 'list_deleted'));
  });

  return router;
}

const draftIn = (fields: Form): ListDraft => ({
  name: textIn(fields, 'name'),
  description: textIn(fields, 'description'),
  is_public: textIn(fields, 'is_public') !== '',
});

/** The draft with what is wrong with it; undefined: nothing was. */
async function tryIt(draft: ListDraft, work: () => Promise<unknown>): Promise<ListDraft | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_request' || !error.param) throw error;
    return { ...draft, errors: { [error.param]: faultOf(error) } };
  }
}
