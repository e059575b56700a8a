/** A real PostgreSQL for the benchmarks, durable as it is by default. */
import { startEmbeddedPostgres } from '../embedded-postgres';

export interface BenchPostgres {
  /** The URL of a new, empty database. */
  fresh(): Promise<string>;
  stop(): Promise<void>;
}

export async function startPostgres(port: number): Promise<BenchPostgres> {
  const postgres = await startEmbeddedPostgres({ port });
  let made = 0;
  return {
    fresh: () => postgres.createDatabase(`bench_${++made}`),
    stop: () => postgres.remove(),
  };
}
