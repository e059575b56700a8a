/** What people read of webhooks. */
import { inSeconds } from '../in-seconds';
import type { DeliveryStatus, EndpointStatus, WebhookType } from '../webhooks';
import type { NoticeWords } from './connection';
import type { StatusWords } from './statuses';

export const WEBHOOK_TYPE_WORDS: Record<WebhookType, string> = {
  'contact.created': 'A contact was added, by an import as well',
  'contact.updated': 'A contact changed; says what each field was',
  'contact.unsubscribed': 'A contact unsubscribed',
  'contact.deleted': 'A contact was deleted, or merged into another',
  'list.joined': 'A contact joined a mailing list',
  'email.sent': 'The mail server took an email',
  'email.delivered': 'An email was delivered, as its provider reports',
  'email.bounced': 'An email bounced after it was sent',
  'email.complained': 'Somebody called an email spam',
  'email.clicked': 'A person opened a link of an email for the first time',
  'email.failed': 'An email could not be sent, and is given up',
  'workflow.run.started': 'A run started',
  'workflow.run.finished': 'A run did all its steps',
  'workflow.run.exited': 'A run ended early, or failed',
  'event.processed': 'An event of the log was processed',
};

/** By what they are about, in the order of WEBHOOK_TYPES. */
export const WEBHOOK_GROUPS = [
  { label: 'Contacts', prefix: 'contact.' },
  { label: 'Mailing lists', prefix: 'list.' },
  { label: 'Emails', prefix: 'email.' },
  { label: 'Workflows', prefix: 'workflow.' },
  { label: 'Events', prefix: 'event.' },
] as const;

export const ENDPOINT_STATUS_WORDS: Record<EndpointStatus, StatusWords> = {
  active: { tone: 'good', label: 'On' },
  off: { tone: 'plain', label: 'Off' },
  gone: { tone: 'bad', label: 'Turned off: gone' },
  failing: { tone: 'bad', label: 'Turned off: failing' },
};

/** Why it is off, where nobody turned it off. */
export const ENDPOINT_OFF_WORDS: Record<'gone' | 'failing', string> = {
  gone: 'The endpoint answered 410 Gone, so it was turned off. Turn it on again once it is back.',
  failing:
    'Nothing but failures came back for five days, so it was turned off. What happened since is not delivered. Mend it, then turn it on again.',
};

/** `host` is the endpoint's: its whole address may hold a secret. */
export const endpointOffNotice = (status: 'gone' | 'failing', host: string): NoticeWords => ({
  subject: (account) => `A webhook endpoint of ${account} was turned off`,
  text: ({ account, mode, url }) =>
    [
      `Tillpost tells programs of what happens to ${account} in ${mode} mode. One of them, at ${host}, is told no more.`,
      ENDPOINT_OFF_WORDS[status],
      `See what it answered, and turn it on again: ${url}`,
    ].join('\n\n'),
});

export const WEBHOOKS_OFF_STRIP = 'A webhook endpoint was turned off, since it did not take what it was sent.';

export const DELIVERY_STATUS_WORDS: Record<DeliveryStatus, StatusWords> = {
  pending: { tone: 'info', label: 'Pending' },
  delivered: { tone: 'good', label: 'Delivered' },
  failed: { tone: 'bad', label: 'Failed' },
};

/** What came of a try, in a sentence. */
export const DELIVERY_WORDS = {
  answered: (status: number) => `Answered ${status}`,
  redirected: (status: number) => `Answered ${status}: redirects are not followed`,
  gone: 'Answered 410: the endpoint was turned off',
  timedOut: 'No answer within 10 seconds',
  refused: 'Not sent: the address is private, or not one of the public internet',
  unknownHost: 'The host has no address',
  badCertificate: 'The certificate is not valid for this host',
  noConnection: 'No connection, or it broke off',
  off: 'Not sent: the endpoint is turned off',
  noSecret: 'Not sent: the secret can’t be opened. Make a new one',
  crashed: 'Given up: sending it ended the process several times',
} as const;

/** Of an address that is refused. */
export const WEBHOOK_URL_WORDS = {
  notHttps: 'must be an https:// address, like https://example.com/webhooks',
  /** Of a server on somebody's own machine. */
  notHttpsHere: 'must be an https:// address, or one of this machine, like http://localhost:3000/webhooks',
  hasCredentials: 'must not hold a user name or password',
  isPrivate: 'must lead to a public address, not into a private network',
  isPrivateHere:
    'must lead to a public address or to this machine (http://localhost:3000/…), not into a private network',
} as const;

/** Settings → Webhooks. */
export const WEBHOOKS_WORDS = {
  lead: 'Your own programs are told of what happens here, by signed requests (Standard Webhooks) that are tried again until they are taken.',
  none: 'Add a program’s address, and choose its messages.',
  limited: 'Sign in with Connect to Stripe to add and change endpoints.',
  addressHint: 'It gets POST requests with a JSON body.',
  addressHintHere:
    'It gets POST requests with a JSON body. This server is on your own machine: http://localhost:… works too.',
  messages: 'Messages',
  answer: 'Answer',
  created: 'Created',
  about: 'About',
  nextTry: 'Next try',
  lastFailed: 'The last request failed.',
  failingSince: 'Nothing was taken since',
  failingNext: 'After five days of that it is turned off.',
  turnOff: 'Turn off…',
  turnOffDo: 'Turn off',
  turnOffWords:
    'Nothing is sent to it any more. What happens while it is off is lost: it is not delivered when you turn it on again.',
  rotate: 'New secret…',
  rotateDo: 'Make a new secret',
  rotateWords:
    'Requests bear two signatures for 24 hours, by the new secret and by the one before. Give the new one to your program meanwhile.',
  test: 'Send a test message',
  tooManyTests: (most: number, seconds: number) =>
    `There were ${most} test messages within a minute. The next one can be sent in ${inSeconds(seconds)}.`,
};

/** Where emails don't go out, messages of them don't come: at the box that chooses them. */
export const NO_EMAIL_SENT = {
  none: 'Does not come now: this server has no mail server, so emails are captured',
  test: 'In test mode of emails to test addresses alone: others are captured',
};
