/** What our signature is worth. */
import { CHECKS, DKIM_WORDS as WORDS, UNASKED_WORDS } from '../../shared/words/deliverability';
import type { Secrets } from '../config';
import { fault, ok, skipped, warning, type Finding } from '../finding';
import { checkDkim, dkimName, dkimRecord } from './dkim';
import type { Dns } from './dns';

export async function examineDkim(dns: Dns, dkim: Secrets['dkim']): Promise<Finding> {
  if (!dkim) return skipped(CHECKS.dkim, WORDS.unsigned, WORDS.unsignedNext);
  const { domain, selector, privateKey } = dkim;
  const name = dkimName(domain, selector);
  const record = { type: 'TXT', name, value: dkimRecord(privateKey) } as const;
  const replace = (says: string) => fault(CHECKS.dkim, says, { next: WORDS.publishInstead, record });
  const verdict = await checkDkim(dns, dkim);
  switch (verdict.kind) {
    case 'fits':
      return ok(CHECKS.dkim, WORDS.fits(domain));
    case 'fits_in_test_mode':
      return warning(CHECKS.dkim, WORDS.fitsInTestMode(domain), { next: WORDS.testModeNext, record });
    case 'unasked':
      return warning(CHECKS.dkim, UNASKED_WORDS.says(name, verdict.why), UNASKED_WORDS.next);
    case 'missing':
      return fault(CHECKS.dkim, WORDS.missing(name), { next: WORDS.publish, record });
    case 'revoked':
      return replace(WORDS.revoked(name));
    case 'other_key':
      return replace(WORDS.otherKey(name));
    case 'unreadable':
      return replace(WORDS.unreadable(name));
    case 'two_records':
      return replace(WORDS.twoRecords(name));
    case 'unfit':
      return replace(WORDS.unfit(name, verdict.tag));
  }
}
