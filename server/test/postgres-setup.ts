/** One real PostgreSQL for the whole test run; each test file makes a database of its own in it. */
import { startEmbeddedPostgres } from '../dev/embedded-postgres';

declare global {
  var testPostgres: { stop(): Promise<void> } | undefined;
}

export default async function setup(): Promise<void> {
  const postgres = await startEmbeddedPostgres({
    initdbFlags: ['--no-sync'],
    settings: ['fsync=off', 'max_connections=300'],
  });
  globalThis.testPostgres = { stop: () => postgres.remove() };
  process.env.TEST_POSTGRES_URL = postgres.url;
}
