/** DMARC of a From domain, and whether our return path or signature is aligned with it. */
import { CHECKS, DMARC_WORDS as WORDS, UNASKED_WORDS } from '../../shared/words/deliverability';
import { fault, ok, warning, type Finding } from '../finding';
import { findDmarc, isAligned } from './dmarc';
import type { Dns } from './dns';

export interface Vouchers {
  /** Null: where the mail provider signs, what it signs as isn't known. */
  dkimDomain: string | null;
  /** Of the return path. */
  bounceDomain: string;
}

export async function examineDmarc(dns: Dns, from: string, vouchers: Vouchers): Promise<Finding> {
  const verdict = await findDmarc(dns, from);
  switch (verdict.kind) {
    case 'unasked':
      return warning(CHECKS.dmarc, UNASKED_WORDS.says(`_dmarc.${from}`, verdict.why), UNASKED_WORDS.next);
    case 'missing': {
      const record = { type: 'TXT', name: `_dmarc.${from}`, value: 'v=DMARC1; p=none' } as const;
      return warning(CHECKS.dmarc, WORDS.missing(from), { next: WORDS.missingNext, record });
    }
    case 'two_records':
      return fault(CHECKS.dmarc, WORDS.twoRecords(verdict.domain), WORDS.twoRecordsNext);
    case 'bad_policy':
      return fault(CHECKS.dmarc, WORDS.badPolicy(verdict.domain), WORDS.badPolicyNext);
    case 'covered':
      return judgeAlignment(dns, { from, ...verdict }, vouchers);
  }
}

async function judgeAlignment(
  dns: Dns,
  coverage: { from: string; domain: string; policy: string; spf: 'relaxed' | 'strict'; dkim: 'relaxed' | 'strict' },
  { dkimDomain, bounceDomain }: Vouchers,
): Promise<Finding> {
  const { from, policy } = coverage;
  const [spf, dkim] = await Promise.all([
    isAligned(dns, { from, domain: bounceDomain, mode: coverage.spf }),
    dkimDomain === null ? false : isAligned(dns, { from, domain: dkimDomain, mode: coverage.dkim }),
  ]);
  const ways = [
    ...(spf ? [WORDS.returnPath(bounceDomain)] : []),
    ...(dkim && dkimDomain ? [WORDS.signature(dkimDomain)] : []),
  ];
  if (ways.length > 0) return ok(CHECKS.dmarc, WORDS.covered(coverage, ways));
  if (spf === undefined || dkim === undefined)
    return warning(CHECKS.dmarc, WORDS.alignmentUnasked(coverage), UNASKED_WORDS.next);
  // A provider's own signature may still be aligned.
  const isSure = dkimDomain !== null && policy !== 'none';
  return (isSure ? fault : warning)(CHECKS.dmarc, WORDS.notAligned(coverage), WORDS.notAlignedNext);
}
