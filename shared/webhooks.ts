/** What other programs may be told of by webhooks, and how an endpoint stands. */
export const WEBHOOK_TYPES = [
  'contact.created',
  'contact.updated',
  'contact.unsubscribed',
  'contact.deleted',
  'list.joined',
  'email.sent',
  'email.delivered',
  'email.bounced',
  'email.complained',
  'email.clicked',
  'email.failed',
  'workflow.run.started',
  'workflow.run.finished',
  'workflow.run.exited',
  'event.processed',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** Of the message that a person has sent to try an endpoint, whatever it is told of. */
export const TEST_TYPE = 'webhook.test';
export type DeliveryType = WebhookType | typeof TEST_TYPE;

/** `gone`: it answered 410. `failing`: nothing but failures for five days. */
export type EndpointStatus = 'active' | 'off' | 'gone' | 'failing';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Of an account in one mode. */
export const TEST_MESSAGES_PER_MINUTE = 10;
export const MOST_ENDPOINTS = 10;
/** Characters. */
export const WEBHOOK_URL_LENGTH = 1_000;
export const WEBHOOK_DESCRIPTION_LENGTH = 200;
