/**
 * The tables. Columns are text, integer or bigint only, so that one schema and one set of queries serve SQLite and
 * PostgreSQL: flags are 0/1, times are epoch milliseconds (`created` is Stripe's epoch seconds), JSON is text.
 * Every tenant table begins with account_id and livemode.
 *
 * Rows that wait for work carry `due_at` (null: nothing to do), `claims` (claims in a row that recorded no result: a
 * process died) and `attempts`. A claim moves due_at to the end of its lease; see claim.ts.
 */
import type { Generated, Kysely, Selectable, Transaction } from 'kysely';
import type {
  ConsentCause,
  ContactStatus,
  EmailKind,
  EmailReason,
  EmailStatus,
  EventReason,
  EventStatus,
  ImportStatus,
  InstallStatus,
  LossReason,
  ObjectKind,
  RunStatus,
  SubjectKind,
  SubscriptionStatus,
  WorkflowStatus,
} from '../../shared/api';
import type { ApiScope } from '../../shared/api-keys';
import type { ContactPropertyType } from '../../shared/contact-properties';
import type { ForwardKind, ForwardStatus, ForwardingStatus } from '../../shared/forwarding';
import type { ScheduleType } from '../../shared/schedules';
import type { DeliveryStatus, DeliveryType, EndpointStatus, WebhookType } from '../../shared/webhooks';

export type Flag = 0 | 1;

/** Which workflows a replayed event may start: those that were active when it arrived, or those activated since as well. */
export type ReplayScope = 'active_then' | 'active_now';

/** Where somebody asked for it: the console, a session that the Dashboard's link opened, the Stripe App, or the API. */
export type ReplayedVia = 'console' | 'dashboard' | 'app' | 'api';

/** What a message of the outbox is about. */
export type MessageKind = 'contact' | 'email' | 'run' | 'event';

interface TenantColumns {
  account_id: string;
  livemode: Flag;
}

interface InstallTable extends TenantColumns {
  /** `ins_…`: names the install in webhook URLs. */
  id: string;
  kind: 'oauth' | 'restricted_key';
  status: InstallStatus;
  account_name: string | null;
  account_email: string | null;
  /** Encrypted: the OAuth access token, or the restricted key. */
  access_token: string | null;
  refresh_token: string | null;
  token_expires_at: number | null;
  /** Set while one process refreshes the token. */
  token_lease_until: number | null;
  /** Restricted-key installs: the endpoint at Stripe and its encrypted signing secret. */
  webhook_endpoint_id: string | null;
  webhook_secret: string | null;
  connected_at: number;
  removed_at: number | null;
  needs_reconnect_at: number | null;
  reconnect_notified_at: number | null;
  /** Since when ALLOWED_ACCOUNTS doesn't name the account; null: it may be served. */
  shut_out_at: number | null;
  /** Allowed again: what was logged without effect since then is still to be fetched. */
  missed_since: number | null;
  /**
   * By status: the next catch-up, the notice that it needs reconnecting, the erasure of a removed one. `catch_up_from` is
   * how far (epoch seconds) earlier rounds have covered.
   */
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  last_error: string | null;
  catch_up_from: number | null;
  /** What Stripe last wouldn't let us read of why payments fail. */
  missing_permission: string | null;
  /** Whether a workflow may hang on the dates of its subscriptions and invoices: what is saved of them is then due. */
  has_schedules: Generated<Flag>;
  /** When somebody hid the checklist of a new install. */
  checklist_closed_at: number | null;
  /** JSON object: of what its webhooks and others want to be told (installs/wants.ts), by who wants it; null: of nothing. */
  wants: string | null;
  /** JSON array of what every page of the console says is wrong (installs/troubles.ts); null: nothing. */
  troubles: string | null;
}

/** What has happened and is to be passed on; the row goes when it was. */
interface OutboxTable extends TenantColumns {
  /** Time-ordered (UUIDv7). */
  seq: string;
  type: WebhookType;
  object_kind: MessageKind;
  object_id: string;
  /** Whom it is about: the row goes with the contact. */
  contact_id: string | null;
  /** JSON object of outbox/messages.ts. */
  details: string;
  at: number;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
}

/** Where a program of the merchant's is told of what happens. */
interface WebhookEndpointTable extends TenantColumns {
  id: string;
  url: string;
  description: string | null;
  /** JSON array: of what. */
  types: string;
  status: EndpointStatus;
  /** Sealed; the one before signs as well until then. */
  secret: string;
  old_secret: string | null;
  old_secret_until: number | null;
  /** Of the first failure since something was last taken. */
  failing_since: number | null;
  created_at: number;
  /** Of one whose log is still being deleted; it is nothing else any more. */
  deleted_at: number | null;
  /** Once it was turned off for its failures: when people are told. */
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
}

/** One message to one endpoint. */
interface WebhookDeliveryTable extends TenantColumns {
  /** Its `webhook-id`: the same however often it is sent. */
  id: string;
  endpoint_id: string;
  type: DeliveryType;
  object_id: string;
  /** Whom it names: the row goes with the contact. */
  contact_id: string | null;
  /** The body. */
  payload: string;
  status: DeliveryStatus;
  /** Of the last try: the answer's status, what came of it in a sentence, the beginning of what was said, and when. */
  response_status: number | null;
  outcome: string | null;
  response: string | null;
  tried_at: number | null;
  created_at: number;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
}

/**
 * What an install forwards to a mail tool. Its queue columns: the key is to be tried, everybody is being forwarded, or what waits is
 * called off or resumed.
 */
interface ForwardingTable extends TenantColumns {
  status: ForwardingStatus;
  /** Encrypted; empty where it was removed, and the row goes once nothing waits any more. */
  api_key: string;
  /** Its last characters. */
  key_hint: string;
  /** Whose key it is, as the tool says. */
  team_name: string | null;
  contacts: Flag;
  /** JSON array of ForwardedType. */
  events: string;
  /** JSON object: the types of properties that the tool is known to have, by name. */
  known: string;
  /** What the tool last said of the key, in a sentence. */
  outcome: string | null;
  /** The last contact that "forward everyone" came to; null: it isn't under way. */
  backfill_place: string | null;
  backfill_done: Generated<number>;
  backfill_total: Generated<number>;
  backfill_ended_at: number | null;
  /** The last row that was made due since a key was taken; null: all are. */
  resume_place: string | null;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  updated_at: number;
}

/** Something that is forwarded: in the order of its ids for each contact. The log of forwarding as well. */
interface ForwardTable extends TenantColumns {
  id: string;
  kind: ForwardKind;
  /** The contact or the event. */
  object_id: string;
  /** Null of a deletion. */
  contact_id: string | null;
  event_type: string | null;
  /** Of a contact that waits untouched, its id: unique, so that a later change of it needs no row of its own. */
  slot: string | null;
  /** Whom to delete, until it is done; of a contact whose address has changed, the earlier one. */
  address: string | null;
  status: ForwardStatus;
  /** One sentence. */
  outcome: string;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  /** Set with the first try. */
  give_up_at: number | null;
  /** Of an event: when the first request went that the tool may have taken, whatever has come of it; null: none has. */
  sent_since: number | null;
  created_at: number;
  decided_at: number | null;
}

interface SettingTable extends TenantColumns {
  settings: string;
  /** Grows with every save. */
  revision: Generated<number>;
  updated_at: number;
}

/** What emails and pages need to show an install's logo; its picture is in `logo_image`. */
interface LogoTable extends TenantColumns {
  /** Names it in its address, for as long as the install has a logo. */
  token: string;
  /** Of this picture: the start of its hash. */
  version: string;
  /** In pixels. */
  width: number;
  height: number;
  updated_at: number;
}

interface LogoImageTable extends TenantColumns {
  /** Base64. */
  png: string;
}

/** What events of programs are called, and the types of what came with them. */
interface ApiEventTable extends TenantColumns {
  name: string;
  /** JSON object: ApiEventProperties. */
  properties: string;
  created_at: number;
  /** Within an hour. */
  last_seen_at: Generated<number>;
}

interface EventTable extends TenantColumns {
  id: string;
  /** Time-ordered (UUIDv7): the order of arrival, and the key of the payload. */
  seq: string;
  type: string;
  created: number;
  received_at: number;
  status: EventStatus;
  reason: EventReason | null;
  outcome: string;
  customer_id: string | null;
  contact_id: string | null;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  /** When a waiting event is given up; null while it waits for a reconnect. */
  give_up_at: number | null;
  last_error: string | null;
  /** How the merchant asked to run it again: its lateness then keeps it from nothing. Null: not asked. */
  replay: ReplayScope | null;
}

interface EventPayloadTable extends TenantColumns {
  seq: string;
  payload: string;
}

/** An event was asked to run again. */
interface EventReplayTable extends TenantColumns {
  event_id: string;
  id: string;
  at: number;
  via: ReplayedVia;
  /** Stripe's id of the person in its Dashboard; null: not known. */
  user_id: string | null;
  scope: ReplayScope;
  /** What had come of it until then: of the last replay, what the event says now. */
  status_before: EventStatus;
  outcome_before: string;
}

interface ContactTable extends TenantColumns {
  id: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
  /** Stamp (see audience/stamp.ts) of the event that last wrote the name. */
  name_stamp: number;
  user_group: string | null;
  /** JSON array of the billing contacts that a person added; null: none. */
  billing_emails: string | null;
  status: ContactStatus;
  source: string;
  subscription_status: SubscriptionStatus | null;
  plan: string | null;
  /** Minor units per month. */
  mrr: number | null;
  currency: string | null;
  renews_at: number | null;
  trial_ends_at: number | null;
  delinquent: Flag | null;
  /** A subscription goes on charging a card of its own although the customer chose another default since. */
  wrong_card: Flag | null;
  customer_since: number | null;
  /** What was paid less what was refunded, in the currency of most of it, in minor units; null: no payment is known. */
  ltv: number | null;
  ltv_currency: string | null;
  /** JSON object of the same in other currencies, by currency; null: there are none. */
  ltv_others: string | null;
  /** How many payments are known, those refunded since as well. */
  payments: Generated<number>;
  first_payment_at: number | null;
  last_payment_at: number | null;
  /** Of the merchant's own, as the API was given it; unique in the install. */
  user_id: string | null;
  /** JSON object of contact properties, by name, each of its contact_property's type; null: none. */
  properties: string | null;
  /** What a person wrote about it, plain text. */
  note: string | null;
  /** Its address and names as a search compares them: see fold-text.ts. Whoever writes those writes this. */
  search_text: string;
  created_at: number;
  updated_at: number;
}

/** A property of the merchant's own that contacts may have. */
interface ContactPropertyTable extends TenantColumns {
  name: string;
  type: ContactPropertyType;
  created_at: number;
}

interface MailingListTable extends TenantColumns {
  id: string;
  name: string;
  description: string | null;
  /** Shown on the preferences page, to be joined and left there. */
  is_public: Flag;
  created_at: number;
}

/** That a contact is on a list, or has left it. */
interface ListMembershipTable extends TenantColumns {
  contact_id: string;
  list_id: string;
  is_member: Flag;
  /** `contact`: by a link of theirs. Who left in that way is put back by nobody else. */
  changed_by: 'contact' | 'merchant';
  at: number;
}

/** Who left a list by a link of theirs, once the contact was deleted; gone with the list. */
interface ListLeftTable extends TenantColumns {
  list_id: string;
  /** Keyed hash of the address, as in `suppression`. */
  address_mac: string;
  at: number;
}

/** A contact left or came back: what is to be shown where somebody asks why they got an email, or got none. */
interface ConsentChangeTable extends TenantColumns {
  id: string;
  contact_id: string;
  at: number;
  /** From then on. */
  status: ContactStatus;
  cause: ConsentCause;
  /** Whose link was used, or which one was complained of. */
  email_id: string | null;
}

export type ContactJobKind = 'import' | 'group' | 'unsubscribe' | 'delete' | 'property';

/** `uploading` until all its parts are stored, `checking` until they were compared, then it waits to be confirmed. */
export type ContactJobStatus = 'uploading' | 'checking' | 'preview' | 'running' | 'finished' | 'failed' | 'canceled';

/** Work on many contacts that somebody asked for, done a part at a time. */
interface ContactJobTable extends TenantColumns {
  id: string;
  kind: ContactJobKind;
  status: ContactJobStatus;
  /** JSON of audience/contact-jobs.ts: what is to be done, and to whom; less what names people once it has ended. */
  parameters: string;
  /** Of an import the next part's number, else the id of the last contact that was looked at. */
  place: string;
  /** Lines of the file, or contacts as counted when it was confirmed. */
  total: number;
  done: Generated<number>;
  added: Generated<number>;
  changed: Generated<number>;
  unchanged: Generated<number>;
  /** Lines that can't be imported. */
  refused: Generated<number>;
  /** One that waits to be confirmed is given up then. */
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  created_at: number;
  finished_at: number | null;
}

/** Lines of a file that is imported, some hundreds. */
interface ContactJobPartTable extends TenantColumns {
  job_id: string;
  n: number;
  /** JSON array of audience/import-lines.ts; empty once the import has ended. */
  lines: string;
  /** JSON array of line numbers and reasons; nothing of what the lines say. */
  refused: string;
  /** JSON array of those numbers and what the lines say; empty once the import has ended. */
  refused_lines: Generated<string>;
}

/** A filter of the audience by name. */
interface SavedFilterTable extends TenantColumns {
  id: string;
  name: string;
  /** JSON object of the list's query parameters. */
  query: string;
  created_at: number;
}

interface CustomerLinkTable extends TenantColumns {
  customer_id: string;
  /** Null: a tombstone; the contact was deleted, late events of this customer are skipped, and no more is kept of it. */
  contact_id: string | null;
  /** Stamp of the event that last wrote this customer's address and state. */
  stamp: number;
  /** `deleted_unseen`: its deletion came before anything else of it, so no contact has been linked yet. */
  state: 'alive' | 'deleted' | 'deleted_unseen';
  /** Billing contacts that its metadata names, as of `stamp`: JSON object of the key that was read and its addresses; null: none. */
  billing_emails: string | null;
  delinquent: Flag | null;
  /** Epoch milliseconds: when the customer was made at Stripe. */
  customer_since: number | null;
  /** Stripe's id of the default card, empty for none; null: not known. */
  default_method: string | null;
  /** Since when, epoch milliseconds; null where its change wasn't seen. */
  default_method_at: number | null;
  /** Queue columns: the customer is to be fetched once more because two updates bore the same second. */
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
}

interface SubscriptionStateTable extends TenantColumns {
  subscription_id: string;
  customer_id: string;
  status: SubscriptionStatus | null;
  plan: string | null;
  /** Minor units per month. */
  mrr: number;
  currency: string | null;
  renews_at: number | null;
  trial_ends_at: number | null;
  /** Of its own card: as in customer_link, but its time is when it was first seen at the latest. */
  default_method: string | null;
  default_method_at: number | null;
  stamp: number;
}

/** A payment, or what was refunded of one that isn't known yet. */
interface PaymentTable extends TenantColumns {
  /** The invoice, or the payment intent of a checkout without one. */
  id: string;
  customer_id: string | null;
  /** Of a guest, who has no customer: the normalised address while it is a contact's, else its keyed hash. */
  email: string | null;
  currency: string;
  /** Minor units, as are the others; null: only a refund of it is known. */
  amount_paid: number | null;
  amount_refunded: number;
  /** JSON object, by charge: what was refunded of it, and when that was told (epoch seconds). */
  refunds: string;
  paid_at: number | null;
}

/** The newest known state of a Stripe object that runs may be about. */
interface ObjectStateTable extends TenantColumns {
  id: string;
  kind: ObjectKind;
  customer_id: string | null;
  /** Stripe's own; `gone` where Stripe no longer has it. */
  status: string | null;
  /** JSON object of what emails may say of it, by the names of the catalogue. */
  properties: string;
  /** See audience/stamp.ts. */
  stamp: number;
  /** When it was so: the event's time at Stripe, or when it was fetched. Epoch milliseconds. */
  known_at: number;
  /** JSON of why an invoice's payment failed (stripe-objects/payment-failure.ts); null: Stripe wasn't asked. */
  failure: string | null;
  /** Of an invoice or checkout that is nobody's or over and names a person: since when, as known_at; null: it names none, or must. */
  person_since: number | null;
  /** Queue columns: when a notice is to be given of one of its dates, or it is to be looked at for one. */
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
}

/** The dates of all states of the install are to be looked at anew: a workflow or the time zone has changed. */
interface PlanningJobTable extends TenantColumns {
  /** The last object that was made due; '' before the first. */
  place: string;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
}

/** The ledger of notices: one row for each workflow and period that one was due for. */
interface NoticeTable extends TenantColumns {
  id: string;
  workflow_id: string;
  kind: ScheduleType;
  /** The subscription or invoice. */
  subject_id: string;
  customer_id: string | null;
  /** Unique with the workflow; see schedules/dates-of.ts. */
  period: string;
  /** The date that it tells of, and when it was due. */
  date_at: number;
  planned_at: number;
  /** When its event went into the log, and which; both null where it was missed. */
  fired_at: number | null;
  event_id: string | null;
  /** Why none was given, in a sentence. */
  missed: string | null;
}

/** The card that a subscription is charged to, as Stripe last said. */
interface SubscriptionCardTable extends TenantColumns {
  subscription_id: string;
  customer_id: string | null;
  /** Null where it is charged to no card. */
  payment_method_id: string | null;
  /** Year and month, `2026-08`. */
  expires: string | null;
  asked_at: number;
}

/** What an install's contacts paid per month, as last looked at on a day. */
interface MrrDayTable extends TenantColumns {
  /** YYYY-MM-DD, in the install's time zone. */
  day: string;
  /** '' on every day that was looked at, also where nobody pays. */
  currency: string;
  /** Minor units per month. */
  mrr: number;
}

/** An invoice whose payment failed, and what became of it. Times are Stripe's, but for those of emails. */
interface FailedInvoiceTable extends TenantColumns {
  id: string;
  /** These three are null once the contact was deleted. */
  invoice_id: string | null;
  customer_id: string | null;
  subscription_id: string | null;
  currency: string;
  /** What was to be paid when its payment first failed, and what had been paid before; minor units. */
  amount: number;
  paid_before: number;
  first_failed_at: number;
  attempts: number;
  /** When the mail server took, or test mode captured, the first email that asked for its payment. */
  first_mailed_at: number | null;
  /** When a person first opened a link of such an email. */
  clicked_at: number | null;
  recovered_at: number | null;
  /** What was paid since the first failure; minor units. */
  recovered_amount: number | null;
  /** One that is paid all the same is recovered. */
  lost_at: number | null;
  lost_reason: LossReason | null;
  /** 1: gets no reminders, so that their effect is measured; 0: may get them; null: nothing was measured when it failed. */
  is_holdout: Flag | null;
}

interface WorkflowTable extends TenantColumns {
  id: string;
  name: string;
  status: WorkflowStatus;
  revision: number;
  trigger_type: string;
  /** What runs follow. */
  definition: string;
  /** What was saved beside it and isn't published yet; never set before the first activation. */
  draft: string | null;
  draft_at: number | null;
  activated_at: number | null;
  created_at: number;
  updated_at: number;
}

interface RunTable extends TenantColumns {
  id: string;
  workflow_id: string;
  contact_id: string;
  event_id: string;
  /** Type, object id and attempt_count of the event, or its id: two events of one change start one run. */
  run_key: string;
  /**
   * Unique per workflow and contact while set. `once`: this workflow never starts again for the contact. For "one at a
   * time" the invoice or subscription it is about, or `contact` where it names none; null again when the run ends.
   */
  slot: string | null;
  /** What the triggering event was about, for exit events on the same object. */
  invoice_id: string | null;
  subscription_id: string | null;
  /** The object of the triggering event, and its customer at Stripe. */
  subject_kind: SubjectKind | null;
  subject_id: string | null;
  customer_id: string | null;
  status: RunStatus;
  reason: string | null;
  /** The cause of its end in a sentence, where the reason doesn't say all. */
  outcome: string | null;
  /** The step the run stands at: the next one to do. */
  step_id: string | null;
  /** 1: that step is a wait under way; when the run is due it is over. */
  is_waiting: Generated<Flag>;
  due_at: number | null;
  /** While the workflow is paused: when the run would have been due. */
  parked_due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  last_error: string | null;
  started_at: number;
  finished_at: number | null;
}

interface RunStepTable extends TenantColumns {
  run_id: string;
  /** Its run's: runs are counted by the steps they came to. Null where the run was gone when this was added. */
  workflow_id: string | null;
  n: number;
  step_id: string;
  kind: string;
  at: number;
  /** One sentence. */
  result: string;
  email_id: string | null;
}

interface EmailTable extends TenantColumns {
  id: string;
  /** Null for test sends. */
  run_id: string | null;
  step_id: string | null;
  workflow_id: string | null;
  contact_id: string | null;
  /** Of a test send, the event it was made from. */
  event_id: string | null;
  /** What its run is about. */
  subject_kind: SubjectKind | null;
  subject_id: string | null;
  customer_id: string | null;
  kind: EmailKind;
  /**
   * The billing contact that gets it; '' for the contact itself. Unique with run and step. Of a deleted contact's the
   * email's own id.
   */
  copy_to: Generated<string>;
  /** The email that this one repeats, on a person's word; '' for none. Unique with the others: each is sent again once. */
  again_of: Generated<string>;
  to_address: string;
  subject: string;
  status: EmailStatus;
  reason: EmailReason | null;
  /** The reason in a sentence. */
  outcome: string | null;
  message_id: string;
  is_test: Flag;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  give_up_at: number | null;
  last_error: string | null;
  created_at: number;
  sent_at: number | null;
  /** The mail server's own id of it, from the answer with which it took the email. */
  remote_id: string | null;
  /** When it was last tried in vain, held, captured, kept back or failed. */
  decided_at: number | null;
  /** Where a provider says so. */
  delivered_at: number | null;
  bounced_at: number | null;
  complained_at: number | null;
  /** When a person first opened a link of it. */
  clicked_at: number | null;
  /** When a person first went on from its pay page. */
  pay_clicked_at: number | null;
  /** When its recipient first left by its own link. */
  unsubscribed_at: number | null;
  /** The transactional email that the API asked for: goes to `to_address` whether that is a contact's or not. */
  transactional_id: string | null;
}

/** What an email's data variables are filled with; goes when its content does. */
interface EmailDataTable extends TenantColumns {
  email_id: string;
  /** JSON object, by variable. */
  data: string;
}

/** An email that other programs send through the API. */
interface TransactionalEmailTable extends TenantColumns {
  id: string;
  name: string;
  /** JSON of shared/transactional.ts, as it is edited; `published` is what goes out, null until then. */
  draft: string;
  published: string | null;
  published_at: number | null;
  /** Grows with every save. */
  revision: number;
  created_at: number;
  updated_at: number;
}

interface EmailBodyTable extends TenantColumns {
  email_id: string;
  html: string;
  text: string;
  /** JSON object of header names and values. */
  headers: string;
}

/** A link of an email that was opened. Nothing of who opened it. */
interface EmailClickTable extends TenantColumns {
  email_id: string;
  /** SHA-256 of the url, which may be too long for an index. */
  url_hash: string;
  url: string;
  /** When a person first opened it; null: only programs did. */
  first_at: number | null;
  clicks: number;
  /** Opened by programs: link scanners, previews. */
  automatic: number;
}

/** Addresses that were asked whether they want the install's test emails. */
interface TestAddressTable extends TenantColumns {
  address: string;
  /** The email that asked last: the link in it confirms. */
  email_id: string;
  asked_at: number;
  confirmed_at: number | null;
}

/** Test emails of the last day, by what limits them; what goes with a contact or an install leaves them alone. */
interface TestSendTable extends TenantColumns {
  /** Epoch milliseconds. */
  sent_at: number;
  email_id: string;
  /** Of an email that asks an address: its keyed hash (audience/suppression-key.ts). */
  address_mac: string | null;
}

interface SuppressionTable extends TenantColumns {
  /** Keyed hash of the normalised address (audience/suppression-key.ts): outlives the contact without keeping the address. */
  address_mac: string;
  /** `all`: the address takes no mail (bounce). `marketing`: its owner had unsubscribed before the contact was deleted. */
  scope: 'all' | 'marketing';
  /** Whether its owner had unsubscribed: 1 for `marketing`, and for an `all` that is lifted to it. */
  has_left: Flag;
  /** Without words of the mail server's, which may name the person. */
  reason: string;
  created_at: number;
}

/** Keys of the server itself, sealed under ENCRYPTION_KEY. */
interface SealedKeyTable {
  name: 'suppression';
  sealed: string;
}

interface ImportJobTable extends TenantColumns {
  status: ImportStatus;
  cursor: string | null;
  done: number;
  total: number | null;
  due_at: number | null;
  claims: Generated<number>;
  attempts: Generated<number>;
  last_error: string | null;
  started_at: number;
  finished_at: number | null;
}

interface SessionTable {
  /** SHA-256 of the cookie's random id. */
  id_hash: string;
  /** The install on screen. */
  account_id: string;
  livemode: Flag;
  /** `dashboard`: opened by the Dashboard's one-time link; it may do less (see requireFullSession). */
  kind: 'full' | 'dashboard';
  created_at: number;
  expires_at: number;
  /** To the hour. */
  used_at: number;
  /** As `Firefox on Linux`. */
  browser: string | null;
}

interface SessionInstallTable {
  id_hash: string;
  account_id: string;
  livemode: Flag;
}

interface OauthStateTable {
  state_hash: string;
  /** SHA-256 of the browser's cookie: the callback must come from the browser that began. */
  browser_hash: string;
  livemode: Flag;
  expires_at: number;
}

interface ApiKeyTable extends TenantColumns {
  id: string;
  /** SHA-256 of the key, which nobody can show again. */
  key_hash: string;
  /** Its first characters. */
  hint: string;
  name: string;
  scope: ApiScope;
  created_at: number;
  /** To the minute. */
  last_used_at: number | null;
}

/** What a request with an Idempotency-Key was answered, kept for a day. */
interface ApiAnswerTable extends TenantColumns {
  /** SHA-256 of the route and the Idempotency-Key. */
  key_hash: string;
  /** SHA-256 of the body. */
  request_hash: string;
  /** JSON. */
  answer: string;
  created_at: number;
}

interface LinkTokenTable {
  token_hash: string;
  account_id: string;
  livemode: Flag;
  user_id: string;
  expires_at: number;
}

export interface Schema {
  install: InstallTable;
  outbox: OutboxTable;
  webhook_endpoint: WebhookEndpointTable;
  webhook_delivery: WebhookDeliveryTable;
  forwarding: ForwardingTable;
  forward: ForwardTable;
  setting: SettingTable;
  logo: LogoTable;
  logo_image: LogoImageTable;
  event: EventTable;
  event_payload: EventPayloadTable;
  event_replay: EventReplayTable;
  contact: ContactTable;
  contact_property: ContactPropertyTable;
  mailing_list: MailingListTable;
  list_membership: ListMembershipTable;
  list_left: ListLeftTable;
  consent_change: ConsentChangeTable;
  contact_job: ContactJobTable;
  contact_job_part: ContactJobPartTable;
  saved_filter: SavedFilterTable;
  customer_link: CustomerLinkTable;
  subscription_state: SubscriptionStateTable;
  object_state: ObjectStateTable;
  planning_job: PlanningJobTable;
  notice: NoticeTable;
  subscription_card: SubscriptionCardTable;
  payment: PaymentTable;
  failed_invoice: FailedInvoiceTable;
  mrr_day: MrrDayTable;
  workflow: WorkflowTable;
  run: RunTable;
  run_step: RunStepTable;
  email: EmailTable;
  email_body: EmailBodyTable;
  email_data: EmailDataTable;
  transactional_email: TransactionalEmailTable;
  email_click: EmailClickTable;
  test_address: TestAddressTable;
  test_send: TestSendTable;
  suppression: SuppressionTable;
  sealed_key: SealedKeyTable;
  import_job: ImportJobTable;
  session: SessionTable;
  session_install: SessionInstallTable;
  oauth_state: OauthStateTable;
  link_token: LinkTokenTable;
  api_key: ApiKeyTable;
  api_answer: ApiAnswerTable;
  api_event: ApiEventTable;
}

/** Either the database or a transaction on it. */
export type Db = Kysely<Schema>;
export type Trx = Transaction<Schema>;
export type Row<T extends keyof Schema> = Selectable<Schema[T]>;
