/** Contacts that people add and import, work on many of them, and filters kept by name. */
import type { ReactNode } from 'react';
import { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import { CONTACT_STATUSES, SUBSCRIPTION_STATUSES } from '../../../shared/api';
import { capitalize } from '../../../shared/capitalize';
import { MOST_IMPORTED_BYTES } from '../../../shared/limits';
import { oneOf } from '../../../shared/one-of';
import { userGroupSchema } from '../../../shared/user-group';
import { DOUBTFUL_WORDS, LIST_WORDS, SELECT_FIRST } from '../../../shared/words/contact-work';
import { addContact } from '../../audience/change-contact';
import {
  cancelContactJob,
  confirmImport,
  countTarget,
  findContactJob,
  knownIds,
  listContactJobs,
  listRefused,
  parametersOf,
  readSamples,
  startContactJob,
  type ContactJob,
  type ContactTarget,
} from '../../audience/contact-jobs';
import type { ContactFilter } from '../../audience/contacts';
import { compareLines, uploadContacts } from '../../audience/import-contacts';
import { findList, findLists } from '../../audience/mailing-lists';
import { deleteFilter, saveFilter } from '../../audience/saved-filters';
import type { Context } from '../../context';
import { tenantKey } from '../../db/tenant';
import { transact } from '../../db/transact';
import { AppError, describeError, faultOf } from '../../errors';
import { checkUpload, requireFull, requireFullSession, sessionOf, uploadOf } from '../../installs/session-middleware';
import { href } from '../components/filters';
import { PAGE_QUERY, type PageQuery } from '../components/pages';
import { rangeOfDays } from '../days';
import { sendCsv } from '../export';
import { withNotice } from '../notices';
import { formOf, getFound, idOf, textIn, type Form } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn, timeZoneOf } from '../viewer';
import { BulkPage, BULK_ACTIONS, type BulkPageProps } from './bulk';
import type { createAudienceExport } from './contact-csv';
import { FILTER_QUERY, SUPPRESSED, type AudienceFilter, type RefusedName } from './filters';
import { ImportPage, type ImportPageProps } from './import';
import { JobPage } from './job';
import { refusedLines } from './refused-csv';
import { faultOfAddress } from './taken-address';
import { NEW_CONTACT_FIELDS, NewContactPage, type NewContactPageProps } from './new-contact';

/** What stands around the file in its form. */
const FORM_BYTES = 64 * 1024;
const SHOWN_JOBS = 10;
const SHOWN_REFUSED = 100;
const CONSENTS = ['agreed', 'transactional'] as const;

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

  async function showImport(res: Response, refused: Omit<ImportPageProps, 'jobs' | 'lists'> = {}): Promise<void> {
    const jobs = await listContactJobs(db, tenantOn(res), SHOWN_JOBS);
    const lists = await findLists(db, tenantOn(res));
    sendPage(ctx, res, <ImportPage jobs={jobs} lists={lists} {...refused} />, { status: refused.error ? 400 : 200 });
  }

  /** Reading a file takes a moment and some memory: one of an install at a time. */
  const reading = new Set<string>();
  router.get('/audience/import', requireFullSession, (_req, res) => showImport(res));
  router.post(
    '/audience/import',
    requireFullSession,
    ...checkUpload(ctx, MOST_IMPORTED_BYTES + FORM_BYTES),
    async (req, res) => {
      const tenant = tenantOn(res);
      const fields = formOf(req);
      const file = uploadOf(res);
      const pasted = textIn(fields, 'lines');
      const consent = oneOf(CONSENTS, textIn(fields, 'consent'));
      const list = textIn(fields, 'list') || undefined;
      const kept = { consent, list, pasted: pasted.length <= FORM_BYTES ? pasted : '' };
      const refuse = (field: 'file' | 'consent', words: string) =>
        showImport(res, { ...kept, error: { field, words } });
      if (!consent) return refuse('consent', 'Choose one: it decides what they may be sent.');
      if (list !== undefined) {
        getFound(await findList(db, tenant, list));
        if (consent !== 'agreed') return refuse('consent', LIST_WORDS.needsConsent);
      }
      const install = tenantKey(tenant);
      if (reading.has(install))
        throw new AppError('rate_limited', 'Another file is being read. Try again in a moment.');
      reading.add(install);
      try {
        const bytes = file.length > 0 ? file : Buffer.from(pasted.trim());
        const id = await uploadContacts(db, tenant, { bytes, consent, list }, clock.now());
        ctx.nudge();
        res.redirect(303, `/audience/jobs/${id}`);
      } catch (error) {
        if (!(error instanceof AppError) || error.param !== 'file') throw error;
        return await refuse('file', faultOf(error));
      } finally {
        reading.delete(install);
      }
    },
  );
  const tooLarge: ErrorRequestHandler = async (error, _req, res, next) => {
    if (describeError(error).status !== 413) return next(error);
    await showImport(res, { error: { field: 'file', words: 'Must have at most 20 MB.' } });
  };
  router.use('/audience/import', tooLarge);

  async function findJob(req: Request, res: Response): Promise<ContactJob> {
    const job = getFound(await findContactJob(db, tenantOn(res), idOf(req)));
    if (job.status === 'uploading') throw new AppError('not_found', 'There is no such page.');
    return job;
  }

  async function showJob(req: Request, res: Response, error?: string): Promise<void> {
    const tenant = tenantOn(res);
    const job = await findJob(req, res);
    const parameters = parametersOf(job);
    const lines = job.status === 'preview' ? await readSamples(db, tenant, job) : [];
    const samples = await compareLines(db, tenant, lines, parameters);
    const refused = job.refused > 0 ? await listRefused(db, tenant, job.id, SHOWN_REFUSED) : [];
    const listName = parameters.list && (await findList(db, tenant, parameters.list))?.name;
    const page = <JobPage {...{ job, parameters, samples, refused, listName, error }} />;
    sendPage(ctx, res, page, { status: error ? 400 : 200 });
  }
  router.get('/audience/jobs/:id', (req, res) => showJob(req, res));
  router.get('/audience/jobs/:id/refused.csv', requireFullSession, async (req, res) => {
    await sendCsv(res, 'refused-lines', refusedLines(db, tenantOn(res), await findJob(req, res)));
  });
  router.post('/audience/jobs/:id/confirm', requireFullSession, ...form, async (req, res) => {
    const id = idOf(req);
    const isAboutElse = textIn(formOf(req), 'is_about_else') !== '';
    try {
      await confirmImport(db, tenantOn(res), id, clock.now(), { isAboutElse });
    } catch (error) {
      if (!(error instanceof AppError) || error.param !== 'columns') throw error;
      return showJob(req, res, DOUBTFUL_WORDS.missing);
    }
    ctx.nudge();
    res.redirect(303, `/audience/jobs/${id}`);
  });
  router.post('/audience/jobs/:id/cancel', ...form, async (req, res) => {
    const id = idOf(req);
    await cancelContactJob(db, tenantOn(res), id, clock.now());
    res.redirect(303, `/audience/jobs/${id}`);
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
