import { domainToASCII, domainToUnicode } from 'node:url';
import { createCache } from '../cache';

export type ParsedEmail = { kind: 'valid'; email: string } | { kind: 'none' } | { kind: 'invalid' };

/** No separators, no invisible or control characters, no lone surrogates, nothing that stands for a lost character. */
const LOCAL_PART = /^(?!\.)(?!.*\.\.)(?!.*\.$)(?:[\w!#$%&'*+/=?^`{|}~.-]|(?![\p{C}\p{Z}\ufffd])[^\0-\x7f])+$/u;
const DOMAIN_AS_WRITTEN = /^(?:[a-z0-9.-]|(?![\p{C}\p{Z}\ufffd])[^\0-\x7f])+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LEVEL = /^(?!\d+$).{2,}$/;

/**
 * One mailbox as people write it, trimmed and lower-cased. Local parts may be international (RFC 6531), domains too
 * (UTS 46). Quoted local parts, comments, lists and address literals are malformed here, although RFC 5322 knows them:
 * a customer who means one of those is rarer than one who mistyped. Limits: RFC 5321 section 4.5.3.1, in characters.
 */
export function parseEmail(raw: unknown): ParsedEmail {
  const typed = typeof raw === 'string' ? raw.trim() : '';
  if (typed === '') return { kind: 'none' };
  if (typed.length > 254) return { kind: 'invalid' };
  return parsed.remember(typed, () => parseTyped(typed));
}

/** One event's address is asked for several times. */
const parsed = createCache<string, ParsedEmail>(1_000);

function parseTyped(typed: string): ParsedEmail {
  const [localPart, domain, ...more] = typed.normalize('NFC').toLowerCase().split('@');
  const host = more.length === 0 && domain !== undefined ? parseDomain(domain) : null;
  if (host === null || !localPart || localPart.length > 64 || !LOCAL_PART.test(localPart)) return { kind: 'invalid' };
  const email = `${localPart}@${host}`;
  return email.length > 254 ? { kind: 'invalid' } : { kind: 'valid', email };
}

/** The domain in its one spelling, or null. */
function parseDomain(domain: string): string | null {
  if (!DOMAIN_AS_WRITTEN.test(domain)) return null;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null;
  if (!TOP_LEVEL.test(labels.at(-1)!)) return null;
  if (!ascii.includes('xn--')) return ascii;
  const unicode = domainToUnicode(ascii);
  // Where punycode spells nothing, Node.js 20 and 22 give up, 24 gives it back as it was.
  if (/(?:^|\.)xn--/.test(unicode)) return null;
  return ascii === domain ? domain : unicode;
}
