/** Postmark's webhooks, proven by basic auth. https://postmarkapp.com/developer/webhooks/bounce-webhook */
import { z } from 'zod';
import { POSTMARK_FIELD } from '../../emails/email-token';
import type { Report } from '../../emails/reports';
import { isEqual } from '../../vault';
import { forged, headerOf, parseBody, readAs, timeOf, wordsOf, type Reader } from '../notice';

const PostmarkEvent = z.object({
  RecordType: z.string(),
  MessageID: z.string().optional(),
  Type: z.string().optional(),
  Details: z.string().optional(),
  Description: z.string().optional(),
  BouncedAt: z.string().optional(),
  DeliveredAt: z.string().optional(),
  Metadata: z.record(z.string(), z.unknown()).catch({}),
});

/** Of Postmark's types those that are about the mailbox, and those that say that the email has not got through. */
const HARD = ['HardBounce', 'BadEmailAddress'];
const SOFT = ['Transient', 'SoftBounce', 'DnsError', 'Blocked', 'SpamNotification', 'VirusNotification', 'DMARCPolicy'];

export const postmarkReader =
  (credentials: string): Reader =>
  (notice) => {
    const wanted = `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (!isEqual(wanted, headerOf(notice, 'authorization'))) throw forged('The basic auth is not that of Postmark.');
    const event = readAs(PostmarkEvent, parseBody(notice.body));
    return event ? reportsOf(event) : [];
  };

function reportsOf(event: z.output<typeof PostmarkEvent>): Report[] {
  const token = event.Metadata[POSTMARK_FIELD];
  const names = { token: typeof token === 'string' ? token : undefined, remoteId: event.MessageID };
  const said = wordsOf(event.Details || event.Description);
  const at = timeOf(event.BouncedAt ?? event.DeliveredAt);
  const type = event.Type ?? '';
  if (event.RecordType === 'Delivery') return [{ kind: 'delivered', names, at, said: '' }];
  if (event.RecordType === 'SpamComplaint') return [{ kind: 'complaint', names, at, said: '' }];
  if (event.RecordType !== 'Bounce') return [];
  if (type === 'SpamComplaint') return [{ kind: 'complaint', names, at, said: '' }];
  if (HARD.includes(type)) return [{ kind: 'hard', names, at, said }];
  return SOFT.includes(type) ? [{ kind: 'soft', names, at, said }] : [];
}
