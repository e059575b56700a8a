/** What an install forwards, and by which key. `now` is in epoch milliseconds throughout. */
import { z } from 'zod';
import { choiceOf, FORWARDED_TYPES, type ForwardedType } from '../../shared/forwarding';
import type { WebhookType } from '../../shared/webhooks';
import { countContacts } from '../audience/list-contacts';
import type { Context } from '../context';
import { flag } from '../db/columns';
import { selectByTenants } from '../db/keys';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { AppError, invalid } from '../errors';
import { setWants } from '../installs/wants';
import type { KnownProperties } from './destination';
import { sealKey } from './forwarding-key';

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

/** Also those of which the key was removed, by tenantKey. */
export async function findForwardings(db: Db, tenants: readonly Tenant[]): Promise<Map<string, Forwarding>> {
  const rows = (await selectByTenants(db, 'forwarding', tenants)) as Forwarding[];
  return new Map(rows.map((row) => [tenantKey(tenantOf(row)), row]));
}

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
    ...(key === '' ? {} : { api_key: sealKey(vault, tenant, key), key_hint: key.slice(-HINT_LENGTH), team_name: null }),
    ...(isTried ? { known: '{}', outcome: null } : {}),
    backfill_place: isFilling,
    ...(status === 'on' ? {} : { resume_place: null }),
    due_at: now,
    // What is under way by the earlier choice finds its claim lost.
    claims: 0,
    attempts: 0,
    updated_at: now,
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
      status: 'off',
      api_key: '',
      key_hint: '',
      team_name: null,
      known: '{}',
      outcome: null,
      backfill_place: null,
      resume_place: null,
      due_at: now,
      claims: 0,
      attempts: 0,
      updated_at: now,
    })
    .where(ofTenant(tenant))
    .execute();
  await setWants(trx, tenant, 'forwarding', []);
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
      backfill_place: newId('con', now),
      backfill_done: 0,
      backfill_total: await countContacts(trx, tenant),
      backfill_ended_at: null,
      due_at: now,
      claims: 0,
      attempts: 0,
    })
    .where(ofTenant(tenant))
    .execute();
}
