/**
 * Amazon SES, by way of SNS. Both forms are read: feedback notifications (`notificationType`) and event publishing
 * (`eventType`). https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
import MessageValidator from 'sns-validator';
import { z } from 'zod';
import { EMAIL_HEADER } from '../../emails/email-token';
import type { Report } from '../../emails/reports';
import { AppError } from '../../errors';
import { forged, parseBody, readAs, timeOf, wordsOf, type Reader } from '../notice';

const ANSWER_MS = 10_000;

const Envelope = z.looseObject({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  TopicArn: z.string(),
  Message: z.string(),
  SigningCertURL: z.string(),
  SubscribeURL: z.string().optional(),
});

const recipients = z
  .array(z.object({ status: z.string().optional(), diagnosticCode: z.string().optional() }))
  .catch([]);
const SesEvent = z.object({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.object({
    messageId: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })).catch([]),
    commonHeaders: z.object({ messageId: z.string().optional() }).catch({}),
  }),
  bounce: z
    .object({ bounceType: z.string(), timestamp: z.string().optional(), bouncedRecipients: recipients })
    .optional(),
  complaint: z.object({ timestamp: z.string().optional(), complaintFeedbackType: z.string().nullish() }).optional(),
  delivery: z.object({ timestamp: z.string().optional() }).optional(),
  deliveryDelay: z.object({ timestamp: z.string().optional(), delayedRecipients: recipients }).optional(),
});
type SesEvent = z.output<typeof SesEvent>;

/** Only this topic is listened to, and only at its region's own host anything is fetched. */
export const sesReader = (topicArn: string): Reader => {
  const [, partition = '', , region = ''] = topicArn.split(':');
  const host = `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  const validator = new MessageValidator(new RegExp(`^${host.replaceAll('.', '\\.')}$`));
  return async ({ body }, { log }) => {
    const message = readAs(Envelope, parseBody(body));
    if (!message) throw new AppError('invalid_request', 'The body is not a message of SNS.');
    if (message.TopicArn !== topicArn) throw forged('TopicArn is not the topic that is listened to.');
    // Its own check reads the address by other rules than what fetches it.
    if (!new RegExp(`^https://${host}/[\\w-]+\\.pem$`).test(message.SigningCertURL))
      throw forged('SigningCertURL is not an address of SNS.');
    await verify(validator, message);
    if (message.Type === 'Notification') return reportsOf(readAs(SesEvent, readMessage(message.Message)));
    if (message.Type === 'SubscriptionConfirmation') {
      await confirm(host, message.SubscribeURL ?? '');
      log.info({ topic: topicArn }, 'subscribed to the topic of SES');
    }
    return [];
  };
};

function verify(validator: MessageValidator, message: Record<string, unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new AppError('unavailable', 'The certificate of SNS did not come.')),
      ANSWER_MS,
    );
    validator.validate({ ...message }, (error) => {
      clearTimeout(late);
      if (!error) resolve();
      else if (/certificate could not be retrieved/i.test(error.message) || 'code' in error)
        reject(new AppError('unavailable', 'The certificate of SNS could not be fetched.'));
      else reject(forged('The signature is not that of SNS.'));
    });
  });
}

async function confirm(host: string, address: string): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.origin !== `https://${host}`) throw forged('SubscribeURL is not an address of SNS.');
  const isConfirmed = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
  // SNS asks again.
  if (!isConfirmed) throw new AppError('unavailable', 'The subscription could not be confirmed.');
}

/** Also texts that are no JSON arrive, as when SES says that the topic was set up. */
function readMessage(text: string): unknown {
  try {
    return parseBody(text);
  } catch {
    return undefined;
  }
}

function reportsOf(event: SesEvent | undefined): Report[] {
  if (!event) return [];
  const { mail, bounce, complaint, delivery, deliveryDelay } = event;
  const own = mail.headers.find(({ name }) => name.toLowerCase() === EMAIL_HEADER.toLowerCase());
  const names = { token: own?.value, messageId: mail.commonHeaders.messageId, remoteId: mail.messageId };
  const said = (of: z.output<typeof recipients>) =>
    wordsOf(of[0]?.diagnosticCode?.replace(/^smtp;\s*/i, ''), of[0]?.status);
  switch (event.eventType ?? event.notificationType) {
    case 'Bounce': {
      const kind = bounce?.bounceType === 'Permanent' ? 'hard' : 'soft';
      return [{ kind, names, at: timeOf(bounce?.timestamp), said: said(bounce?.bouncedRecipients ?? []) }];
    }
    case 'Complaint':
      if (complaint?.complaintFeedbackType === 'not-spam') return [];
      return [{ kind: 'complaint', names, at: timeOf(complaint?.timestamp), said: '' }];
    case 'Delivery':
      return [{ kind: 'delivered', names, at: timeOf(delivery?.timestamp), said: '' }];
    case 'DeliveryDelay':
      return [
        {
          kind: 'soft',
          names,
          at: timeOf(deliveryDelay?.timestamp),
          said: said(deliveryDelay?.delayedRecipients ?? []),
        },
      ];
    default:
      return [];
  }
}
