/**
 * Many events, one commit. Deliveries that arrive in one turn of the event loop are written in one transaction, with what
 * follows from them, and acknowledged after it: a batch forms by itself under load (57 at concurrency 64) and costs nothing
 * when idle.
 */
import { createAnalyzer } from '../db/analyze';
import { isAway, isLocked, isPostgres, isRowRefused } from '../db/engine';
import { transact } from '../db/transact';
import type { Context } from '../context';
import type { Delivery } from '../events/delivery';
import { countOutcomes } from '../events/event-queue';
import { receiveDeliveries } from '../events/receive';
import { recordDeliveries } from '../events/record';

/** Beyond either the sender is told to come back: memory must not grow when the disk can't keep up. */
const MAX_WAITING = 5_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_BATCH = 512;
/** No more is added to a batch that has as many: large payloads must not hold up the process together. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/** While one waits for PostgreSQL the next is decided. SQLite has one writer, in this process. */
const BATCHES_ON_POSTGRES = 2;
/** A batch that took longer: for a while events are only stored, so that receipt stays quick. */
const SLOW_MS = 500;
const REST_MS = 1_000;

export type Inbox = ReturnType<typeof createInbox>;

interface Entry {
  delivery: Delivery;
  names: string[];
  stored: () => void;
  failed: (error: unknown) => void;
}

export class InboxFull extends Error {}

export function createInbox(ctx: Context) {
  const waiting: Entry[] = [];
  /** What the batches under way are about. */
  const busy = new Set<string>();
  const atOnce = isPostgres(ctx.db) ? BATCHES_ON_POSTGRES : 1;
  const analyze = createAnalyzer(ctx.db);
  let underWay = 0;
  let bytes = 0;
  let isScheduled = false;
  /** Until then (performance.now) nothing is decided at receipt. */
  let restsUntil = 0;

  /** Begins as many batches as there may be; each that ends begins the next. */
  function begin(): void {
    isScheduled = false;
    while (underWay < atOnce) {
      const batch = take();
      if (batch.length === 0) return;
      underWay++;
      void write(batch).finally(() => {
        underWay--;
        for (const { names } of batch) for (const name of names) busy.delete(name);
        schedule();
      });
    }
  }

  /** In the next turn of the event loop: what arrives in this one goes along. */
  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(begin);
  }

  /** The oldest deliveries, but for those about what a batch under way is about: two would wait for each other's rows. */
  function take(): Entry[] {
    const batch: Entry[] = [];
    const left: Entry[] = [];
    const passedOver = new Set<string>();
    let size = 0;
    for (const entry of waiting.splice(0, MAX_BATCH)) {
      const isNext = size < MAX_BATCH_BYTES && !entry.names.some((name) => busy.has(name) || passedOver.has(name));
      if (isNext) size += sizeOf(entry);
      (isNext ? batch : left).push(entry);
      if (!isNext) for (const name of entry.names) passedOver.add(name);
    }
    waiting.unshift(...left);
    for (const { names } of batch) for (const name of names) busy.add(name);
    return batch;
  }

  async function write(batch: Entry[]): Promise<void> {
    const started = performance.now();
    try {
      await store(batch);
      for (const entry of batch) entry.stored();
    } catch (error) {
      if (batch.length > 1 && isRowRefused(error)) await writeSingly(batch, error);
      else for (const entry of batch) entry.failed(error);
    }
    const took = performance.now() - started;
    if (took > SLOW_MS) restsUntil = performance.now() + REST_MS;
    ctx.metrics.commitSeconds.observe(took / 1000);
    for (const entry of batch) bytes -= sizeOf(entry);
    ctx.metrics.inboxQueue.set(waiting.length);
    ctx.nudge();
  }

  /** Stores deliveries in one transaction, decided where that is possible; those already in the log change nothing. */
  async function store(batch: readonly Entry[]): Promise<void> {
    const now = ctx.clock.now();
    const deliveries = batch.map(({ delivery }) => delivery);
    const receipt =
      performance.now() < restsUntil
        ? undefined
        : await transact(ctx.db, (trx) => receiveDeliveries(trx, deliveries, now)).catch((error: unknown) => {
            if (isAway(error)) throw error;
            // That another process works on a contact is no fault.
            if (isLocked(error)) return undefined;
            ctx.log.warn(
              { err: error, events: batch.length },
              'a batch could not be decided at receipt; the queue will',
            );
            return undefined;
          });
    const stored =
      receipt?.stored ?? (await ctx.db.transaction().execute((trx) => recordDeliveries(trx, deliveries, now)));
    void analyze(stored).catch((error: unknown) => ctx.log.warn({ err: error }, 'tables could not be analyzed'));
    if (receipt) countOutcomes(ctx, receipt.outcomes);
    ctx.metrics.received.inc({ answer: 'stored' }, stored);
    ctx.metrics.received.inc({ answer: 'duplicate' }, deliveries.length - stored);
  }

  /** One row that the database refuses must not take the others with it. */
  async function writeSingly(batch: Entry[], error: unknown): Promise<void> {
    ctx.log.warn({ err: error, events: batch.length }, 'a batch of events could not be stored; storing one by one');
    for (const entry of batch) await store([entry]).then(entry.stored, entry.failed);
  }

  return {
    /** Resolves once the delivery is durable, duplicates included. Throws InboxFull when too much is waiting. */
    async receive(delivery: Delivery): Promise<void> {
      bytes += sizeOf({ delivery });
      if (waiting.length >= MAX_WAITING || bytes > MAX_WAITING_BYTES) {
        bytes -= sizeOf({ delivery });
        throw new InboxFull('too many deliveries are waiting to be stored');
      }
      const stored = new Promise<void>((resolve, reject) => {
        waiting.push({ delivery, names: atOnce > 1 ? namesOf(delivery) : [], stored: resolve, failed: reject });
      });
      schedule();
      await stored;
    },
  };
}

const sizeOf = ({ delivery }: Pick<Entry, 'delivery'>): number => delivery.payload?.length ?? 0;

/** The event, and whom it is about. */
function namesOf({ tenant, id, object }: Delivery): string[] {
  const whose = [id, object?.customerId, object?.email?.trim().toLowerCase()];
  return whose.flatMap((name) => (name ? `${tenant.accountId} ${name}` : []));
}
