/**
 * Mailgun's webhooks. Their signature is of a time and a token only, so a token that comes again with another body is
 * refused. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { createCache } from '../../cache';
import type { Report } from '../../emails/reports';
import { isEqual, sha256 } from '../../vault';
import { forged, parseBody, readAs, wordsOf, type Reader } from '../notice';

const TOLERANCE_S = 300;

const Signed = z.object({
  signature: z.object({ timestamp: z.coerce.string().regex(/^\d+$/), token: z.string(), signature: z.string() }),
  'event-data': z.unknown(),
});

const MailgunEvent = z.object({
  event: z.string(),
  severity: z.string().optional(),
  reason: z.string().optional(),
  timestamp: z.number().optional(),
  message: z.object({ headers: z.object({ 'message-id': z.string().optional() }).catch({}) }).catch({ headers: {} }),
  'delivery-status': z
    .object({
      code: z.number().nullish(),
      'enhanced-code': z.string().nullish(),
      message: z.string().nullish(),
      description: z.string().nullish(),
    })
    .catch({}),
});

/** Permanent failures that are about the mailbox; others are, as Mailgun sees it, given up for another cause. */
const HARD = ['bounce', 'suppress-bounce'];

export const mailgunReader = (signingKey: string): Reader => {
  const bodies = createCache<string, string>(10_000);
  return ({ body }, { clock }) => {
    const message = readAs(Signed, parseBody(body));
    if (!message) throw forged('The signature is missing.');
    const { timestamp, token, signature } = message.signature;
    const expected = createHmac('sha256', signingKey)
      .update(timestamp + token)
      .digest('hex');
    if (!isEqual(expected, signature)) throw forged('The signature is not that of Mailgun.');
    if (!(Math.abs(clock.now() / 1000 - Number(timestamp)) <= TOLERANCE_S))
      throw forged('The signature is older than five minutes.');
    const hash = sha256(body);
    if (bodies.remember(token, () => hash) !== hash) throw forged('The signature was that of another body.');
    const event = readAs(MailgunEvent, message['event-data']);
    return event ? reportsOf(event) : [];
  };
};

function reportsOf({ event, message, ...rest }: z.output<typeof MailgunEvent>): Report[] {
  const { severity, reason = '', timestamp = NaN, 'delivery-status': status } = rest;
  const names = { messageId: message.headers['message-id'] };
  const at = timestamp * 1000;
  const said = wordsOf(status.message || status.description, status['enhanced-code'] ?? status.code);
  switch (event) {
    case 'delivered':
      return [{ kind: 'delivered', names, at, said: '' }];
    case 'complained':
      return [{ kind: 'complaint', names, at, said: '' }];
    case 'failed':
      return [{ kind: severity === 'permanent' && HARD.includes(reason) ? 'hard' : 'soft', names, at, said }];
    default:
      return [];
  }
}
