/** The connections to PostgreSQL as Kysely uses them: statements stay prepared, and a round trip carries several. */
import type { Duplex } from 'node:stream';
import {
  PostgresAdapter,
  PostgresDialect,
  sql,
  type Kysely,
  type MigrationLockOptions,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely';
import { Pool, TypeOverrides, types, type PoolClient, type PoolConfig } from 'pg';
import { LEASE_MS } from './claim';
import { UNAWAITED } from './together';

/**
 * Shorter than a lease: what a claimed batch asks of the database must not go on once others have taken its rows. Work that
 * takes longer in all is done in parts; migrations have no limit.
 */
const STATEMENT_MS = (LEASE_MS * 2) / 3;

/** Beyond it a text is parsed each time: lists of many lengths must not fill the server's memory. */
const MAX_PREPARED = 500;

export function createPool(connectionString: string, more: Pick<PoolConfig, 'verify'>): Pool {
  const parsers = new TypeOverrides();
  // Counts and epoch milliseconds stay below 2^53.
  parsers.setTypeParser(types.builtins.INT8, Number);
  const pool = new Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 5_000,
    // A peer that vanishes must neither hang us nor leave its locks behind.
    keepAlive: true,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    types: parsers,
    pipeline: true,
    ...more,
  });
  // An idle connection that breaks is replaced at the next query, which reports what matters.
  pool.on('error', () => undefined);
  // Nor may one that breaks while it is lent out end the process: its query fails, and that is handled.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

export class OurPostgresDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new OurPostgresAdapter();
  }
}

/** A migration of many rows, and whoever waits for it, take as long as they take: cut off, they would never get done. */
class OurPostgresAdapter extends PostgresAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>, options: MigrationLockOptions): Promise<void> {
    await sql`set statement_timeout = 0`.execute(db);
    await super.acquireMigrationLock(db, options);
  }

  override async releaseMigrationLock(db: Kysely<unknown>, options: MigrationLockOptions): Promise<void> {
    await super.releaseMigrationLock(db, options);
    await sql`reset statement_timeout`.execute(db);
  }
}

/** The pool for Kysely: texts with parameters get a name, by which PostgreSQL parses and plans them once a connection. */
export function preparing(pool: Pool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MAX_PREPARED) return known;
    const name = `tillpost_${names.size}`;
    names.set(text, name);
    return name;
  };
  const lent = new WeakMap<PoolClient, PostgresPoolClient>();

  function lend(client: PoolClient): PostgresPoolClient {
    let isInTransaction = false;
    /** Why a statement of the transaction that nobody waited for was refused: all after it are refused for that alone. */
    let refusal: Error | undefined;
    const query = async (text: string, values: readonly unknown[]) => {
      inOneWrite(client);
      const name = values.length > 0 ? nameOf(text) : undefined;
      const sent = client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
      if (BEGINS.test(text)) {
        isInTransaction = true;
        refusal = undefined;
        // Goes out together with the first statement, which fails too where this does.
        sent.catch(() => undefined);
        return NOTHING;
      }
      if (isInTransaction && text.startsWith(UNAWAITED)) {
        sent.catch((error: Error) => (refusal ??= error));
        return NOTHING;
      }
      if (!isInTransaction) return sent;
      if (ENDS.test(text)) isInTransaction = false;
      const result = await sent.catch((error: Error) => {
        throw refusal ?? error;
      });
      // What was refused is rolled back by a commit that says nothing of it.
      if (text === 'commit' && refusal !== undefined) throw refusal;
      return result;
    };
    return { query, release: () => client.release() } as unknown as PostgresPoolClient;
  }

  return {
    async connect() {
      const client = await pool.connect();
      const known = lent.get(client) ?? lend(client);
      lent.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

/** What is sent in one turn goes out together: a write to a socket costs as much as many a statement. */
function inOneWrite(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const BEGINS = /^(?:begin|start transaction)\b/;
const ENDS = /^(?:commit|rollback)$/;
const NOTHING = { command: 'BEGIN' as const, rowCount: 0, rows: [] };
