/** One event to decide about, with what its payload says. */
import type { Job } from '../db/queue';
import { keyFor } from '../db/keys';
import { readPayloads } from '../db/payloads';
import type { Db, Row } from '../db/schema';
import { readEventObject } from '../stripe-objects/read-object';
import type { ReadObject } from '../stripe-objects/types';
import type { LookupResult } from './whose';

export interface EventJob {
  row: Row<'event'>;
  /** Null for types without an object of interest, and where the payload is gone. */
  object: ReadObject | null;
  /** What Stripe said of its owner; undefined as long as it wasn't asked. */
  asked: LookupResult | undefined;
}

/** In the order of arrival; payloads of all accounts in one statement. Throws TooMuch when they are too large together. */
export async function readJobs(db: Db, jobs: readonly Job<'event', LookupResult>[]): Promise<EventJob[]> {
  const keys = jobs.map(({ row }) => keyFor(row, row.seq));
  const texts = await readPayloads(db, keys);
  return jobs
    .map(({ row, result }) => ({ row, object: objectOf(row.type, texts.get(row.seq)), asked: result }))
    .sort((a, b) => (a.row.seq < b.row.seq ? -1 : 1));
}

function objectOf(type: string, payload: string | undefined): ReadObject | null {
  return payload === undefined ? null : readEventObject(type, JSON.parse(payload) as Record<string, unknown>);
}
