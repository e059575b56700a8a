/** Ports for the servers of tests that must know theirs before they listen. */
import { createServer } from 'node:net';

let portsTaken = 0;

/**
 * Each process of tests has a range of its own, below the ports that the system hands out: nobody else takes one before
 * the server it is meant for has started, which may be seconds later.
 */
export async function freePort(): Promise<number> {
  const first = 10_000 + (process.pid % 200) * 100;
  for (;;) {
    const port = first + (portsTaken++ % 100);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
