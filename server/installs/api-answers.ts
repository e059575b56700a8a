/** What requests with an Idempotency-Key were answered: asked again within a day, they get the same and do nothing. */
import type { Db, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { sha256 } from '../vault';

const KEPT_MS = 24 * 60 * 60_000;
const FORGOTTEN_AT_ONCE = 500;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,100}$/;

export interface IdempotentRequest {
  route: string;
  /** As the header has it; undefined: the work is done each time. */
  key: string | undefined;
  body: unknown;
}

/**
 * Does the work and keeps its answer, in one transaction: killed in between, neither was done. Throws conflict where the key
 * came with another body, and invalid_request for a malformed one. `now` in epoch milliseconds.
 */
export async function answerOnce<T>(
  trx: Trx,
  tenant: Tenant,
  { route, key, body }: IdempotentRequest,
  now: number,
  work: () => Promise<T>,
): Promise<T> {
  if (key === undefined) return work();
  if (!IDEMPOTENCY_KEY.test(key))
    throw new AppError('invalid_request', 'Idempotency-Key: must be 1 to 100 visible ASCII characters');
  const key_hash = sha256(`${route} ${key}`);
  const request_hash = sha256(canonicalJson(body));
  const known = await trx
    .selectFrom('api_answer')
    .selectAll()
    .where(ofTenant(tenant))
    .where('key_hash', '=', key_hash)
    .executeTakeFirst();
  if (known && known.created_at > now - KEPT_MS) {
    if (known.request_hash === request_hash) return JSON.parse(known.answer) as T;
    throw new AppError('conflict', 'Idempotency key has been used in the previous 24 hours.');
  }
  if (known) await trx.deleteFrom('api_answer').where(ofTenant(tenant)).where('key_hash', '=', key_hash).execute();
  const answer = await work();
  const row = { key_hash, request_hash, answer: JSON.stringify(answer), created_at: now };
  // Two at once: one of them finds the key taken, and is done anew (transact).
  await trx
    .insertInto('api_answer')
    .values({ ...tenantColumns(tenant), ...row })
    .execute();
  return answer;
}

/** The same for two values that differ only in the order of their objects' keys. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );

/** Forgets those of all installs that count no more; returns how many of a batch there were. */
export async function forgetOldAnswers(db: Db, now: number): Promise<number> {
  const old = await db
    .selectFrom('api_answer')
    .selectAll()
    .where('created_at', '<=', now - KEPT_MS)
    .limit(FORGOTTEN_AT_ONCE)
    .execute();
  for (const { account_id, livemode, key_hash, created_at } of old)
    await db
      .deleteFrom('api_answer')
      .where('account_id', '=', account_id)
      .where('livemode', '=', livemode)
      .where('key_hash', '=', key_hash)
      .where('created_at', '=', created_at)
      .execute();
  return old.length;
}
