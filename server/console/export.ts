/** A list as a file for spreadsheets, as fast as its reader takes it. */
import { setImmediate as breathe } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { List } from '../../shared/api';
import type { PageRequest } from '../db/page';
import { tenantKey, type Tenant } from '../db/tenant';
import { AppError } from '../errors';

interface Lines<R> {
  head: string;
  /** The lines of one page. */
  write(rows: readonly R[], tenant: Tenant): Promise<string> | string;
}

type Exported<F, R extends { id: string }> = {
  /** The file's name, without its ending. */
  name: string;
  list(tenant: Tenant, request: F & PageRequest): Promise<List<R>>;
  /** `open`: where the columns are each install's own, read once for the whole file. */
} & (Lines<R> | { open(tenant: Tenant): Promise<Lines<R>> });

const AT_ONCE = 500;
/** Installs with an export under way in this process, of whatever. */
const underWay = new Set<string>();

/** The function that sends it: one install has one export at a time in this process. */
export function createExport<F extends object, R extends { id: string }>(exported: Exported<F, R>) {
  /** Throws rate_limited while another one is under way. */
  return async (res: Response, tenant: Tenant, filter: F): Promise<void> => {
    const install = tenantKey(tenant);
    if (underWay.has(install))
      throw new AppError(
        'rate_limited',
        'An export of this account is under way. Try again when that file is complete.',
      );
    underWay.add(install);
    try {
      await sendCsv(res, exported.name, linesOf(exported, tenant, filter));
    } finally {
      underWay.delete(install);
    }
  };
}

/** Sends a file; `name` without its ending. */
export async function sendCsv(res: Response, name: string, lines: AsyncIterable<string>): Promise<void> {
  try {
    res.set({
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.csv"`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    await pipeline(lines, res);
  } catch (error) {
    // A reader that goes away ends the export; there is nobody to tell.
    if (!res.closed || !isPrematureClose(error)) throw error;
  }
}

async function* linesOf<F extends object, R extends { id: string }>(
  exported: Exported<F, R>,
  tenant: Tenant,
  filter: F,
): AsyncGenerator<string> {
  const { list } = exported;
  const { head, write } = 'open' in exported ? await exported.open(tenant) : exported;
  yield head;
  for (let after: string | undefined, isMore = true; isMore;) {
    const page = { limit: AT_ONCE, ...(after === undefined ? {} : { starting_after: after }) };
    const { data, has_more } = await list(tenant, { ...filter, ...page });
    if (data.length > 0) yield await write(data, tenant);
    after = data.at(-1)?.id;
    isMore = has_more;
    await breathe();
  }
}

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
