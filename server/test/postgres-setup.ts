/** One real PostgreSQL for the whole test run; each test file makes a database of its own in it. */
import { migrate } from '../db/migrate';
import { openDatabase } from '../db/open';
import { startEmbeddedPostgres } from '../dev/embedded-postgres';
import { MIGRATED } from './databases';

declare global {
  var testPostgres: { stop(): Promise<void> } | undefined;
}

/** What a server does for data that must outlive it. */
const NOTHING_TO_KEEP = [
  'fsync=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum=off',
];

export default async function setup(): Promise<void> {
  const postgres = await startEmbeddedPostgres({
    initdbFlags: ['--no-sync'],
    settings: [...NOTHING_TO_KEEP, 'max_connections=300'],
  });
  globalThis.testPostgres = { stop: () => postgres.remove() };
  process.env.TEST_POSTGRES_URL = postgres.url;
  const db = openDatabase(await postgres.createDatabase(MIGRATED));
  await migrate(db);
  await db.destroy();
}
