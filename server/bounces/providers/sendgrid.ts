/**
 * SendGrid's event webhook, signed by ECDSA over time and body.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import type { Report } from '../../emails/reports';
import { forged, headerOf, parseBody, readAs, wordsOf, type Reader } from '../notice';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

const SendgridEvent = z.object({
  event: z.string(),
  type: z.string().optional(),
  timestamp: z.number().optional(),
  reason: z.string().optional(),
  response: z.string().optional(),
  status: z.string().optional(),
  'smtp-id': z.string().optional(),
  sg_message_id: z.string().optional(),
});

export const sendgridReader = (publicKey: string): Reader => {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return (notice) => {
    const signed = Buffer.from(headerOf(notice, TIMESTAMP) + notice.body);
    const signature = Buffer.from(headerOf(notice, SIGNATURE), 'base64');
    if (!verify('sha256', signed, key, signature)) throw forged('The signature is not that of SendGrid.');
    const events = parseBody(notice.body);
    return Array.isArray(events) ? events.flatMap((one) => reportsOf(readAs(SendgridEvent, one))) : [];
  };
};

function reportsOf(event: z.output<typeof SendgridEvent> | undefined): Report[] {
  if (!event) return [];
  const names = {
    messageId: event['smtp-id'],
    // Its beginning is what SendGrid said when it took the email.
    remoteId: event.sg_message_id?.split('.')[0],
  };
  const at = (event.timestamp ?? NaN) * 1000;
  const said = wordsOf(event.reason ?? event.response, event.status);
  switch (event.event) {
    case 'delivered':
      return [{ kind: 'delivered', names, at, said: '' }];
    case 'spamreport':
      return [{ kind: 'complaint', names, at, said: '' }];
    case 'deferred':
      return [{ kind: 'soft', names, at, said }];
    case 'bounce':
      return [{ kind: event.type === 'blocked' ? 'soft' : 'hard', names, at, said }];
    case 'dropped':
      return [{ kind: event.reason === 'Bounced Address' ? 'hard' : 'soft', names, at, said }];
    default:
      return [];
  }
}
