/** Our own form, for whatever else knows what became of an email. Signed by Standard Webhooks under BOUNCE_SECRET. */
import { z } from 'zod';
import { invalid } from '../../errors';
import { parseBody, timeOf, wordsOf, type Reader } from '../notice';
import { verifyWebhook } from '../standard-webhook';

const name = z.string().min(1).max(1_000).optional();
const GenericReport = z
  .strictObject({
    kind: z.enum(['delivered', 'soft', 'hard', 'complaint']),
    /** The header X-Tillpost-Email. */
    email: name,
    message_id: name,
    /** The id in the mail server's answer. */
    remote_id: name,
    at: z.iso.datetime({ offset: true }).optional(),
    /** As 5.1.1. */
    status: z
      .string()
      .regex(/^[245]\.\d{1,3}\.\d{1,3}$/, 'must be an enhanced status code, as 5.1.1')
      .optional(),
    said: z.string().max(2_000).optional(),
  })
  .refine(
    ({ email, message_id, remote_id }) => email ?? message_id ?? remote_id,
    'email, message_id or remote_id is missing',
  );

export const genericReader =
  (secret: string): Reader =>
  (notice) => {
    verifyWebhook(secret, notice, 'webhook');
    const { data, error } = GenericReport.safeParse(parseBody(notice.body));
    if (!data) throw invalid(error);
    const { kind, email, message_id, remote_id, at, status, said } = data;
    const names = { token: email, messageId: message_id, remoteId: remote_id };
    return [{ kind, names, at: timeOf(at), said: wordsOf(said, status) }];
  };
