/**
 * Whether a person opened a link, as far as one request tells. Mail providers open links to look for malware, and programs to
 * fetch a preview: most of them within seconds of the delivery, or under a name of their own. Pure.
 */
import type { Row } from '../db/schema';

export interface ClickRequest {
  method: string;
  userAgent: string | undefined;
  /** `Sec-Purpose`, or what browsers called it before. */
  purpose: string | undefined;
}

/** People don't read this fast. */
const TOO_SOON_MS = 10_000;

/** Every browser says Mozilla or Opera; what else does is caught by name. A CUBOT is a telephone. */
const BROWSER = /^(?:Mozilla|Opera)\//;
const PROGRAM =
  /(?<!cu)bot\b|crawl|spider|slurp|scan|preview|prefetch|headless|phantomjs|puppeteer|playwright|selenium|facebookexternalhit|google-(?:safety|read-aloud)|googleimageproxy|yahoomailproxy|proofpoint|mimecast|barracuda|safelinks|urldefense|trendmicro|symantec|sophos|forcepoint|zscaler|fireeye|cloudmark|ironport|python|curl|wget|okhttp|java\/|\bruby\b|\bperl\b/i;

/** `now` in epoch milliseconds. */
export function isAutomatic(
  { method, userAgent = '', purpose = '' }: ClickRequest,
  { sent_at, delivered_at }: Pick<Row<'email'>, 'sent_at' | 'delivered_at'>,
  now: number,
): boolean {
  if (method !== 'GET' || /prefetch|preview/i.test(purpose)) return true;
  if (!BROWSER.test(userAgent) || PROGRAM.test(userAgent)) return true;
  // Not noted as sent yet: the mail server is still looking at it.
  if (sent_at === null) return true;
  return now - Math.max(sent_at, delivered_at ?? sent_at) < TOO_SOON_MS;
}
