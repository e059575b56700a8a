/** The audience as a file, as fast as its reader takes it. */
import { setImmediate as breathe } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { listContacts, type ContactFilter } from '../../audience/contacts';
import type { Db } from '../../db/schema';
import { tenantKey, type Tenant } from '../../db/tenant';
import { AppError } from '../../errors';
import { contactLine, CSV_HEAD } from './contact-csv';

const AT_ONCE = 500;

/** The function that sends it: one install has one export at a time in this process. */
export function createExport(db: Db) {
  const underWay = new Set<string>();

  /** Throws rate_limited while another one is under way. */
  return async (res: Response, tenant: Tenant, filter: ContactFilter): Promise<void> => {
    const install = tenantKey(tenant);
    if (underWay.has(install))
      throw new AppError(
        'rate_limited',
        'An export of this audience is under way. Try again when that file is complete.',
      );
    underWay.add(install);
    try {
      res.set({
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="audience.csv"',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      });
      await pipeline(linesOf(db, tenant, filter), res);
    } catch (error) {
      // A reader that goes away ends the export; there is nobody to tell.
      if (!res.closed || !isPrematureClose(error)) throw error;
    } finally {
      underWay.delete(install);
    }
  };
}

async function* linesOf(db: Db, tenant: Tenant, filter: ContactFilter): AsyncGenerator<string> {
  yield CSV_HEAD;
  for (let after: string | undefined, isMore = true; isMore;) {
    const page = { limit: AT_ONCE, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more } = await listContacts(db, tenant, { ...filter, ...page });
    if (data.length > 0) yield data.map(contactLine).join('');
    after = data.at(-1)?.id;
    isMore = has_more;
    await breathe();
  }
}

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
