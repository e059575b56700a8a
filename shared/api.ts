/**
 * The shapes of the extension API (`POST /api/app/<name>`), as both sides see them.
 * Names are snake_case like Stripe's own. Times are ISO 8601 UTC strings, except `Event.created`, which is Stripe's
 * epoch seconds. Money is in the currency's minor unit.
 */
import type { TriggerType } from './catalogue';
import type { ContactPropertyValue } from './contact-properties';
import type { Settings, SettingsChange } from './settings';
import type { Setup } from './words/setup';
import type { Definition, EmailContent } from './workflow';

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
}

export type InstallStatus = 'active' | 'needs_reconnect' | 'removed';

export type ImportStatus = 'running' | 'paused' | 'done' | 'failed';

export interface ImportProgress {
  status: ImportStatus;
  done: number;
  /** Null until it is known. */
  total: number | null;
}

export interface Overview {
  connected: boolean;
  status: InstallStatus | null;
  account_name: string | null;
  /** Where the merchant begins Connect to Stripe for this mode. */
  connect_url: string;
  /** A one-time link into the console, 10 minutes. Null while not connected. */
  console_url: string | null;
  counts: { contacts: number; events: number; emails: number };
  last_event_at: string | null;
  import: ImportProgress | null;
  /** How far each step of the checklist is. */
  setup: Setup;
  /** How the install writes dates and amounts: BCP 47, and an IANA zone. */
  locale: string;
  timezone: string;
}

export const EVENT_STATUSES = ['pending', 'waiting', 'processed', 'ignored', 'skipped', 'failed'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

export const EVENT_REASONS = [
  'event_off',
  'unsupported_type',
  'thin_event',
  'not_installed',
  'no_email',
  'invalid_email',
  'contact_deleted',
  'malformed',
  'stale',
  'late',
  'stripe_unavailable',
  'rate_limited',
  'needs_reconnect',
  'gave_up',
  'crashed',
  'internal_error',
] as const;
/** Why an event ended (or waits) as it does; `outcome` says the same in a sentence. */
export type EventReason = (typeof EVENT_REASONS)[number];

export interface EventView {
  id: string;
  object: 'event';
  type: TriggerType | (string & {});
  livemode: boolean;
  /** Stripe's epoch seconds. */
  created: number;
  received_at: string;
  status: EventStatus;
  reason: EventReason | null;
  outcome: string;
  /** The contact's address. */
  email: string | null;
  contact: string | null;
  attempts: number;
  next_attempt_at: string | null;
}

export interface EventDetail extends EventView {
  payload: unknown;
  emails: EmailView[];
}

export const CONTACT_STATUSES = ['subscribed', 'unsubscribed', 'transactional_only'] as const;
export type ContactStatus = (typeof CONTACT_STATUSES)[number];

/** How a contact left or came back. */
export type ConsentCause = 'preferences' | 'one_click' | 'complaint' | 'merchant' | 'api';

export const SUBSCRIPTION_STATUSES = ['past_due', 'active', 'trialing', 'paused', 'canceled'] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

export interface Billing {
  subscription_status: SubscriptionStatus | null;
  plan: string | null;
  /** Minor units per month, discounts ignored. */
  mrr: number | null;
  currency: string | null;
  renews_at: string | null;
  trial_ends_at: string | null;
  delinquent: boolean | null;
  /** A subscription goes on charging a card of its own although the customer chose another default since. */
  wrong_card: boolean | null;
  customer_since: string | null;
  /** Minor units: what was paid less what was refunded, in the currency of most of it; null while no payment is known. */
  ltv: number | null;
  ltv_currency: string | null;
  /** The same in other currencies, largest first. */
  ltv_others: readonly { currency: string; amount: number }[];
  /** How many payments are known, those refunded since as well. */
  payments: number;
  first_payment_at: string | null;
  last_payment_at: string | null;
}

export const BILLING_CONTACT_SOURCES = ['hand', 'metadata'] as const;
/** `hand`: a person added it. `metadata`: a Stripe customer's metadata names it. */
export type BillingContactSource = (typeof BILLING_CONTACT_SOURCES)[number];

/** An address that gets the contact's transactional emails too. */
interface BillingContactView {
  email: string;
  source: BillingContactSource;
  /** It takes no mail; the contact and the others still do. */
  suppressed: null | { reason: string; at: string };
}

export interface ContactView {
  id: string;
  object: 'contact';
  email: string;
  first_name: string | null;
  last_name: string | null;
  user_group: string | null;
  status: ContactStatus;
  suppressed: null | { reason: string; at: string };
  source: string;
  /** Of the merchant's own, as the API was given it. */
  user_id: string | null;
  /** Those that the API gave it, by name. */
  properties: Record<string, ContactPropertyValue>;
  customers: string[];
  billing_contacts: BillingContactView[];
  billing: Billing;
  created_at: string;
  updated_at: string;
}

/** What a person may change of a contact. */
export interface ContactChange {
  first_name?: string | null;
  last_name?: string | null;
  user_group?: string | null;
  status?: ContactStatus;
  billing_contacts?: string[];
}

export interface ContactDetail extends ContactView {
  events: EventView[];
  emails: EmailView[];
}

export const WORKFLOW_STATUSES = ['draft', 'active', 'paused'] as const;
export type WorkflowStatus = (typeof WORKFLOW_STATUSES)[number];

export const RUN_STATUSES = ['running', 'finished', 'exited', 'stopped', 'failed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** One contact going through one workflow. */
export interface RunView {
  id: string;
  object: 'run';
  workflow: string;
  contact: string;
  event: string;
  /** What it is about. */
  subject: { kind: SubjectKind; id: string } | null;
  status: RunStatus;
  /** Why it ended: the exit event's type, `filtered`, `exit_step`, `not_true`, `by_hand`, … While running: null or `waiting`. */
  reason: string | null;
  /** The cause of its end in a sentence, where the reason doesn't say all. */
  outcome: string | null;
  /** The step it stands at; null after its end. */
  step: string | null;
  /** When it goes on; null while its workflow is paused and after its end. */
  due_at: string | null;
  started_at: string;
  finished_at: string | null;
}

export interface WorkflowView {
  id: string;
  object: 'workflow';
  name: string;
  status: WorkflowStatus;
  /** Grows with every save; send it back when saving. */
  revision: number;
  /** What runs follow; a draft as it stands. */
  definition: Definition;
  /** Whether changes wait to be published; `definition` is without them. Servers of older releases leave it out. */
  has_draft?: boolean;
  counts: { running: number; finished: number; emails: number };
}

export const EMAIL_STATUSES = ['queued', 'sent', 'captured', 'held', 'failed', 'suppressed'] as const;
export type EmailStatus = (typeof EMAIL_STATUSES)[number];
export type EmailKind = EmailContent['kind'];

/** What became of an email after it was sent, as far as that is reported. One that bounced after all counts as that alone. */
export const EMAIL_FATES = ['delivered', 'bounced', 'complained', 'clicked', 'unsubscribed'] as const;
export type EmailFate = (typeof EMAIL_FATES)[number];

export const EMAIL_REASON_CODES = [
  'not_true',
  'state_unknown',
  'over_budget',
  'retrying',
  'gave_up',
  'unsubscribed',
  'transactional_only',
  'not_on_list',
  'address_suppressed',
  'contact_deleted',
  'run_ended',
  'test_mode',
  'no_mail_server',
  'missing_value',
  'refused',
  'unknown_acceptance',
  'disconnected',
  'bounced',
  'discarded',
] as const;
/** Why an email is not sent, not yet or not again; `outcome` says the same in a sentence. */
export type EmailReason = (typeof EMAIL_REASON_CODES)[number];

export const OBJECT_KINDS = ['invoice', 'subscription', 'checkout_session', 'quote'] as const;
/** What has a state that runs are judged by. */
export type ObjectKind = (typeof OBJECT_KINDS)[number];
export const SUBJECT_KINDS = [...OBJECT_KINDS, 'dispute', 'customer'] as const;
/** What a run can be about. */
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export interface EmailView {
  id: string;
  object: 'email';
  to: string;
  /** It goes to a billing contact, not to the contact itself. */
  billing_copy: boolean;
  subject: string;
  kind: EmailKind;
  status: EmailStatus;
  reason: EmailReason | null;
  /** The reason in a sentence; null while there is nothing to say. */
  outcome: string | null;
  /** What its run is about. */
  subject_of: { kind: SubjectKind; id: string } | null;
  message_id: string;
  workflow: string | null;
  /** The transactional email that a program sent. */
  transactional: string | null;
  contact: string | null;
  event: string | null;
  attempts: number;
  created_at: string;
  sent_at: string | null;
  /** Known only where the mail provider reports it. */
  delivered_at: string | null;
  bounced_at: string | null;
  complained_at: string | null;
  /** When a person first opened a link of it; known only where clicks are counted. */
  clicked_at: string | null;
  /** When a person first went on from the page behind its `{{ pay_url }}`. */
  pay_clicked_at: string | null;
}

export interface EmailDetail extends EmailView {
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  /** The links of it that were opened. */
  clicks: EmailClick[];
}

export interface EmailClick {
  url: string;
  /** When a person first opened it; null: only programs did, such as a mail provider's scanner. */
  first_at: string | null;
  clicks: number;
  /** By programs. */
  automatic: number;
}

type RehearsalVerdict = 'would_send' | 'stopped' | 'not_known';

/** An email of a rehearsal, or a run that ended before its next one. */
export interface Rehearsed {
  contact: string;
  /** Its address now; null where it was deleted meanwhile. */
  address: string | null;
  at: string;
  /** The event that started the run. */
  event: string;
  /** Null where the run was over as soon as it started. */
  step: string | null;
  /** Null for a run that ended. */
  subject: string | null;
  verdict: RehearsalVerdict;
  /** Why nothing would have gone, in a sentence. */
  outcome: string | null;
}

/** What a workflow would have done with the events of the log. */
export interface Rehearsal {
  object: 'rehearsal';
  would_start: number;
  would_send: number;
  /** By reason, how many runs would have ended early and how many emails would have been kept back. */
  stopped: Record<string, number>;
  /** The latest at most 50. */
  sample: Rehearsed[];
}

/** What became of an invoice whose payment failed; see shared/words/recovery.ts. */
export const RECOVERY_OUTCOMES = [
  'recovered_without_mail',
  'recovered_after_mail',
  'recovered_after_click',
  'open',
  'lost',
] as const;
export type RecoveryOutcome = (typeof RECOVERY_OUTCOMES)[number];

/** Of invoices; minor units. */
export interface CountAndAmount {
  count: number;
  amount: number;
}

/** The invoices of one currency whose payment first failed in a month, and what has become of them up to now. */
export interface RecoveryMonth extends Record<'failed' | RecoveryOutcome, CountAndAmount> {
  /** YYYY-MM, in the install's time zone. */
  month: string;
  currency: string;
}

export interface RecoveryGroup {
  failed: number;
  recovered: number;
}

/** Failed invoices that got no reminders, and those that could get them. */
export interface HoldoutComparison {
  held_out: RecoveryGroup;
  others: RecoveryGroup;
  /** How many percentage points more of the others were recovered, and between what it lies in 19 of 20 such cases. */
  difference: { points: number; low: number; high: number } | null;
  verdict: 'too_few' | 'no_difference' | 'more' | 'fewer';
}

export interface RecoveryReport {
  object: 'recovery_report';
  timezone: string;
  /** The latest month first; a month and currency in which no payment failed is left out. */
  data: RecoveryMonth[];
  /** Null where nothing was held out in these months. */
  holdout: HoldoutComparison | null;
}

export type LossReason = 'voided' | 'uncollectible' | 'subscription_ended' | 'deleted';

export interface FailedInvoiceView {
  id: string;
  /** These three are null once the contact was deleted. */
  invoice: string | null;
  customer: string | null;
  contact: string | null;
  email: string | null;
  currency: string;
  /** Minor units: what was to be paid when its payment first failed. */
  amount: number;
  outcome: RecoveryOutcome;
  first_failed_at: string;
  attempts: number;
  first_mailed_at: string | null;
  clicked_at: string | null;
  recovered_at: string | null;
  recovered_amount: number | null;
  lost_at: string | null;
  lost_reason: LossReason | null;
  is_holdout: boolean | null;
}

/** The body of every failed request, in Stripe's shape. */
export interface ApiError {
  error: { code: string; message: string; param?: string };
}

/** Every route of the extension API: its own arguments and the body it returns. */
export interface ExtensionApi {
  overview: { args: object; answer: Overview };
  'settings/read': { args: object; answer: Settings };
  /**
   * Whole sections and whole types of `events`; those left out stay as they are. A `revision` other than the stored one is
   * refused with `conflict`; without one the last writer wins.
   */
  'settings/save': { args: { settings: SettingsChange }; answer: Settings };
  'events/list': {
    args: ListArgs & { type?: string; status?: EventStatus; customer?: string };
    answer: List<EventView>;
  };
  'events/read': { args: { id: string }; answer: EventDetail };
  'events/replay': { args: { id: string }; answer: EventView };
  'contacts/list': { args: ListArgs & { email?: string; query?: string }; answer: List<ContactView> };
  'contacts/read': { args: { id: string } | { customer: string }; answer: ContactDetail };
  /**
   * What is left out stays. `billing_contacts` are those added by hand. Refused with `invalid_request` where it would
   * subscribe somebody who had left.
   */
  'contacts/save': { args: { id: string } & ContactChange; answer: ContactView };
  'workflows/list': { args: ListArgs; answer: List<WorkflowView> };
  'workflows/create': {
    args: { template: string; trigger?: TriggerType } | { definition: Definition };
    answer: WorkflowView;
  };
  'workflows/read': { args: { id: string }; answer: WorkflowView };
  'workflows/activate': { args: { id: string }; answer: WorkflowView };
  'workflows/pause': { args: { id: string }; answer: WorkflowView };
  'workflows/delete': { args: { id: string }; answer: WorkflowView };
  'workflows/save': { args: { id: string; definition: Definition; revision: number }; answer: WorkflowView };
  /** Over the events of the last `days` (1 to 90; 30 when left out). */
  'workflows/rehearse': {
    args: ({ id: string } | { template: string } | { definition: Definition }) & { days?: number };
    answer: Rehearsal;
  };
  'runs/list': {
    args: ListArgs & { workflow?: string; contact?: string; status?: RunStatus };
    answer: List<RunView>;
  };
  /** Ends a run that is under way; emails of it that wait are not sent. */
  'runs/stop': { args: { id: string }; answer: RunView };
  /** Ends the wait that a run stands at. */
  'runs/advance': { args: { id: string }; answer: RunView };
  'emails/list': { args: ListArgs & { customer?: string; status?: EmailStatus }; answer: List<EmailView> };
  'emails/read': { args: { id: string }; answer: EmailDetail };
  /** The last `months`, this one included: 1 to 24, 12 when left out. */
  'recovery/report': { args: { months?: number }; answer: RecoveryReport };
  'import/start': { args: object; answer: ImportProgress };
  disconnect: { args: object; answer: { connected: false } };
}

interface ListArgs {
  /** 1 to 100, 20 when left out. */
  limit?: number;
  starting_after?: string;
}
