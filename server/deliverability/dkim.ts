/** Whether the key in DNS is the one that we sign with (RFC 6376, 3.6.1). */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Dns } from './dns';
import { readTags } from './tags';

export type DkimVerdict =
  | { kind: 'fits' | 'fits_in_test_mode' | 'missing' | 'two_records' | 'revoked' | 'other_key' | 'unreadable' }
  /** It may not be used as we do; `tag` says so. */
  | { kind: 'unfit'; tag: string }
  | { kind: 'unasked'; why: string };

export const dkimName = (domain: string, selector: string): string => `${selector}._domainkey.${domain}`;

/** The record to publish; the private key in PEM. */
export const dkimRecord = (privateKey: string): string =>
  `v=DKIM1; k=rsa; p=${createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')}`;

export async function checkDkim(
  dns: Dns,
  { domain, selector, privateKey }: { domain: string; selector: string; privateKey: string },
): Promise<DkimVerdict> {
  const answer = await dns.txt(dkimName(domain, selector));
  if (answer.kind === 'unasked') return answer;
  if (answer.kind === 'none') return { kind: 'missing' };
  const [text = '', ...others] = answer.records;
  return others.length > 0 ? { kind: 'two_records' } : judgeDkim(text, privateKey);
}

/** `text` is the record. */
export function judgeDkim(text: string, privateKey: string): DkimVerdict {
  const tags = readTags(text);
  const key = tags?.get('p')?.replace(/\s/g, '');
  if (!tags || key === undefined || (tags.get('v') ?? 'DKIM1') !== 'DKIM1') return { kind: 'unreadable' };
  if (key === '') return { kind: 'revoked' };
  const allows = (tag: string, ...wanted: string[]) =>
    (tags.get(tag) ?? wanted[0] ?? '').split(':').some((one) => wanted.includes(one.trim().toLowerCase()));
  if (!allows('k', 'rsa')) return unfit(tags, 'k');
  if (!allows('h', 'sha256')) return unfit(tags, 'h');
  if (!allows('s', '*', 'email')) return unfit(tags, 's');
  const published = readKey(key);
  if (!published) return { kind: 'unreadable' };
  if (!isSame(published, createPublicKey(privateKey))) return { kind: 'other_key' };
  return { kind: (tags.get('t') ?? '').split(':').includes('y') ? 'fits_in_test_mode' : 'fits' };
}

const unfit = (tags: Map<string, string>, tag: string): DkimVerdict => ({
  kind: 'unfit',
  tag: `${tag}=${tags.get(tag) ?? ''}`,
});

/** As openssl writes it, or as RFC 6376 (erratum 3017) has it: the bare RSA key. */
function readKey(base64: string): KeyObject | undefined {
  const key = Buffer.from(base64, 'base64');
  for (const type of ['spki', 'pkcs1'] as const)
    try {
      return createPublicKey({ key, format: 'der', type });
    } catch {
      // The other one, or none.
    }
  return undefined;
}

function isSame(one: KeyObject, other: KeyObject): boolean {
  const [a, b] = [one, other].map((key) => key.export({ format: 'jwk' }));
  return a?.kty === 'RSA' && a.n === b?.n && a.e === b?.e;
}
