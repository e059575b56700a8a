/** The engines every server test runs on, and fresh databases on them. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** The database that others are copied from, made once a run: migrating each anew would take most of the time. */
export const MIGRATED = 'migrated';

/** The URL of a new, empty database. */
export const freshDatabase = (engine: Engine): Promise<string> => createDatabase(engine, 'template1');

/** The URL of a new database with tables as after a start; on SQLite still empty, where migrating takes milliseconds. */
export const migratedDatabase = (engine: Engine): Promise<string> => createDatabase(engine, MIGRATED);

/** One that can be opened again after its process has ended. */
export async function keptDatabase(engine: Engine): Promise<{ databaseUrl: string; remove: () => void }> {
  if (engine === 'postgres') return { databaseUrl: await freshDatabase(engine), remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'tillpost-kept-'));
  return {
    databaseUrl: `sqlite:${join(folder, 'tillpost.db')}`,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

async function createDatabase(engine: Engine, template: string): Promise<string> {
  if (engine === 'sqlite') return 'sqlite::memory:';
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is set by the global setup of the jest project "server"');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: `${server}/postgres` });
  await client.connect();
  await client.query(`create database ${name} template ${template} strategy file_copy`);
  await client.end();
  return `${server}/${name}`;
}
