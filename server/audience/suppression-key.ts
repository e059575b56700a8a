/**
 * The key of the hashes in `suppression`: random, made at the first start, sealed under ENCRYPTION_KEY in the database.
 * Whoever has the database alone can't try addresses against the hashes; and when ENCRYPTION_KEY is rotated only the key
 * is sealed anew, for of people who were deleted there is no address left to hash again.
 */
import { reasonOfRefusal } from '../../shared/words/email-reasons';
import { ConfigError } from '../config';
import type { Context } from '../context';
import { upsert } from '../db/bulk';
import { databaseOf } from '../db/engine';
import { deleteByKeys, keyFor } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { transact } from '../db/transact';
import { keyedHash, randomToken, sha256 } from '../vault';

const NAME = 'suppression';
const AT_ONCE = 500;

/** By database. */
const keys = new WeakMap<object, Buffer>();

/** Of the bare hash that the first releases kept: those can be keyed without knowing the address. */
const keyBare = (key: Buffer, bare: string) => keyedHash(key, bare);

export function hashAddress(db: Db, address: string): string {
  return keyBare(suppressionKeyOf(db), sha256(address.trim().toLowerCase()));
}

/** For a thread that opens the same database: it neither has the vault nor needs it. */
export function suppressionKeyOf(db: Db): Buffer {
  const key = keys.get(databaseOf(db));
  if (!key) throw new Error('addresses can be hashed only after openSuppressionKey');
  return key;
}

/** In place of openSuppressionKey, where that was called for the same database already. */
export const passSuppressionKey = (db: Db, key: Buffer): void => void keys.set(databaseOf(db), key);

/**
 * To be called once the database is migrated, before anything is sent. Throws ConfigError when ENCRYPTION_KEY doesn't open
 * the key: going on would mail those who said no.
 */
export async function openSuppressionKey({ db, vault }: Pick<Context, 'db' | 'vault'>): Promise<void> {
  await db
    .insertInto('sealed_key')
    .values({ name: NAME, sealed: vault.seal(randomToken(), NAME) })
    .onConflict((oc) => oc.doNothing())
    .execute();
  const { sealed } = await db
    .selectFrom('sealed_key')
    .select('sealed')
    .where('name', '=', NAME)
    .executeTakeFirstOrThrow();
  const text = open(vault, sealed);
  if (!vault.isCurrent(sealed))
    await db
      .updateTable('sealed_key')
      .set({ sealed: vault.seal(text, NAME) })
      .where('sealed', '=', sealed)
      .execute();
  const key = Buffer.from(text, 'base64url');
  keys.set(databaseOf(db), key);
  while ((await keyBareHashes(db, key)) > 0);
}

/** Whether a start would open it; so does a database that has none yet. Changes nothing. */
export async function isSuppressionKeyOpen({ db, vault }: Pick<Context, 'db' | 'vault'>): Promise<boolean> {
  const row = await db.selectFrom('sealed_key').select('sealed').where('name', '=', NAME).executeTakeFirst();
  try {
    if (row) open(vault, row.sealed);
    return true;
  } catch {
    return false;
  }
}

function open(vault: Context['vault'], sealed: string): string {
  try {
    return vault.open(sealed, NAME);
  } catch {
    throw new ConfigError([
      'ENCRYPTION_KEY does not hold the key that this database was last opened with: put it back into the list (docs/operations.md, Secrets)',
    ]);
  }
}

/** Those of the releases before, in hex; returns how many of a batch were left. */
async function keyBareHashes(db: Db, key: Buffer): Promise<number> {
  return transact(db, async (trx) => {
    const bare = await trx
      .selectFrom('suppression')
      .selectAll()
      .where((eb) => eb(eb.fn<number>('length', ['address_mac']), '=', 64))
      .limit(AT_ONCE)
      .execute();
    const keyed = bare.map((row): Row<'suppression'> => ({
      ...row,
      address_mac: keyBare(key, row.address_mac),
      reason: row.scope === 'all' ? reasonOfRefusal(row.reason) : row.reason,
    }));
    // A wider scope replaces a narrower one; that the owner had left stays.
    await upsert(
      trx,
      'suppression',
      ['address_mac'],
      keyed.filter(({ scope }) => scope === 'all'),
      ['scope', 'reason', 'created_at'],
    );
    await upsert(
      trx,
      'suppression',
      ['address_mac'],
      keyed.filter(({ scope }) => scope === 'marketing'),
      ['has_left'],
    );
    await deleteByKeys(
      trx,
      'suppression',
      'address_mac',
      bare.map((row) => keyFor(row, row.address_mac)),
    );
    return bare.length;
  });
}
