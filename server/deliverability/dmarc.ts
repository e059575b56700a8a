/**
 * DMARC: which record covers a From domain, and which domains are aligned with it. The organisational domain is found by
 * the DNS tree walk of DMARCbis (draft-ietf-dmarc-dmarcbis, 4.10), not by a list of public suffixes.
 */
import type { Dns } from './dns';
import { readTags } from './tags';

const POLICIES = ['none', 'quarantine', 'reject'] as const;
type DmarcPolicy = (typeof POLICIES)[number];
type AlignmentMode = 'relaxed' | 'strict';

export type DmarcVerdict =
  | { kind: 'missing' }
  /** Recipients ignore all of them. */
  | { kind: 'two_records'; domain: string }
  /** Recipients ignore it. */
  | { kind: 'bad_policy'; domain: string }
  | { kind: 'unasked'; why: string }
  | {
      kind: 'covered';
      domain: string;
      policy: DmarcPolicy;
      spf: AlignmentMode;
      dkim: AlignmentMode;
      organisation: string;
    };

export async function findDmarc(dns: Dns, from: string): Promise<DmarcVerdict> {
  const walk = await walkTree(dns, from);
  if ('why' in walk) return { kind: 'unasked', why: walk.why };
  const { organisation, found } = walk;
  const doubled = found.find(({ records }) => records.length > 1);
  if (doubled?.domain === from) return { kind: 'two_records', domain: from };
  const own =
    recordAt(found, from) ?? recordAt(found, organisation) ?? found.find(({ records }) => isPublicSuffix(records));
  const tags = own && only(own.records);
  if (!tags) return doubled ? { kind: 'two_records', domain: doubled.domain } : { kind: 'missing' };
  const policy = policyOf(tags, own.domain === from);
  if (!policy) return { kind: 'bad_policy', domain: own.domain };
  return {
    kind: 'covered',
    domain: own.domain,
    policy,
    spf: tags.get('aspf')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    dkim: tags.get('adkim')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    organisation,
  };
}

/** Whether what `domain` vouches for counts for `from`. Undefined: DNS did not say. */
export async function isAligned(
  dns: Dns,
  { from, domain, mode }: { from: string; domain: string; mode: AlignmentMode },
): Promise<boolean | undefined> {
  if (from === domain || mode === 'strict') return from === domain;
  const walks = await Promise.all([walkTree(dns, from), walkTree(dns, domain)]);
  const [a, b] = walks.map((walk) => ('why' in walk ? undefined : walk.organisation));
  return a === undefined || b === undefined ? undefined : a === b;
}

type Tags = Map<string, string>;
interface Place {
  domain: string;
  /** Those that are DMARC's. */
  records: Tags[];
}

/** From `domain` upwards; more than one record at a place count as none. */
async function walkTree(dns: Dns, domain: string): Promise<{ organisation: string; found: Place[] } | { why: string }> {
  const found: Place[] = [];
  for (const name of namesAbove(domain)) {
    const answer = await dns.txt(`_dmarc.${name}`);
    if (answer.kind === 'unasked') return answer;
    const records = answer.kind === 'found' ? answer.records.flatMap(readDmarc) : [];
    if (records.length > 0) found.push({ domain: name, records });
    const psd = only(records)?.get('psd')?.toLowerCase();
    if (psd === 'n') return { organisation: name, found };
    if (psd === 'y' && name !== domain) return { organisation: oneBelow(name, domain), found };
    if (psd === 'y') break;
  }
  const last = found.findLast(({ records }) => records.length === 1);
  return { organisation: last?.domain ?? domain, found };
}

/** At most eight: the name itself, then its last seven labels and fewer. */
function namesAbove(domain: string): string[] {
  const labels = domain.split('.');
  const first = Math.max(1, labels.length - 7);
  return [domain, ...labels.map((_, from) => labels.slice(from).join('.')).slice(first)];
}

function oneBelow(suffix: string, domain: string): string {
  const labels = domain.split('.');
  return labels.slice(-suffix.split('.').length - 1).join('.');
}

function readDmarc(text: string): Tags[] {
  const tags = /^v\s*=\s*DMARC1\s*(;|$)/.test(text) ? readTags(text) : undefined;
  return tags ? [tags] : [];
}

const only = (records: readonly Tags[]): Tags | undefined => (records.length === 1 ? records[0] : undefined);
const recordAt = (found: readonly Place[], domain: string): Place | undefined =>
  found.find((place) => place.domain === domain && place.records.length === 1);
const isPublicSuffix = (records: readonly Tags[]): boolean => only(records)?.get('psd')?.toLowerCase() === 'y';

/** `sp` is for domains below the record's. What is no policy means none where reports are asked for. */
function policyOf(tags: Tags, isOwn: boolean): DmarcPolicy | undefined {
  const wish = ((isOwn ? undefined : tags.get('sp')) ?? tags.get('p'))?.toLowerCase();
  return POLICIES.find((policy) => policy === wish) ?? (tags.has('rua') ? 'none' : undefined);
}
