/** The engines every server test runs on, and fresh databases on them. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** The URL of a new, empty database. */
export async function freshDatabase(engine: Engine): Promise<string> {
  if (engine === 'sqlite') return 'sqlite::memory:';
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is set by the global setup of the jest project "server"');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: `${server}/postgres` });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return `${server}/${name}`;
}
