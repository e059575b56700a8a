/** What other programs may be told of, and what a webhook endpoint is. */
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
