/** Payloads of many events at once, as far as their texts together are not too much for one go. */
import { findSizes, keyFor, keyText, selectByKeys, type TenantKey } from './keys';
import { TooMuch } from './queue';
import type { Db } from './schema';

/** Bytes up to which a payload counts as small: those of a whole batch (200) are then read without being counted. */
const SMALL = 16 * 1024;
/** Bytes of the others that are read together; one alone may have more. */
const BUDGET = 2 * 1024 * 1024;

/** JSON texts by `seq`, without those that aren't kept. Throws TooMuch when the large ones exceed the budget. */
export async function readPayloads(db: Db, keys: readonly TenantKey[]): Promise<Map<string, string>> {
  const rows = await selectByKeys(db, 'event_payload', 'seq', keys, { where: `octet_length(payload) <= ${SMALL}` });
  const found = new Set(rows.map((row) => keyText(row, row.seq)));
  const others = found.size === keys.length ? [] : keys.filter((key) => !found.has(keyText(key, key.value)));
  if (others.length > 0) rows.push(...(await readLarge(db, others)));
  return new Map(rows.map(({ seq, payload }) => [seq, payload]));
}

async function readLarge(db: Db, keys: readonly TenantKey[]) {
  const sizes = await findSizes(db, 'event_payload', 'seq', 'payload', keys);
  const bytes = sizes.reduce((sum, { bytes: more }) => sum + more, 0);
  if (bytes > BUDGET && sizes.length > 1) throw new TooMuch();
  return selectByKeys(
    db,
    'event_payload',
    'seq',
    sizes.map((row) => keyFor(row, row.value)),
  );
}
