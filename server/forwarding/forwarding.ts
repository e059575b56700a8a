/** What an install forwards, and by which key. `now` is in epoch milliseconds throughout. */
import { z } from 'zod';
import { choiceOf, FORWARDED_TYPES, type ForwardedType, type ForwardingStatus } from '../../shared/forwarding';
import type { WebhookType } from '../../shared/webhooks';
import { countContacts } from '../audience/contacts';
import type { Context } from '../context';
import { ofClaim } from '../db/claim';
import { flag } from '../db/columns';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { AppError, invalid } from '../errors';
import { setWants } from '../installs/wants';
import type { KnownProperties } from './destination';

export type Forwarding = Row<'forwarding'>;

const HINT_LENGTH = 4;

const inputSchema = z.object({
  /** Empty: the one that is kept. */
  key: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{0,200}$/, 'must be an API key of Loops: letters and digits, without spaces'),
  contacts: z.boolean(),
  events: z.array(z.enum(FORWARDED_TYPES, 'must be events of the list')),
  isOn: z.boolean(),
});
type ForwardingInput = z.input<typeof inputSchema>;

export const findForwarding = (db: Db, tenant: Tenant): Promise<Forwarding | undefined> =>
  db.selectFrom('forwarding').selectAll().where(ofTenant(tenant)).where('api_key', '!=', '').executeTakeFirst();

/** What needs a person: the key is refused, or the tool could not be asked about it so far. */
export function troubleOf(forwarding: Forwarding | undefined): 'refused' | 'not_checked' | undefined {
  if (forwarding?.status === 'refused') return 'refused';
  return forwarding?.status === 'checking' && forwarding.outcome !== null ? 'not_checked' : undefined;
}

export const eventsOf = ({ events }: Pick<Forwarding, 'events'>): ForwardedType[] =>
  JSON.parse(events) as ForwardedType[];

/** `type` as the log has it. */
export const isChosenEvent = (forwarding: Pick<Forwarding, 'events'>, type: string): boolean =>
  (eventsOf(forwarding) as string[]).includes(choiceOf(type));

export const knownOf = ({ known }: Pick<Forwarding, 'known'>): KnownProperties => JSON.parse(known) as KnownProperties;

const sealContext = ({ accountId, livemode }: Tenant): string => `forwarding:${accountId}:${livemode}`;

/** Undefined where no key in ENCRYPTION_KEY opens it (which is logged). */
export function tryToOpenKey({ vault, log }: Context, row: Forwarding): string | undefined {
  try {
    return vault.open(row.api_key, sealContext(tenantOf(row)));
  } catch (error) {
    log.error({ err: error, account: row.account_id }, 'a stored key can not be opened');
    return undefined;
  }
}

/**
 * Turned on with a new key, or again, it first tries the key; turned off, what waits is called off by the loop. Throws
 * invalid_request naming the field.
 */
export async function saveForwarding(
  { vault }: Pick<Context, 'vault'>,
  trx: Trx,
  tenant: Tenant,
  input: { [Field in keyof ForwardingInput]: Field extends 'events' ? readonly string[] : ForwardingInput[Field] },
  now: number,
): Promise<void> {
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error);
  const { key, contacts, events, isOn } = parsed.data;
  const before = await findForwarding(trx, tenant);
  if (key === '' && !before) throw new AppError('invalid_request', 'key: is missing', 'key');
  if (isOn && !contacts && events.length === 0)
    throw new AppError('invalid_request', 'contacts: choose contacts or at least one event', 'contacts');
  const isTried = isOn && (key !== '' || before?.status !== 'on');
  const status = !isOn ? 'off' : isTried ? 'checking' : 'on';
  const isFilling = isOn && contacts ? (before?.backfill_place ?? null) : null;
  const values = {
    status,
    contacts: flag(contacts),
    events: JSON.stringify(events),
    ...(key === ''
      ? {}
      : { api_key: vault.seal(key, sealContext(tenant)), key_hint: key.slice(-HINT_LENGTH), team_name: null }),
    ...(isTried ? { known: '{}', outcome: null } : {}),
    backfill_place: isFilling,
    ...(status === 'on' ? {} : { resume_place: null }),
    due_at: now,
    // What is under way by the earlier choice finds its claim lost.
    ...{ claims: 0, attempts: 0, updated_at: now },
  } as const;
  await trx
    .insertInto('forwarding')
    .values({ ...tenantColumns(tenant), api_key: '', key_hint: '', known: '{}', ...values })
    // Also where one was removed, and what waited isn't called off yet.
    .onConflict((conflict) => conflict.columns(['account_id', 'livemode']).doUpdateSet(values))
    .execute();
  await setWants(trx, tenant, 'forwarding', isOn ? wantedFor({ contacts, events }) : []);
}

const wantedFor = ({ contacts, events }: { contacts: boolean; events: readonly string[] }): WebhookType[] => [
  ...(contacts ? (['contact.created', 'contact.updated', 'contact.deleted'] as const) : []),
  ...(events.length > 0 ? (['event.processed'] as const) : []),
];

/** The key goes, and the loop calls off all that waits, then deletes the row; the log stays. */
export async function deleteForwarding(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await trx
    .updateTable('forwarding')
    .set({
      ...{ status: 'off', api_key: '', key_hint: '', team_name: null, known: '{}', outcome: null },
      ...{ backfill_place: null, resume_place: null, due_at: now, claims: 0, attempts: 0, updated_at: now },
    })
    .where(ofTenant(tenant))
    .execute();
  await setWants(trx, tenant, 'forwarding', []);
}

/** The key was taken: what waited for it goes. False where that key isn't kept any more. */
export const recordTaken = (
  trx: Trx,
  tried: TriedKey,
  { known, teamName }: { known?: KnownProperties; teamName?: string },
  now: number,
): Promise<boolean> =>
  recordKey(trx, tried, ['checking'], {
    status: 'on',
    team_name: teamName ?? null,
    known: JSON.stringify(known ?? {}),
    outcome: null,
    resume_place: '',
    due_at: now,
  });

/**
 * The tool refuses the key; nothing goes until another is saved. `outcome` in a sentence; `whenIts`: when it was tried, or while
 * something went. False where that key isn't kept any more, or is being tried again.
 */
export const refuseKey = (
  trx: Trx,
  tried: TriedKey,
  outcome: string,
  whenIts: readonly ForwardingStatus[],
): Promise<boolean> => recordKey(trx, tried, whenIts, { status: 'refused', outcome, due_at: null });

/** By which a tool was asked, sealed. */
type TriedKey = Pick<Forwarding, 'account_id' | 'livemode' | 'api_key'>;

async function recordKey(
  trx: Trx,
  tried: TriedKey,
  whenIts: readonly ForwardingStatus[],
  fields: Partial<Forwarding>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('forwarding')
    .set({ ...fields, claims: 0, attempts: 0 })
    .where(ofTenant(tenantOf(tried)))
    .where('api_key', '=', tried.api_key)
    .where('status', 'in', whenIts)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Writes to a claimed row as long as it is ours, and nobody has saved anything since. */
export async function recordOf(trx: Trx, row: Forwarding, fields: Partial<Forwarding>): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('forwarding')
    .set({ ...fields, claims: 0, attempts: 0 })
    .where(ofClaim('forwarding', row))
    .where('updated_at', '=', row.updated_at)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Of the account that the key opens. */
export async function learnProperties(trx: Trx, tried: TriedKey, known: KnownProperties): Promise<void> {
  await trx
    .updateTable('forwarding')
    .set({ known: JSON.stringify(known) })
    .where(ofTenant(tenantOf(tried)))
    .where('api_key', '=', tried.api_key)
    .execute();
}

/** Of which the key was removed, once nothing waits any more. */
export async function deleteRemoved(trx: Trx, row: Forwarding): Promise<void> {
  await trx
    .deleteFrom('forwarding')
    .where(ofTenant(tenantOf(row)))
    .where('api_key', '=', '')
    .execute();
}

/** All contacts there are now, the newest first. Throws invalid_request where contacts aren't forwarded. */
export async function startBackfill(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  const row = await findForwarding(trx, tenant);
  if (row?.status !== 'on' || row.contacts === 0)
    throw new AppError('invalid_request', 'Contacts are not forwarded: turn that on, and save.', 'contacts');
  await trx
    .updateTable('forwarding')
    .set({
      // Ids are in the order of time.
      ...{ backfill_place: newId('con', now), backfill_done: 0, backfill_total: await countContacts(trx, tenant) },
      ...{ backfill_ended_at: null, due_at: now, claims: 0, attempts: 0 },
    })
    .where(ofTenant(tenant))
    .execute();
}
