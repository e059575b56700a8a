/** A file of contacts on its way in: chosen, compared, looked at, confirmed; and how work on many of them goes. */
import { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import { MOST_IMPORTED_BYTES } from '../../../shared/limits';
import { oneOf } from '../../../shared/one-of';
import { DOUBTFUL_WORDS, LIST_WORDS } from '../../../shared/words/contact-work';
import {
  cancelContactJob,
  confirmImport,
  findContactJob,
  listContactJobs,
  listRefused,
  parametersOf,
  readSamples,
  type ContactJob,
} from '../../audience/contact-jobs';
import { compareLines, uploadContacts } from '../../audience/import-contacts';
import { findList, findLists } from '../../audience/mailing-lists';
import type { Context } from '../../context';
import { tenantKey } from '../../db/tenant';
import { AppError, describeError, faultOf } from '../../errors';
import { checkUpload, requireFullSession, uploadOf } from '../../installs/session-middleware';
import { sendCsv } from '../export';
import { formOf, getFound, idOf, textIn } from '../read-request';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { tenantOn } from '../viewer';
import { CONSENTS, ImportPage, type ImportPageProps } from './import';
import { JobPage } from './job';
import { refusedLines } from './refused-csv';

/** What stands around the file in its form. */
const FORM_BYTES = 64 * 1024;
const SHOWN_JOBS = 10;
const SHOWN_REFUSED = 100;

export function importRoutes(ctx: Context, { form }: Pick<SectionParts, 'form'>): Router {
  const router = Router();
  const { db, clock } = ctx;

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

  return router;
}
