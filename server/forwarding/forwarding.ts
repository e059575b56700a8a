/** What an install forwards, and by which key. `now` is in epoch milliseconds throughout. */
import { z } from 'zod';
import { FORWARDED_TYPES, type ForwardedType } from '../../shared/forwarding';
import { FORWARD_OUTCOMES } from '../../shared/words/forwarding';
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
import { cancelWaiting, resumeWaiting } from './forwards';

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
export type ForwardingInput = z.input<typeof inputSchema>;

export const findForwarding = (db: Db, tenant: Tenant): Promise<Forwarding | undefined> =>
  db.selectFrom('forwarding').selectAll().where(ofTenant(tenant)).executeTakeFirst();

export const eventsOf = ({ events }: Pick<Forwarding, 'events'>): ForwardedType[] =>
  JSON.parse(events) as ForwardedType[];

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

/** Turned on with a new key, or again, it first tries the key. Throws invalid_request naming the field. */
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
    due_at: isTried || isFilling !== null ? now : null,
    // What is under way by the earlier choice finds its claim lost.
    ...{ claims: 0, attempts: 0, updated_at: now },
  } as const;
  if (before) await trx.updateTable('forwarding').set(values).where(ofTenant(tenant)).execute();
  else
    await trx
      .insertInto('forwarding')
      .values({ ...tenantColumns(tenant), api_key: '', key_hint: '', known: '{}', ...values })
      .execute();
  if (!isOn) await cancelWaiting(trx, tenant, FORWARD_OUTCOMES.turnedOff, now);
  await setWants(trx, tenant, 'forwarding', isOn ? wantedFor({ contacts, events }) : []);
}

const wantedFor = ({ contacts, events }: { contacts: boolean; events: readonly string[] }): WebhookType[] => [
  ...(contacts ? (['contact.created', 'contact.updated', 'contact.deleted'] as const) : []),
  ...(events.length > 0 ? (['event.processed'] as const) : []),
];

/** The key goes, and all that waits is called off; the log stays. */
export async function deleteForwarding(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await trx.deleteFrom('forwarding').where(ofTenant(tenant)).execute();
  await cancelWaiting(trx, tenant, FORWARD_OUTCOMES.turnedOff, now);
  await setWants(trx, tenant, 'forwarding', []);
}

/** The key was taken: what waited for it goes. Of a claimed row; nothing where somebody has saved another meanwhile. */
export async function recordTaken(
  trx: Trx,
  row: Forwarding,
  { known, teamName }: { known?: KnownProperties; teamName?: string },
  now: number,
): Promise<void> {
  const taken = await recordOf(trx, row, {
    status: 'on',
    team_name: teamName ?? null,
    known: JSON.stringify(known ?? {}),
    outcome: null,
    due_at: row.backfill_place === null ? null : now,
  });
  if (taken) await resumeWaiting(trx, tenantOf(row), now);
}

/** The tool refuses the key; nothing goes until another is saved. `outcome` in a sentence. */
export const recordKeyRefused = (trx: Trx, row: Forwarding, outcome: string): Promise<boolean> =>
  recordOf(trx, row, { status: 'refused', outcome, due_at: null });

/** Writes to a claimed row as long as it is ours. */
export async function recordOf(trx: Trx, row: Forwarding, fields: Partial<Forwarding>): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('forwarding')
    .set({ ...fields, claims: 0, attempts: 0 })
    .where(ofClaim('forwarding', row))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** While something went: by the key that it went with. False where that was replaced since, or is being tried again. */
export async function refuseKey(trx: Trx, row: Forwarding, outcome: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('forwarding')
    .set({ status: 'refused', outcome, due_at: null, claims: 0, attempts: 0 })
    .where(ofTenant(tenantOf(row)))
    .where('api_key', '=', row.api_key)
    .where('status', 'in', ['on', 'refused'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function learnProperties(trx: Trx, tenant: Tenant, known: KnownProperties): Promise<void> {
  await trx
    .updateTable('forwarding')
    .set({ known: JSON.stringify(known) })
    .where(ofTenant(tenant))
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
