/**
 * The transactional outbox: what has happened is written within the transaction in which it happens, and passed on by the
 * loop (outbox-queue.ts). Who wants what is on the install (installs/wants.ts): of what nobody wants nothing is written.
 */
import { sql } from 'kysely';
import type { WebhookType } from '../../shared/webhooks';
import { insertNew } from '../db/bulk';
import type { ErasedTable } from '../db/erase';
import { firstIdAt, timeOrderedId } from '../db/new-id';
import type { OldRows } from '../db/old-rows';
import type { Db, MessageKind, Row } from '../db/schema';
import { tenantColumns, tenantOf, tenantsOf, type Tenant } from '../db/tenant';
import { findWantsOfAll, type Wants } from '../installs/wants';

export const OUTBOX_TABLES = [{ table: 'outbox', key: 'seq' }] as const satisfies ErasedTable[];

/** Those made before a time (epoch milliseconds): what could never be passed on. */
export const oldMessages = (before: number): OldRows => ({
  table: 'outbox',
  key: 'seq',
  end: firstIdAt(before),
  stays: sql`due_at is not null`,
});

/**
 * `stripe`: an event of Stripe's; `late`: one of long ago, too late for news. `import`: of Stripe's customers, or of a
 * file. `person`: in the console or the Stripe App; `bulk`: so, to many at once.
 */
export type ChangeCause = 'stripe' | 'late' | 'import' | 'api' | 'person' | 'bulk' | 'contact' | 'workflow';

/** What a field was and is, in the form that the API shows it. */
export interface FieldChange {
  was: unknown;
  is: unknown;
}

/** What its object doesn't say itself. Names people: a row that waits goes with its contact. */
interface MessageDetails {
  /** Of contacts and lists. */
  cause?: ChangeCause;
  /** Of `contact.updated`, by field; those of properties as `properties.plan`. */
  changes?: Record<string, FieldChange>;
  /** Of `contact.deleted`: who it was, under which addresses before, where that was not told, and into which contact it was merged. */
  deleted?: { email: string; user_id: string | null; merged_into: string | null; earlier?: readonly string[] };
  /** Of `list.joined`. */
  list_id?: string;
}

export interface NewMessage {
  tenant: Tenant;
  type: WebhookType;
  kind: MessageKind;
  id: string;
  contactId: string | null;
  details?: MessageDetails;
}

/** One that is to be passed on. */
export interface Message extends Required<NewMessage> {
  seq: string;
  /** Epoch milliseconds. */
  at: number;
}

/** `wantsOf`, what is wanted to be told: left out, it is read from the installs. `now` in epoch milliseconds. */
export interface Telling {
  wantsOf?: ((tenant: Tenant) => Wants) | undefined;
  now: number;
}

/** In the transaction in which it happens; those that nobody wants are left out. */
export async function recordMessages(
  db: Db,
  messages: readonly NewMessage[],
  { wantsOf, now }: Telling,
): Promise<void> {
  if (messages.length === 0) return;
  const known = wantsOf ?? (await findWantsOfAll(db, tenantsOf(messages.map(({ tenant }) => tenantColumns(tenant)))));
  const rows = messages.filter(({ tenant, type }) => known(tenant).has(type)).map((one) => rowOf(one, now));
  if (rows.length > 0) await insertNew(db, 'outbox', rows);
}

const rowOf = ({ tenant, type, kind, id, contactId, details = {} }: NewMessage, now: number): Row<'outbox'> => ({
  seq: timeOrderedId(now),
  type,
  object_kind: kind,
  object_id: id,
  contact_id: contactId,
  details: JSON.stringify(details),
  at: now,
  due_at: now,
  claims: 0,
  attempts: 0,
  ...tenantColumns(tenant),
});

export const messageOf = (row: Row<'outbox'>): Message => ({
  tenant: tenantOf(row),
  seq: row.seq,
  type: row.type,
  kind: row.object_kind,
  id: row.object_id,
  contactId: row.contact_id,
  details: JSON.parse(row.details) as MessageDetails,
  at: row.at,
});

/** 2020-01-01: so that a number holds it for some seventy years more. */
const EPOCH = 1_577_836_800_000;

/** Grows from one message about an object to the next, as the clock of the process does that writes them. */
export const sequenceOf = (seq: string): number =>
  (parseInt(seq.slice(0, 12), 16) - EPOCH) * 4096 + parseInt(seq.slice(13, 16), 16);
