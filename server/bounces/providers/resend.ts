/** Resend's webhooks, signed as Svix signs. https://resend.com/docs/webhooks/emails/bounced */
import { z } from 'zod';
import { EMAIL_HEADER } from '../../emails/email-token';
import type { Report } from '../../emails/reports';
import { parseBody, readAs, timeOf, wordsOf, type Reader } from '../notice';
import { verifyWebhook } from '../standard-webhook';

const ResendEvent = z.object({
  type: z.string(),
  created_at: z.string().optional(),
  data: z.object({
    email_id: z.string().optional(),
    message_id: z.string().optional(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).catch([]),
    bounce: z.object({ type: z.string().optional(), message: z.string().optional() }).catch({}),
  }),
});

export const resendReader =
  (secret: string): Reader =>
  (notice) => {
    verifyWebhook(secret, notice, 'svix');
    const event = readAs(ResendEvent, parseBody(notice.body));
    return event ? reportsOf(event) : [];
  };

function reportsOf({ type, created_at, data }: z.output<typeof ResendEvent>): Report[] {
  const own = data.headers.find(({ name }) => name.toLowerCase() === EMAIL_HEADER.toLowerCase());
  const names = { token: own?.value, messageId: data.message_id, remoteId: data.email_id };
  const at = timeOf(created_at);
  const said = wordsOf(data.bounce.message);
  switch (type) {
    case 'email.delivered':
      return [{ kind: 'delivered', names, at, said: '' }];
    case 'email.complained':
      return [{ kind: 'complaint', names, at, said: '' }];
    case 'email.delivery_delayed':
      return [{ kind: 'soft', names, at, said: '' }];
    case 'email.bounced':
      return [{ kind: data.bounce.type === 'Permanent' ? 'hard' : 'soft', names, at, said }];
    default:
      return [];
  }
}
