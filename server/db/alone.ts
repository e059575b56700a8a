/**
 * A database for one program alone, so that nothing changes in it meanwhile. SQLite: the lock of its file. PostgreSQL: an
 * advisory lock, shared by every connection of a Tillpost (open.ts), exclusive here; it ends with its connection.
 */
import { Client, type PoolClient } from 'pg';
import { findFile, findHolder, tryLock } from './sqlite-file';

/** Any number below 2^31, the same in all releases. */
const WORKING = 1_953_065_068;

export interface Alone {
  /** Whether it still is: a connection that broke meanwhile has let others in, and so has a lock that was deleted. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Throws with who is at work on it. Makes a SQLite file that isn't there. */
export async function takeAlone(databaseUrl: string): Promise<Alone> {
  return findFile(databaseUrl) === undefined ? takePostgres(databaseUrl) : takeFile(databaseUrl);
}

function takeFile(databaseUrl: string): Alone {
  const lock = tryLock(databaseUrl);
  if (!lock) throw new Error(`${findHolder(databaseUrl) ?? 'another process'} works on it: stop it first`);
  return {
    isHeld: () => Promise.resolve(lock.isHeld()),
    release: () => Promise.resolve(lock.release()),
  };
}

async function takePostgres(connectionString: string): Promise<Alone> {
  const client = new Client({ connectionString, keepAlive: true, connectionTimeoutMillis: 5_000 });
  let isBroken = false;
  client.on('error', () => (isBroken = true));
  await client.connect();
  const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${WORKING}) as taken`);
  if (!rows[0]?.taken) {
    const others = await describeOthers(client);
    await client.end();
    throw new Error(`a Tillpost is connected to it, ${others}: stop it first`);
  }
  return {
    isHeld: async () => {
      if (isBroken) return false;
      return client.query('select 1').then(
        () => true,
        () => false,
      );
    },
    release: () => client.end().catch(() => undefined),
  };
}

async function describeOthers(client: Client): Promise<string> {
  const { rows } = await client.query<{ who: string }>(`
    select distinct coalesce('from ' || host(a.client_addr), 'by a socket of its machine')
      || ' since ' || to_char(min(a.backend_start) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as who
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.objid = ${WORKING} and l.granted and a.datname = current_database()
    group by a.client_addr
  `);
  return rows.map(({ who }) => who).join(', ') || 'and gone by now';
}

/** Of a Tillpost that works along with others: for each new connection of its pool. */
export function shareDatabase(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ shared: boolean }>(`select pg_try_advisory_lock_shared(${WORKING}) as shared`).then(
    ({ rows }) => done(rows[0]?.shared ? undefined : new BeingMoved()),
    (error: unknown) => done(error as Error),
  );
}

/** To all else it is as if the database were away (engine.ts). */
class BeingMoved extends Error {
  readonly code = '57P03';
  constructor() {
    super('the database is being moved: wait for `npm run move` to end');
  }
}
