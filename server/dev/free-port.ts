import { createServer } from 'node:net';
import { listen } from './listen';

/** One that is free now. Nobody holds it: for processes that have to be told theirs. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe, 0);
  return new Promise((resolve) => probe.close(() => resolve(port)));
}
