/** Reads bodies of requests, with bounds on each and on all that are under way. */
import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 1024 * 1024;
/** Of unfinished bodies together: honest senders finish theirs in no time. */
const MAX_UNFINISHED_BYTES = 64 * MAX_BYTES;

export class BodyFault extends Error {
  constructor(readonly kind: 'too_large' | 'broken_off' | 'crowded_out') {
    super(`the body is ${kind}`);
  }
}

interface Unfinished {
  bytes: number;
  giveUp(kind: BodyFault['kind']): void;
}

/** The reader resolves with the body as UTF-8 text; it throws BodyFault. */
export function createBodyReader({ maxUnfinished = MAX_UNFINISHED_BYTES } = {}) {
  /** The oldest first. */
  const unfinished = new Set<Unfinished>();
  let total = 0;

  function take(body: Unfinished, bytes: number): void {
    body.bytes += bytes;
    total += bytes;
    if (body.bytes > MAX_BYTES) body.giveUp('too_large');
    // Who has taken longest goes first: many that trickle must not keep out those that are quick.
    for (const oldest of unfinished) {
      if (total <= maxUnfinished) break;
      oldest.giveUp('crowded_out');
    }
  }

  function drop(body: Unfinished): void {
    if (unfinished.delete(body)) total -= body.bytes;
  }

  return (req: IncomingMessage): Promise<string> =>
    new Promise((resolve, reject) => {
      let chunks: Buffer[] = [];
      const body: Unfinished = {
        bytes: 0,
        giveUp(kind) {
          drop(body);
          chunks = [];
          reject(new BodyFault(kind));
        },
      };
      if (Number(req.headers['content-length']) > MAX_BYTES) return body.giveUp('too_large');
      unfinished.add(body);
      req.on('data', (chunk: Buffer) => {
        if (!unfinished.has(body)) return;
        chunks.push(chunk);
        take(body, chunk.length);
      });
      req.on('end', () => {
        drop(body);
        resolve((chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8'));
      });
      req.on('error', () => body.giveUp('broken_off'));
      req.on('close', () => {
        if (!req.complete) body.giveUp('broken_off');
      });
    });
}
