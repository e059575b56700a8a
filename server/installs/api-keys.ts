/** Keys of other programs: each names its install, as a session does for a person. `now` in epoch milliseconds. */
import { z } from 'zod';
import { API_KEY_NAME_LENGTH, API_SCOPES, MOST_API_KEYS, type ApiScope } from '../../shared/api-keys';
import { oneLine } from '../../shared/one-line';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { modeOf, ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { AppError, invalid } from '../errors';
import { randomToken, sha256 } from '../vault';

export type ApiKey = Row<'api_key'>;

const KEY = /^tp_(?:live|test)_[\w-]{43}$/;
/** Shown of a key once it is made: with the mode, enough to tell several apart. */
const HINT_LENGTH = 12;
const USED_EVERY_MS = 60_000;

const keySchema = z.object({
  name: oneLine(API_KEY_NAME_LENGTH).min(1, 'must not be empty'),
  scope: z.enum(API_SCOPES, `must be one of ${API_SCOPES.join(', ')}`),
});

/** Newest first. */
export const listApiKeys = (db: Db, tenant: Tenant): Promise<ApiKey[]> =>
  db.selectFrom('api_key').selectAll().where(ofTenant(tenant)).orderBy('id', 'desc').execute();

/** The key itself, which is known this once. Throws invalid_request naming the field. */
export async function createApiKey(
  trx: Trx,
  tenant: Tenant,
  input: { name: string; scope: ApiScope | (string & {}) },
  now: number,
): Promise<string> {
  const parsed = keySchema.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error);
  if ((await listApiKeys(trx, tenant)).length >= MOST_API_KEYS)
    throw new AppError('invalid_request', `name: there may be at most ${MOST_API_KEYS} keys: revoke one first`, 'name');
  const key = `tp_${modeOf(tenant)}_${randomToken()}`;
  const row = { id: newId('key', now), key_hash: sha256(key), hint: key.slice(0, HINT_LENGTH), ...parsed.data };
  await trx
    .insertInto('api_key')
    .values({ ...tenantColumns(tenant), ...row, created_at: now })
    .execute();
  return key;
}

export async function revokeApiKey(db: Db, tenant: Tenant, id: string): Promise<void> {
  await db.deleteFrom('api_key').where(ofTenant(tenant)).where('id', '=', id).execute();
}

/** Undefined for one that isn't there, or was revoked. */
export async function findApiKey(db: Db, key: string): Promise<ApiKey | undefined> {
  if (!KEY.test(key)) return undefined;
  return db.selectFrom('api_key').selectAll().where('key_hash', '=', sha256(key)).executeTakeFirst();
}

/** Noted once a minute at most. */
export async function noteApiKeyUse(db: Db, { id, last_used_at, ...row }: ApiKey, now: number): Promise<void> {
  const before = now - USED_EVERY_MS;
  if (last_used_at !== null && last_used_at > before) return;
  await db
    .updateTable('api_key')
    .set({ last_used_at: now })
    .where(ofTenant(tenantOf(row)))
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', before)]))
    .execute();
}
