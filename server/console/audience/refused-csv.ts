/** The lines that an import refuses as a file: their numbers, why, and, until the import ends, what they say. */
import { nameRefusal } from '../../../shared/words/contact-work';
import { parametersOf, refusedParts, type ContactJob } from '../../audience/contact-jobs';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { csvHead, csvLine } from '../csv';

/** With the file's own columns behind, so that it can be mended and imported. */
export async function* refusedLines(db: Db, tenant: Tenant, job: ContactJob): AsyncGenerator<string> {
  yield csvHead(['line', 'reason', ...(parametersOf(job).columns ?? [])]);
  for await (const { refused, texts } of refusedParts(db, tenant, job.id))
    yield refused.map((one) => csvLine([one.line, nameRefusal(one), ...(texts.get(one.line) ?? [])])).join('');
}
