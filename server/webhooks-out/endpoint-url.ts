/** The address of an endpoint as somebody types it. What its name resolves to is checked when it is called: see post.ts. */
import { isIP } from 'node:net';
import { WEBHOOK_URL_LENGTH } from '../../shared/webhooks';
import { WEBHOOK_URL_WORDS as WORDS } from '../../shared/words/webhooks';
import { isLoopback } from '../config';
import { isLoopbackAddress, isPublicAddress } from './public-address';

/** Of a URL: without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

type ReadUrl = { url: string } | { expected: string };

export function readEndpointUrl(typed: string, { allowsLoopback }: { allowsLoopback: boolean }): ReadUrl {
  const text = typed.trim();
  if (text.length > WEBHOOK_URL_LENGTH) return { expected: `must have at most ${WEBHOOK_URL_LENGTH} characters` };
  const { notHttps, isPrivate } = allowsLoopback
    ? { notHttps: WORDS.notHttpsHere, isPrivate: WORDS.isPrivateHere }
    : WORDS;
  // The parser would drop tabs and line breaks, and take \ for /.
  if (!URL.canParse(text) || /[\s\\\p{Cc}]/u.test(text)) return { expected: notHttps };
  const url = new URL(text);
  const isHere = allowsLoopback && isLoopback(url.hostname);
  if (!/^https?:$/.test(url.protocol)) return { expected: notHttps };
  // Said first: https would not help it.
  if (!mayLeadTo(hostOf(url), allowsLoopback)) return { expected: isPrivate };
  if (url.protocol === 'http:' && !isHere) return { expected: notHttps };
  if (url.username || url.password) return { expected: WORDS.hasCredentials };
  url.hash = '';
  return { url: url.href };
}

/** Names that are never public, and addresses. Others are known once they are resolved. */
function mayLeadTo(host: string, allowsLoopback: boolean): boolean {
  if (isIP(host)) return isPublicAddress(host) || (allowsLoopback && isLoopbackAddress(host));
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return allowsLoopback;
  return name.includes('.') && !/\.(?:local|internal|intranet|lan|home\.arpa)$/.test(name);
}
