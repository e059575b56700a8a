/** Payloads of many events at once, as far as their texts together are not too much for one go. */
import { setImmediate as breathe } from 'node:timers/promises';
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

/** The same of whatever has such a key, in halves where they are too large together. The event loop turns in between. */
export async function* readPayloadsInParts<T>(
  db: Db,
  all: readonly T[],
  keyOf: (one: T) => TenantKey,
): AsyncGenerator<{ part: readonly T[]; payloads: Map<string, string> }> {
  let payloads: Map<string, string>;
  try {
    payloads = await readPayloads(db, all.map(keyOf));
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    const half = Math.ceil(all.length / 2);
    yield* readPayloadsInParts(db, all.slice(0, half), keyOf);
    await breathe();
    yield* readPayloadsInParts(db, all.slice(half), keyOf);
    return;
  }
  yield { part: all, payloads };
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
