/** Verifying what is signed by Standard Webhooks. https://www.standardwebhooks.com */
import { Webhook } from 'standardwebhooks';
import { forged, headerOf, type Notice } from './notice';

const PARTS = ['id', 'timestamp', 'signature'];

/** `prefix` is that of the headers. Throws AppError. */
export function verifyWebhook(secret: string, notice: Notice, prefix: 'webhook' | 'svix'): void {
  const headers = Object.fromEntries(PARTS.map((part) => [`webhook-${part}`, headerOf(notice, `${prefix}-${part}`)]));
  try {
    new Webhook(secret).verify(notice.body, headers, { jsonParse: false });
  } catch {
    throw forged('The signature does not match the body, or is older than five minutes.');
  }
}
