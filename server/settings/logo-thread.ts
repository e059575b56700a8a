/** Reads a logo's file in a thread of its own: a large picture takes a third of a second, which would hold up all else. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../worker-file';
import { LOGO_REFUSED } from '../../shared/words/branding';
import type { Picture } from './logo-picture';

const CUT_OFF_MS = 10_000;
const MAX_MB = 128;

const { file: FILE, execArgv } = workerFile(__dirname, 'logo-worker');

/** The next begins when the one before has ended: many at once must not fill the memory. */
let last: Promise<unknown> = Promise.resolve();

export function readLogoApart(file: Buffer): Promise<Picture> {
  const mine = last.then(() => readIn(file));
  last = mine;
  return mine;
}

/** Never throws: what kills the thread, or takes too long, is no picture for us. */
async function readIn(file: Buffer): Promise<Picture> {
  const worker = new Worker(FILE, { execArgv, workerData: file, resourceLimits: { maxOldGenerationSizeMb: MAX_MB } });
  try {
    const [picture] = (await once(worker, 'message', { signal: AbortSignal.timeout(CUT_OFF_MS) })) as [Picture];
    // What comes from a thread has lost its class.
    return picture.kind === 'picture' ? { ...picture, png: Buffer.from(picture.png) } : picture;
  } catch {
    return { kind: 'refused', message: LOGO_REFUSED.damaged };
  } finally {
    await worker.terminate();
  }
}
