/** A disk that syncs slowly, made of this machine's by a library that sleeps before every sync (slow-sync.c). */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from './bench';
import type { Figure } from './figure';
import { insertPerRequest, measureReceivers, tillposts } from './ingest';

/** An insert per request makes some 200 a second here: a thirtieth of the requests is enough for it. */
const SHARE_OF_INSERTS = 1 / 30;

export async function measureSlowDisk(bench: Bench): Promise<Figure[]> {
  const library = compile(bench.folder);
  if (library === undefined)
    return [{ name: 'not measured', value: '', note: 'it takes Linux and a C compiler named cc' }];
  const env = { LD_PRELOAD: library };
  return measureReceivers(bench, [{ ...insertPerRequest(env), share: SHARE_OF_INSERTS }, ...tillposts(bench, env)]);
}

/** Answers the library's file; undefined where there is no compiler, or LD_PRELOAD means nothing. */
function compile(folder: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = join(folder, 'slow-sync.so');
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, join(__dirname, 'slow-sync.c'), '-ldl']);
    return library;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
