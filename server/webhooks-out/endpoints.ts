/** The webhook endpoints of an install: where its other programs are told of what happens. `now` in epoch milliseconds. */
import { z } from 'zod';
import { oneLineOrNull } from '../../shared/one-line';
import { MOST_ENDPOINTS, WEBHOOK_DESCRIPTION_LENGTH, WEBHOOK_TYPES, type WebhookType } from '../../shared/webhooks';
import { isLocal } from '../config';
import type { Context } from '../context';
import { ofClaim } from '../db/claim';
import type { ErasedTable } from '../db/erase';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { modeOf, ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { AppError, invalid } from '../errors';
import { setTrouble } from '../installs/troubles';
import { setWants } from '../installs/wants';
import { readEndpointUrl } from './endpoint-url';
import { newSecret } from './signature';

export const WEBHOOK_TABLES = [
  // Before what is made for it.
  { table: 'webhook_endpoint', key: 'id' },
  { table: 'webhook_delivery', key: 'id' },
] as const satisfies ErasedTable[];

export type Endpoint = Row<'webhook_endpoint'>;

/** As somebody types it. */
export interface EndpointInput {
  url: string;
  description: string;
  types: readonly string[];
}

/** How long the secret before a new one signs as well. */
const OLD_SECRET_MS = 24 * 3_600_000;

const schema = z.object({
  description: oneLineOrNull(WEBHOOK_DESCRIPTION_LENGTH),
  types: z
    .array(z.enum(WEBHOOK_TYPES, `must be some of ${WEBHOOK_TYPES.join(', ')}`))
    .min(1, 'choose at least one')
    .transform((types) => WEBHOOK_TYPES.filter((type) => types.includes(type))),
});

export const typesOf = ({ types }: Pick<Endpoint, 'types'>): WebhookType[] => JSON.parse(types) as WebhookType[];

/** The oldest first. */
export const listEndpoints = (db: Db, tenant: Tenant): Promise<Endpoint[]> =>
  selectOf(db, tenant).orderBy('id').execute();

export const findEndpoint = (db: Db, tenant: Tenant, id: string): Promise<Endpoint | undefined> =>
  selectOf(db, tenant).where('id', '=', id).executeTakeFirst();

const selectOf = (db: Db, tenant: Tenant) =>
  db.selectFrom('webhook_endpoint').selectAll().where(ofTenant(tenant)).where('deleted_at', 'is', null);

type Sealing = Pick<Context, 'vault' | 'config'>;

/** Throws invalid_request naming the field. */
function parse({ config }: Sealing, { url: typed, ...input }: EndpointInput) {
  const read = readEndpointUrl(typed, { allowsLoopback: isLocal(config) });
  if ('expected' in read) throw new AppError('invalid_request', `url: ${read.expected}`, 'url');
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error);
  return { url: read.url, description: parsed.data.description, types: JSON.stringify(parsed.data.types) };
}

/** Its id and its secret, which is known this once. Throws invalid_request naming the field. */
export async function createEndpoint(
  ctx: Sealing,
  trx: Trx,
  tenant: Tenant,
  input: EndpointInput,
  now: number,
): Promise<{ id: string; secret: string }> {
  const values = parse(ctx, input);
  if ((await listEndpoints(trx, tenant)).length >= MOST_ENDPOINTS)
    throw new AppError('invalid_request', `url: there may be at most ${MOST_ENDPOINTS} endpoints`, 'url');
  const id = newId('whe', now);
  const secret = newSecret();
  const sealed = ctx.vault.seal(secret, sealContext(tenant, id));
  const rest = { old_secret: null, old_secret_until: null, failing_since: null, deleted_at: null, due_at: null };
  await trx
    .insertInto('webhook_endpoint')
    .values({ ...tenantColumns(tenant), id, ...values, status: 'active', secret: sealed, ...rest, created_at: now })
    .execute();
  await noteChange(trx, tenant);
  return { id, secret };
}

const sealContext = (tenant: Tenant, id: string) => `endpoint:${tenant.accountId}:${modeOf(tenant)}:${id}`;

/** Against another address nothing counts yet. Throws invalid_request naming the field. */
export async function saveEndpoint(ctx: Sealing, trx: Trx, endpoint: Endpoint, input: EndpointInput): Promise<void> {
  const values = parse(ctx, input);
  await change(trx, endpoint, { ...values, ...(values.url === endpoint.url ? {} : { failing_since: null }) });
}

/** On again, nothing counts against it; off by a person. */
export const turnEndpoint = (trx: Trx, endpoint: Endpoint, isOn: boolean): Promise<void> =>
  change(trx, endpoint, { status: isOn ? 'active' : 'off', failing_since: null, ...TOLD });

/** The new secret, which is known this once; the one before signs as well for a day. */
export async function rotateSecret(ctx: Sealing, trx: Trx, endpoint: Endpoint, now: number): Promise<string> {
  const secret = newSecret();
  const sealed = ctx.vault.seal(secret, sealContext(tenantOf(endpoint), endpoint.id));
  const old = { old_secret: endpoint.secret, old_secret_until: now + OLD_SECRET_MS };
  await change(trx, endpoint, { secret: sealed, ...old });
  return secret;
}

/** Nothing is delivered to it any more. Its row stays without what it was until the loop has deleted its log. */
export const deleteEndpoint = (trx: Trx, endpoint: Endpoint, now: number): Promise<void> =>
  change(trx, endpoint, {
    ...{ status: 'off', url: '', description: null, secret: '', old_secret: null },
    deleted_at: now,
    ...TOLD,
  });

/** It is called no more, until a person turns it on again; it is due for the notice that tells them. */
export const turnOffBroken = (trx: Trx, endpoint: Endpoint, status: 'gone' | 'failing', now: number): Promise<void> =>
  change(trx, endpoint, { status, ...TOLD, due_at: now });

/** Nobody is to be told any more, also by a claim that is under way. */
const TOLD = { due_at: null, claims: 0, attempts: 0 } as const;

export const isBroken = <E extends Pick<Endpoint, 'status'>>(
  endpoint: E,
): endpoint is E & { status: 'gone' | 'failing' } => endpoint.status === 'gone' || endpoint.status === 'failing';

/** Of a claimed one. */
export async function noteTold(db: Db, endpoint: Endpoint): Promise<void> {
  await db.updateTable('webhook_endpoint').set(TOLD).where(ofClaim('webhook_endpoint', endpoint)).execute();
}

async function change(trx: Trx, endpoint: Endpoint, fields: Partial<Endpoint>): Promise<void> {
  const tenant = tenantOf(endpoint);
  await trx.updateTable('webhook_endpoint').set(fields).where(ofTenant(tenant)).where('id', '=', endpoint.id).execute();
  await noteChange(trx, tenant);
}

/** What is wanted follows from the endpoints that are on, and so does what the console says of the others. */
async function noteChange(trx: Trx, tenant: Tenant): Promise<void> {
  const endpoints = await listEndpoints(trx, tenant);
  const active = endpoints.filter(({ status }) => status === 'active');
  await setWants(trx, tenant, 'webhooks', active.flatMap(typesOf));
  await setTrouble(trx, tenant, 'webhooks', endpoints.some(isBroken));
}

/** Those that sign now. Empty where no key of ours opens them, which is logged. */
export function secretsOf({ vault, log }: Pick<Context, 'vault' | 'log'>, endpoint: Endpoint, now: number): string[] {
  const isOldGood = endpoint.old_secret_until !== null && now < endpoint.old_secret_until;
  const sealed = [endpoint.secret, ...(isOldGood && endpoint.old_secret ? [endpoint.old_secret] : [])];
  try {
    return sealed.map((one) => vault.open(one, sealContext(tenantOf(endpoint), endpoint.id)));
  } catch (error) {
    log.error({ err: error, endpoint: endpoint.id }, 'the secret of a webhook endpoint can not be opened');
    return [];
  }
}

/** Counts from the first failure since something was taken, whatever else is under way. */
export async function noteOutcome(trx: Trx, endpoint: Endpoint, isTaken: boolean, now: number): Promise<void> {
  await trx
    .updateTable('webhook_endpoint')
    .set({ failing_since: isTaken ? null : now })
    .where(ofTenant(tenantOf(endpoint)))
    .where('id', '=', endpoint.id)
    .where('failing_since', isTaken ? 'is not' : 'is', null)
    .execute();
}
