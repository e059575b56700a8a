/** Every status as people read it, with the tone it is shown in: the same in the console and in Stripe's Dashboard. */
import type {
  ConsentCause,
  ContactStatus,
  EmailFate,
  EmailKind,
  EmailStatus,
  EmailView,
  EventStatus,
  InstallStatus,
  RunStatus,
  SubscriptionStatus,
  WorkflowStatus,
} from '../api';
import { EMAIL_LABELS } from './fields';

/** `good` went well, `bad` failed, `warn` needs or awaits someone, `info` is on its way, `plain` is none of these. */
export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'plain';

export interface StatusWords {
  tone: Tone;
  label: string;
}

export const INSTALL_STATUS_WORDS: Record<InstallStatus, StatusWords> = {
  active: { tone: 'good', label: 'Connected' },
  needs_reconnect: { tone: 'warn', label: 'Needs reconnecting' },
  removed: { tone: 'bad', label: 'Disconnected' },
};

export const EVENT_STATUS_WORDS: Record<EventStatus, StatusWords> = {
  pending: { tone: 'info', label: 'Pending' },
  waiting: { tone: 'warn', label: 'Waiting' },
  processed: { tone: 'good', label: 'Processed' },
  ignored: { tone: 'plain', label: 'Ignored' },
  skipped: { tone: 'plain', label: 'Skipped' },
  failed: { tone: 'bad', label: 'Failed' },
};

export const CONTACT_STATUS_WORDS: Record<ContactStatus, StatusWords> = {
  subscribed: { tone: 'good', label: 'Subscribed' },
  unsubscribed: { tone: 'plain', label: 'Unsubscribed' },
  transactional_only: { tone: 'info', label: 'Transactional only' },
};

/** A contact's consent became that. */
export const CONSENT_CHANGE_WORDS: Record<ContactStatus, string> = {
  subscribed: 'Subscribed again',
  unsubscribed: 'Unsubscribed',
  transactional_only: 'Transactional only',
};

export const CONSENT_CAUSE_WORDS: Record<ConsentCause, string> = {
  preferences: 'Chosen by the contact on the page behind the unsubscribe link.',
  one_click: 'Chosen by the contact with the unsubscribe button of their mail program.',
  complaint: 'The contact reported an email as spam.',
  merchant: 'Changed in the console.',
  api: 'Changed through the API.',
};

export const SUBSCRIPTION_STATUS_WORDS: Record<SubscriptionStatus, StatusWords> = {
  past_due: { tone: 'warn', label: 'Past due' },
  active: { tone: 'good', label: 'Active' },
  trialing: { tone: 'info', label: 'Trialing' },
  paused: { tone: 'plain', label: 'Paused' },
  canceled: { tone: 'plain', label: 'Canceled' },
};

export const WORKFLOW_STATUS_WORDS: Record<WorkflowStatus, StatusWords> = {
  draft: { tone: 'plain', label: 'Draft' },
  active: { tone: 'good', label: 'Active' },
  paused: { tone: 'warn', label: 'Paused' },
};

export const RUN_STATUS_WORDS: Record<RunStatus, StatusWords> = {
  running: { tone: 'info', label: 'Running' },
  finished: { tone: 'good', label: 'Finished' },
  exited: { tone: 'plain', label: 'Left early' },
  stopped: { tone: 'plain', label: 'Stopped' },
  failed: { tone: 'bad', label: 'Failed' },
};

export const EMAIL_STATUS_WORDS: Record<EmailStatus, StatusWords> = {
  queued: { tone: 'info', label: 'Queued' },
  sent: { tone: 'good', label: 'Sent' },
  captured: { tone: 'info', label: 'Captured' },
  held: { tone: 'warn', label: 'Held' },
  failed: { tone: 'bad', label: 'Failed' },
  suppressed: { tone: 'plain', label: 'Suppressed' },
};

type EmailState = Pick<EmailView, 'status' | 'delivered_at' | 'bounced_at' | 'complained_at'>;

/** Of a sent one also what became of it since, as far as that is known. */
export function nameEmailState({ status, delivered_at, bounced_at, complained_at }: EmailState): StatusWords {
  if (bounced_at) return { tone: 'bad', label: EMAIL_LABELS.bounced_at };
  if (complained_at) return { tone: 'bad', label: EMAIL_LABELS.complained_at };
  if (status === 'sent' && delivered_at) return { tone: 'good', label: EMAIL_LABELS.delivered_at };
  return EMAIL_STATUS_WORDS[status];
}

export const EMAIL_FATE_LABELS: Record<EmailFate, string> = {
  delivered: EMAIL_LABELS.delivered_at,
  bounced: EMAIL_LABELS.bounced_at,
  complained: EMAIL_LABELS.complained_at,
  clicked: 'Clicked',
  unsubscribed: 'Unsubscribed after it',
};

export const EMAIL_KIND_LABELS: Record<EmailKind, string> = {
  marketing: 'Marketing',
  transactional: 'Transactional',
};
