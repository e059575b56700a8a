/** Each provider's payload as its documentation has it, signed by keys of the test. */
import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import { PassThrough } from 'node:stream';
import { Webhook } from 'standardwebhooks';
import type { Row } from '../db/schema';
import { createBounceRig, type BounceRig } from '../test/bounce-rig';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ses-bounces';
const HOST = 'https://sns.eu-west-1.amazonaws.com';
const RESEND = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const GENERIC = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const MAILGUN = 'key-0123456789abcdef0123456789abcdef';
const POSTMARK = 'postmark:a-long-password';
const sns = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const AT = '2026-03-01T09:00:05.000Z';
const SAID = '550 5.1.1 User unknown';
/** As Amazon SES calls an email. */
const SES_ID = '0102018f3c5e0a7b-6f1c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f-000000';

type Kind = 'hard' | 'soft' | 'complaint' | 'delivered' | 'unknown';
interface Sample {
  body: string;
  headers: Record<string, string>;
}
interface Provider {
  sample(rig: BounceRig, email: Row<'email'>, kind: Kind): Sample;
  /** The same body with a signature that isn't the provider's. */
  forge(sample: Sample): Sample;
}

function signSns(message: Record<string, string>, key = sns.privateKey): string {
  const names = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.flatMap((name) => (name in message ? [`${name}\n${message[name]}\n`] : [])).join('');
  return createSign('RSA-SHA256').update(text).sign(key, 'base64');
}

function snsMessage(change: Record<string, string>, key = sns.privateKey): Sample {
  const message = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: TOPIC,
    Message: '{}',
    Timestamp: AT,
    SignatureVersion: '2',
    SigningCertURL: `${HOST}/SimpleNotificationService-0123.pem`,
    ...change,
  };
  const body = JSON.stringify({ ...message, Signature: signSns(message, key) });
  return { body, headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-topic-arn': TOPIC } };
}

/** `headers`: as where "Include original headers" is on. */
function sesMessage(kind: Kind, headers: { name: string; value: string }[] = []): string {
  const mail = { timestamp: AT, source: 'hello@mail.example.com', messageId: SES_ID, headers, destination: [] };
  const bouncedRecipients = [
    { emailAddress: 'jenny@example.com', action: 'failed', status: '5.1.1', diagnosticCode: `smtp; ${SAID}` },
  ];
  const bounce = (bounceType: string) => ({
    notificationType: 'Bounce',
    bounce: { bounceType, bounceSubType: 'General', bouncedRecipients, timestamp: AT, feedbackId: 'f' },
    mail,
  });
  const kinds = {
    hard: bounce('Permanent'),
    soft: bounce('Transient'),
    complaint: {
      notificationType: 'Complaint',
      complaint: { complainedRecipients: [], timestamp: AT, feedbackId: 'f', complaintFeedbackType: 'abuse' },
      mail,
    },
    delivered: { eventType: 'Delivery', delivery: { timestamp: AT, smtpResponse: '250 ok' }, mail },
    unknown: { eventType: 'Open', mail, open: { timestamp: AT } },
  };
  return JSON.stringify(kinds[kind]);
}

const withHeader = (sample: Sample, name: string, value: string): Sample => ({
  ...sample,
  headers: { ...sample.headers, [name]: value },
});

function signWebhook(prefix: 'svix' | 'webhook', secret: string, body: string): Sample {
  const now = new Date();
  const headers = {
    [`${prefix}-id`]: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    [`${prefix}-timestamp`]: String(Math.floor(now.getTime() / 1000)),
    [`${prefix}-signature`]: new Webhook(secret).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', now, body),
  };
  return { body, headers };
}
const resign = (prefix: 'svix' | 'webhook', { body }: Sample) =>
  signWebhook(prefix, `whsec_${Buffer.alloc(24, 9).toString('base64')}`, body);

const PROVIDERS: Record<string, Provider> = {
  ses: {
    sample: (rig, email, kind) =>
      snsMessage({ Message: sesMessage(kind, [{ name: 'X-Tillpost-Email', value: rig.token(email) }]) }),
    forge: ({ body }) => ({
      ...snsMessage(
        JSON.parse(body) as Record<string, string>,
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      ),
    }),
  },
  postmark: {
    sample(rig, email, kind) {
      const common = { MessageID: '883953f4-6105-42a2-a16a-77a8eac79483', ServerID: 23, MessageStream: 'outbound' };
      const Metadata = { 'tillpost-email': rig.token(email) };
      const bounce = (Type: string, RecordType = 'Bounce') => ({
        ...{ RecordType, Type, ID: 4323372036854775807n.toString(), TypeCode: 1, Email: 'jenny@example.com' },
        ...{
          Details: SAID,
          Description: 'The server was unable to deliver your message',
          BouncedAt: AT,
          Inactive: true,
        },
        ...common,
        Metadata,
      });
      const body = {
        hard: bounce('HardBounce'),
        soft: bounce('SoftBounce'),
        complaint: bounce('SpamComplaint', 'SpamComplaint'),
        delivered: { RecordType: 'Delivery', ...common, Metadata, DeliveredAt: AT, Details: 'ok' },
        unknown: bounce('AutoResponder'),
      }[kind];
      const authorization = `Basic ${Buffer.from(POSTMARK).toString('base64')}`;
      return { body: JSON.stringify(body), headers: { authorization } };
    },
    forge: (sample) => withHeader(sample, 'authorization', `Basic ${Buffer.from('postmark:other').toString('base64')}`),
  },
  mailgun: {
    sample(rig, email, kind) {
      const failed = (severity: string, reason: string) => ({ event: 'failed', severity, reason });
      const what = {
        hard: failed('permanent', 'bounce'),
        soft: failed('temporary', 'generic'),
        complaint: { event: 'complained' },
        delivered: { event: 'delivered' },
        unknown: { event: 'opened' },
      }[kind];
      const data = {
        ...what,
        timestamp: Date.parse(AT) / 1000,
        message: { headers: { 'message-id': email.message_id.slice(1, -1), to: 'jenny@example.com' } },
        'delivery-status': { code: 550, message: SAID, 'attempt-no': 1 },
        recipient: 'jenny@example.com',
      };
      const timestamp = String(Math.floor(rig.ctx.clock.now() / 1000));
      const token = `${email.id}${kind}`.padEnd(50, '0');
      const signature = createHmac('sha256', MAILGUN)
        .update(timestamp + token)
        .digest('hex');
      return { body: JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': data }), headers: {} };
    },
    forge: ({ body, headers }) => ({ body: body.replace(/"token":"\w{4}/, '"token":"zzzz'), headers }),
  },
  sendgrid: {
    sample(_rig, email, kind) {
      const what = {
        hard: { event: 'bounce', type: 'bounce', reason: SAID, status: '5.1.1' },
        soft: { event: 'bounce', type: 'blocked', reason: SAID, status: '5.7.1' },
        complaint: { event: 'spamreport' },
        delivered: { event: 'delivered', response: '250 OK' },
        unknown: { event: 'click', url: 'https://example.com' },
      }[kind];
      const one = {
        email: 'jenny@example.com',
        timestamp: Date.parse(AT) / 1000,
        'smtp-id': email.message_id,
        sg_event_id: 'sg_event_id',
        sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
        ...what,
      };
      const body = JSON.stringify([{ event: 'processed', email: 'a@example.com' }, one]);
      const timestamp = '1600112502';
      const signature = sign('sha256', Buffer.from(timestamp + body), sendgrid.privateKey).toString('base64');
      return {
        body,
        headers: {
          'x-twilio-email-event-webhook-signature': signature,
          'x-twilio-email-event-webhook-timestamp': timestamp,
        },
      };
    },
    forge: (sample) => withHeader(sample, 'x-twilio-email-event-webhook-timestamp', '1600112503'),
  },
  resend: {
    sample(_rig, email, kind) {
      const bounce = (type: string) => ({
        type: 'email.bounced',
        bounce: { message: SAID, subType: 'General', type },
      });
      const { type, ...more } = {
        hard: bounce('Permanent'),
        soft: bounce('Transient'),
        complaint: { type: 'email.complained' },
        delivered: { type: 'email.delivered' },
        unknown: { type: 'email.opened' },
      }[kind];
      const data = {
        created_at: AT,
        email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
        message_id: email.message_id,
        from: 'hello@mail.example.com',
        to: ['jenny@example.com'],
        subject: 'x',
        ...more,
      };
      return signWebhook('svix', RESEND, JSON.stringify({ type, created_at: AT, data }));
    },
    forge: (sample) => resign('svix', sample),
  },
  generic: {
    sample: (rig, email, kind) =>
      signWebhook(
        'webhook',
        GENERIC,
        // There is no kind of no consequence in our own form.
        JSON.stringify({
          kind: kind === 'unknown' ? 'soft' : kind,
          email: kind === 'unknown' ? 'x' : rig.token(email),
          at: AT,
          said: SAID,
        }),
      ),
    forge: (sample) => resign('webhook', sample),
  },
};

describe('reports', () => {
  let rig: BounceRig;
  let email: Row<'email'>;
  let fetched: string[] = [];
  let confirmed: string[] = [];

  beforeEach(async () => {
    fetched = [];
    confirmed = [];
    jest.spyOn(https, 'get').mockImplementation(((address: string, answer: (res: unknown) => void) => {
      fetched.push(address);
      const response = new PassThrough();
      answer(Object.assign(response, { statusCode: 200 }));
      // What verifies is the key; a certificate only carries it.
      response.end(sns.publicKey.export({ type: 'spki', format: 'pem' }));
      return new EventEmitter();
    }) as never);
    const realFetch = globalThis.fetch;
    jest.spyOn(globalThis, 'fetch').mockImplementation((address, options) => {
      const url = String(address instanceof Request ? address.url : address);
      if (url.startsWith('http://127.0.0.1')) return realFetch(address, options);
      confirmed.push(url);
      return Promise.resolve(new Response('<ConfirmSubscriptionResponse/>'));
    });
    rig = await createBounceRig({
      env: {
        SES_TOPIC_ARN: TOPIC,
        POSTMARK_WEBHOOK_AUTH: POSTMARK,
        MAILGUN_SIGNING_KEY: MAILGUN,
        SENDGRID_PUBLIC_KEY: sendgrid.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
        RESEND_WEBHOOK_SECRET: RESEND,
        BOUNCE_SECRET: GENERIC,
      },
    });
    email = await rig.send();
    rig.advance(60_000);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rig.close();
  });
  const post = (provider: string, { body, headers }: Sample, token?: string) =>
    rig.post(provider, body, headers, token);

  describe.each(Object.entries(PROVIDERS))('of %s', (name, provider) => {
    it('name an address that bounced', async () => {
      expect(await post(name, provider.sample(rig, email, 'hard'))).toBe(200);
      expect(await rig.read(email)).toMatchObject({
        status: 'sent',
        reason: 'bounced',
        outcome: `The address bounced: ${SAID}`,
        bounced_at: Date.parse(AT),
      });
      expect(await rig.suppressionOf()).toMatchObject({ scope: 'all', reason: 'bounced with 550 5.1.1' });
    });

    it('name an email that did not get through for another cause', async () => {
      expect(await post(name, provider.sample(rig, email, 'soft'))).toBe(200);
      const { reason, bounced_at, outcome } = await rig.read(email);
      expect({ reason, bounced_at }).toEqual({ reason: null, bounced_at: null });
      expect(outcome).toContain('Not delivered so far: 550 5.1.1');
      expect(await rig.suppressionOf()).toBeUndefined();
    });

    it('name a complaint and a delivery', async () => {
      expect(await post(name, provider.sample(rig, email, 'delivered'))).toBe(200);
      expect(await post(name, provider.sample(rig, email, 'complaint'))).toBe(200);
      expect(await rig.read(email)).toMatchObject({ delivered_at: Date.parse(AT), complained_at: Date.parse(AT) });
      expect(await rig.contactOf(email)).toMatchObject({ status: 'unsubscribed' });
    });

    it('change nothing when they are forged, changed, of another token or of no concern', async () => {
      const before = await rig.state();
      const sample = provider.sample(rig, email, 'hard');
      expect(await post(name, provider.forge(sample))).toBe(401);
      if (name !== 'mailgun' && name !== 'postmark')
        expect(await post(name, { ...sample, body: sample.body.replace('User unknown', 'User unknowm') })).toBe(401);
      expect(await post(name, sample, 'bounce-token-9876543210')).toBe(404);
      // The signature of these stands in the body.
      if (name !== 'ses' && name !== 'mailgun') expect(await post(name, { body: sample.body, headers: {} })).toBe(401);
      expect(await post(name, provider.sample(rig, email, 'unknown'))).toBe(200);
      expect(await rig.state()).toEqual(before);
    });

    it('change nothing by coming again, or of an email that isn’t here', async () => {
      const sample = provider.sample(rig, email, 'hard');
      await post(name, sample);
      const before = await rig.state();
      rig.advance(1_000);
      expect(await post(name, sample)).toBe(200);
      const gone = { ...email, id: `eml_${'0'.repeat(32)}`, message_id: `<eml_${'0'.repeat(32)}@mail.example.com>` };
      expect(await post(name, provider.sample(rig, gone, 'hard'))).toBe(200);
      expect(await rig.state()).toEqual(before);
    });
  });

  it.each(Object.keys(PROVIDERS))('of %s larger than 1 MB are not read', async (name) => {
    expect(await rig.post(name, 'x'.repeat(1_100_000))).toBe(413);
  });

  it.each(Object.keys(PROVIDERS))('of %s that are no JSON, or none of its own, change nothing', async (name) => {
    const before = await rig.state();
    for (const body of ['', 'x', '[]', 'null', '{"a":1}', '[null]'])
      expect([400, 401]).toContain(await rig.post(name, body));
    expect(await rig.state()).toEqual(before);
  });

  it('are taken only of providers that are set up', async () => {
    expect(await rig.post('other', {})).toBe(404);
    expect(await rig.post('__proto__', {})).toBe(404);
    const bare = await createBounceRig();
    for (const name of Object.keys(PROVIDERS)) expect(await bare.post(name, {})).toBe(404);
    await bare.close();
  });

  describe('of SES', () => {
    it('find an email by the id with which SES took it, for SES puts its own Message-ID', async () => {
      await rig.db.updateTable('email').set({ remote_id: SES_ID }).execute();
      expect(await post('ses', snsMessage({ Message: sesMessage('hard') }))).toBe(200);
      expect(await rig.read(email)).toMatchObject({ reason: 'bounced' });
    });

    it('confirm a subscription of the one topic, at the host of SNS in its region only', async () => {
      const confirmation = (change: Record<string, string> = {}) =>
        snsMessage({
          Type: 'SubscriptionConfirmation',
          Token: 'abc',
          Message: 'You have chosen to subscribe',
          SubscribeURL: `${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=abc`,
          ...change,
        });
      const wrong: Record<string, string>[] = [
        { SubscribeURL: 'https://evil.example/?Action=ConfirmSubscription' },
        { SubscribeURL: `https://sns.eu-west-1.amazonaws.com.evil.example/` },
        { SubscribeURL: 'https://sns.eu-west-1.amazonaws.com@evil.example/' },
        { SubscribeURL: 'http://sns.eu-west-1.amazonaws.com/' },
        { SubscribeURL: 'https://sns.us-east-1.amazonaws.com/' },
        { SubscribeURL: '' },
        { TopicArn: 'arn:aws:sns:eu-west-1:999999999999:ses-bounces' },
      ];
      for (const change of wrong) expect(await post('ses', confirmation(change))).toBe(401);
      expect(confirmed).toEqual([]);
      expect(await post('ses', confirmation())).toBe(200);
      expect(confirmed).toEqual([`${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=abc`]);
    });

    it('of a foreign topic, or with a certificate from elsewhere, fetch nothing', async () => {
      const message = { Message: sesMessage('hard', [{ name: 'X-Tillpost-Email', value: rig.token(email) }]) };
      const foreign = { TopicArn: 'arn:aws:sns:eu-west-1:999999999999:ses-bounces' };
      expect(await post('ses', snsMessage({ ...message, ...foreign }))).toBe(401);
      for (const SigningCertURL of [
        'https://sns.us-east-1.amazonaws.com/x.pem',
        'https://sns.eu-west-1.amazonaws.com@evil.example/x.pem',
        'https://sns.eu-west-1.amazonaws.com\\@evil.example/x.pem',
        'https://evil.example/x.pem',
        'http://sns.eu-west-1.amazonaws.com/x.pem',
      ])
        expect(await post('ses', snsMessage({ ...message, SigningCertURL }))).toBe(401);
      expect(fetched).toEqual([]);
      expect(await rig.read(email)).toEqual(email);
    });

    it('come again when the certificate could not be fetched', async () => {
      jest.spyOn(https, 'get').mockImplementation((() => {
        const request = new EventEmitter();
        setImmediate(() => request.emit('error', Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })));
        return request;
      }) as never);
      const other = { SigningCertURL: `${HOST}/SimpleNotificationService-other.pem` };
      expect(await post('ses', snsMessage({ ...other, Message: sesMessage('hard') }))).toBe(503);
    });

    it('that it was no spam change nothing', async () => {
      const text = sesMessage('complaint', [{ name: 'X-Tillpost-Email', value: rig.token(email) }]);
      expect(await post('ses', snsMessage({ Message: text.replace('"abuse"', '"not-spam"') }))).toBe(200);
      expect(await rig.read(email)).toEqual(email);
    });
  });

  describe('of Mailgun', () => {
    it('are refused once their time is over, and with a token that came with another body', async () => {
      const other = await rig.send('other@example.com');
      const delivered = PROVIDERS.mailgun!.sample(rig, email, 'delivered');
      expect(await post('mailgun', delivered)).toBe(200);
      const stolen = {
        ...delivered,
        body: delivered.body.replace(email.message_id.slice(1, -1), other.message_id.slice(1, -1)),
      };
      expect(await post('mailgun', stolen)).toBe(401);
      const late = PROVIDERS.mailgun!.sample(rig, email, 'hard');
      rig.advance(301_000);
      expect(await post('mailgun', late)).toBe(401);
      expect(await rig.read(email)).toMatchObject({ bounced_at: null });
      expect(await rig.read(other)).toEqual(other);
    });
  });

  it('bear their token in a header of ours, and in one of Postmark’s', () => {
    const token = rig.token(email);
    const { headers } = rig.mail.mails[0]!.parsed;
    expect(headers.get('x-tillpost-email')).toBe(token);
    expect(headers.get('x-pm-metadata-tillpost-email')).toBe(token);
  });
});
