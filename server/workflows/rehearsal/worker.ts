/** A thread that plays its share of a log (thread.ts): parts of it come in, at the end its tally goes out. */
import { on } from 'node:events';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { passSuppressionKey } from '../../audience/suppression-key';
import { openDatabase } from '../../db/open';
import type { Place } from './log';
import { play, type Score } from './play';
import type { Tally } from './tally';
import { NO_TURNS } from './turns';

export interface Script {
  databaseUrl: string;
  suppressionKey: Uint8Array;
  score: Score;
}

/** Null ends it. */
export type Part = readonly Place[] | null;

/** `null`: a part has been taken. */
export type Told = Tally | null;

const tell = (port: MessagePort, told: Told) => port.postMessage(told);

async function* partsFrom(port: MessagePort): AsyncGenerator<readonly Place[]> {
  for await (const [part] of on(port, 'message') as AsyncIterable<[Part]>) {
    if (part === null) return;
    tell(port, null);
    yield part;
  }
}

async function work(port: MessagePort, { databaseUrl, suppressionKey, score }: Script): Promise<void> {
  const db = openDatabase(databaseUrl);
  passSuppressionKey(db, Buffer.from(suppressionKey));
  try {
    tell(port, await play(db, score, partsFrom(port), NO_TURNS));
  } finally {
    await db.destroy();
  }
}

// What it throws reaches whoever started the thread.
if (parentPort) void work(parentPort, workerData as Script);
