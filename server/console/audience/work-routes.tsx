/** Contacts that people add, work on many of them, and filters kept by name. */
import type { ReactNode } from 'react';
import { Router, type Request, type Response } from 'express';
import { CONTACT_STATUSES, SUBSCRIPTION_STATUSES } from '../../../shared/api';
import { capitalize } from '../../../shared/capitalize';
import { oneOf } from '../../../shared/one-of';
import { userGroupSchema } from '../../../shared/user-group';
import { SELECT_FIRST } from '../../../shared/words/contact-work';
import { addContact } from '../../audience/change-contact';
import { countTarget, knownIds, startContactJob, type ContactTarget } from '../../audience/contact-jobs';
import type { ContactFilter } from '../../audience/contact-filter';
import { deleteFilter, saveFilter } from '../../audience/saved-filters';
import type { Context } from '../../context';
import { transact } from '../../db/transact';
import { AppError, faultOf } from '../../errors';
import { requireFull, sessionOf } from '../../installs/session-middleware';
import { href } from '../components/filters';
import { PAGE_QUERY, type PageQuery } from '../components/pages';
import { rangeOfDays } from '../days';
import { withNotice } from '../notices';
import { formOf, idOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { BulkPage, BULK_ACTIONS, type BulkPageProps } from './bulk';
import type { createAudienceExport } from './contact-csv';
import { FILTER_QUERY, SUPPRESSED, type AudienceFilter, type RefusedName } from './filters';
import { CONSENTS } from './import';
import { faultOfAddress } from './taken-address';
import { NEW_CONTACT_FIELDS, NewContactPage, type NewContactPageProps } from './new-contact';

/** What the audience's own routes show and send as well. */
interface AudienceParts {
  sendFile: ReturnType<typeof createAudienceExport>;
  showList(
    res: Response,
    filter: AudienceFilter,
    shown: { refused: RefusedName } | { problem: string; place: PageQuery },
  ): Promise<void>;
}

export function workRoutes(
  ctx: Context,
  { form, userGroups }: SectionParts,
  { sendFile, showList }: AudienceParts,
): Router {
  const router = Router();
  const { db, clock } = ctx;

  async function showNew(res: Response, refused: Omit<NewContactPageProps, 'userGroups'> = {}): Promise<void> {
    const page = <NewContactPage userGroups={await userGroups(tenantOn(res))} {...refused} />;
    sendPage(ctx, res, page, { status: refused.error ? 400 : 200 });
  }

  router.get('/audience/new', (_req, res) => showNew(res));
  router.post('/audience/new', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const typed = Object.fromEntries(NEW_CONTACT_FIELDS.map((name) => [name, textIn(formOf(req), name)])) as Record<
      (typeof NEW_CONTACT_FIELDS)[number],
      string
    >;
    const refuse = (field: string, words: ReactNode) => showNew(res, { typed, error: { field, words } });
    const consent = oneOf(CONSENTS, typed.consent);
    if (!consent) return refuse('consent', 'Choose one: it decides what they may be sent.');
    const group = userGroupSchema.safeParse(typed.user_group);
    if (!group.success) return refuse('user_group', capitalize(group.error.issues[0]?.message ?? ''));
    try {
      const wanted = { ...typed, user_group: group.data, consent };
      const contact = await transact(db, (trx) => addContact(trx, tenant, wanted, clock.now()));
      const isKept = contact.status === 'unsubscribed';
      const done = isKept ? 'contact_added_unsubscribed' : 'contact_added';
      res.redirect(303, withNotice(ctx, res, `/audience/${contact.id}`, done));
    } catch (error) {
      if (!(error instanceof AppError) || error.param !== 'email') throw error;
      return refuse('email', await faultOfAddress(db, tenant, error, typed.email));
    }
  });

  async function showBulk(res: Response, props: Omit<BulkPageProps, 'userGroups'>): Promise<void> {
    const page = <BulkPage {...props} userGroups={await userGroups(tenantOn(res))} />;
    sendPage(ctx, res, page, { status: props.error ? 400 : 200 });
  }

  /** What a form of the list says: what is to be done, to whom, and how many that are now. */
  async function readBulk(req: Request, res: Response) {
    const tenant = tenantOn(res);
    const fields = formOf(req);
    const action = oneOf(BULK_ACTIONS, textIn(fields, 'action'));
    if (!action) throw new AppError('invalid_request', 'action: choose what to do', 'action');
    if (action === 'delete' || action === 'export') requireFull(sessionOf(res));
    const filter = filterIn(fields);
    const isAll = textIn(fields, 'scope') === 'all';
    const ids = isAll ? null : await knownIds(db, tenant, idsIn(fields));
    const target: ContactTarget = ids ? { ids } : { filter: contactFilterOf(filter, timeZoneOf(res)) };
    return {
      tenant,
      fields,
      action,
      filter,
      ids,
      target,
      // What changes while they are counted is left (contact-job-queue.ts).
      asOf: clock.now(),
      count: ids?.length ?? (await countTarget(db, tenant, target)),
    };
  }

  const askToSelect = (res: Response, fields: Form, filter: AudienceFilter) =>
    showList(res, filter, { problem: SELECT_FIRST, place: placeIn(fields) });

  router.post('/audience/bulk', ...form, async (req, res) => {
    const { tenant, fields, action, filter, ids, target, count } = await readBulk(req, res);
    if (ids?.length === 0) return askToSelect(res, fields, filter);
    if (action === 'export') return sendFile(res, tenant, 'ids' in target ? { ids: target.ids } : target.filter);
    await showBulk(res, { action, filter, ids, count });
  });

  router.post('/audience/jobs', ...form, async (req, res) => {
    const { tenant, fields, action, filter, ids, target, count, asOf } = await readBulk(req, res);
    if (ids?.length === 0) return askToSelect(res, fields, filter);
    if (action === 'export') throw new AppError('invalid_request', 'action: choose what to do', 'action');
    const refuse = (field: 'group' | 'count', words: string) =>
      showBulk(res, { action, filter, ids, count, error: { field, words, typed: textIn(fields, field) } });
    const group = userGroupSchema.safeParse(textIn(fields, 'group'));
    if (!group.success) return refuse('group', capitalize(group.error.issues[0]?.message ?? ''));
    if (action === 'delete' && Number(textIn(fields, 'count').replace(/[^\d]/g, '') || NaN) !== count)
      return refuse('count', 'Must be the number of contacts that are to be deleted.');
    const id = await startContactJob(
      db,
      tenant,
      { kind: action, target, total: count, ...(action === 'group' ? { group: group.data } : {}) },
      asOf,
    );
    ctx.nudge();
    res.redirect(303, `/audience/jobs/${id}`);
  });

  router.post('/audience/filters', ...form, async (req, res) => {
    const fields = formOf(req);
    const query = filterIn(fields) as Record<string, string>;
    const name = textIn(fields, 'name');
    try {
      await saveFilter(db, tenantOn(res), { name, query }, clock.now());
    } catch (error) {
      if (!(error instanceof AppError) || error.param !== 'name') throw error;
      return showList(res, query, { refused: { typed: name, words: faultOf(error) } });
    }
    res.redirect(303, withNotice(ctx, res, href('/audience', query), 'filter_saved'));
  });
  router.post('/audience/filters/:id/delete', ...form, async (req, res) => {
    if (!(await deleteFilter(db, tenantOn(res), idOf(req)))) throw new AppError('not_found', 'There is no such page.');
    res.redirect(303, withNotice(ctx, res, '/audience', 'filter_deleted'));
  });

  return router;
}

/** More are not on one page. */
const MOST_IDS = 200;

function idsIn(fields: Form): string[] {
  const typed = [fields.id].flat().concat(textIn(fields, 'ids').split(','));
  return typed.filter((id): id is string => typeof id === 'string' && id !== '').slice(0, MOST_IDS);
}

function filterIn(fields: Form): AudienceFilter {
  const set = FILTER_QUERY.flatMap((name) => {
    const value = textIn(fields, `filter.${name}`).trim().slice(0, 255);
    return value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}

const placeIn = (fields: Form): PageQuery =>
  Object.fromEntries(PAGE_QUERY.map((name) => [name, textIn(fields, `place.${name}`).slice(0, 255) || undefined]));

export const contactFilterOf = (
  { query, status, user_group, subscription_status, mrr_in, since, until }: AudienceFilter,
  timeZone: string,
): ContactFilter => ({
  query,
  status: oneOf(CONTACT_STATUSES, status),
  is_suppressed: status === SUPPRESSED || undefined,
  user_group,
  subscription_status: oneOf(SUBSCRIPTION_STATUSES, subscription_status),
  mrr_in,
  ...rangeOfDays({ since, until }, timeZone),
});
