/** Reads a logo's file in a thread of its own: a large picture takes a third of a second, which would hold up all else. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LOGO_REFUSED } from '../../shared/words/branding';
import type { Picture } from './logo-picture';

const CUT_OFF_MS = 10_000;
const MAX_MB = 128;

// Unbuilt, in development and tests, the thread has to be told how to read TypeScript.
const isBuilt = __filename.endsWith('.js');
const FILE = join(__dirname, isBuilt ? 'logo-worker.js' : 'logo-worker.ts');
const execArgv = isBuilt ? undefined : ['--require', require.resolve('tsx/cjs')];

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
