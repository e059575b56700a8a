/**
 * The one protocol of every queue. A queue is a table whose rows carry `due_at`, `claims` and `attempts`:
 * rows that are due are claimed under a lease, worked on as a batch, each alone when the batch fails, and tried again
 * with back-off when its work fails. Work that needs a network goes on beside the loop (`background`), under a lease that is
 * renewed; what it brought comes back as a second pass of `work`. A row whose claims ended the process MAX_CLAIMS times
 * is given up.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { allDone } from '../all-done';
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import { backOffMs } from './back-off';
import { LEASE_MS, MAX_CLAIMS, ofClaim, rowKey, SET_ASIDE_AT, type QueueRow, type QueueTable } from './claim';
import { createFairClaim } from './fair-claim';
import type { Db, Row, Trx } from './schema';
import { tenantKey, tenantOf } from './tenant';
import { transact } from './transact';

/** One claimed row. */
export interface Job<T extends QueueTable, F> {
  row: QueueRow<T>;
  /** What `background` brought; undefined as long as it wasn't asked for. */
  result?: F;
}

/** What is recorded of a row whose work failed. */
export interface JobFailure<T extends QueueTable> {
  /** Milliseconds until the next try; null: none, the row has reached its end. */
  againIn: number | null;
  fields: Partial<Row<T>>;
  /** What is written together with it, where the row is still ours. */
  also?(trx: Trx): Promise<void>;
}

/** A job that `work` has not brought to its end. */
export interface LeftJob<T extends QueueTable, F> extends Job<T, F> {
  /** It comes again then (epoch milliseconds), and its claim doesn't count as a try. Left out: it needs `background` now. */
  putOffUntil?: number;
}

export interface Lease {
  /** Extends the lease; false when the claim is lost and the work must end without a result. */
  renew(): Promise<boolean>;
}

export interface QueueSpec<T extends QueueTable, F> {
  table: T;
  /** Rows taken at once. Left out: as many as there are free places for, because every row needs `background`. */
  batch?: number;
  /** How many rows may be worked on beside the loop at once, and how many of one install. */
  concurrency?: number;
  perInstall?: number;
  /** How many rows may be taken now, where that hangs on more; `free` are the places left of `concurrency`. */
  room?(ctx: Context, free: number): number;
  /** Runs once, before anything is taken. */
  begin?(ctx: Context): Promise<void>;
  /**
   * Does the work of a batch and records its results, in as few transactions as it likes: a batch that throws has
   * recorded nothing, and is done again row by row. Returns the jobs that need `background` first, or are to come again.
   */
  work(ctx: Context, jobs: readonly Job<T, F>[]): Promise<readonly LeftJob<T, F>[]>;
  /** Work of one row that needs a network. What it returns comes back to `work`; undefined: it has recorded its result. */
  background?(ctx: Context, job: Job<T, F>, lease: Lease): Promise<F | undefined>;
  /** What a failure means for a row. `error` is CrashedTooOften for one that is given up. */
  explain(ctx: Context, row: QueueRow<T>, error: unknown): JobFailure<T>;
}

export interface Queue {
  name: string;
  /** It is asked only when a row of this table is due, or when it `isReady`. Left out: it is asked at every turn. */
  table?: QueueTable;
  /** Has work that no row says is due. */
  isReady?(): boolean;
  /** Takes one batch and works on it; returns the number of rows taken, 0 when nothing is left. */
  turn(ctx: Context): Promise<number>;
  /** Claims nothing more, and resolves once the work under way has ended, its second pass included. */
  finish?(ctx: Context): Promise<void>;
}

/** A row whose claims never recorded a result: working on it ends the process. */
export class CrashedTooOften extends Error {}

/** Thrown by `work` for a batch that can only be done row by row; not a fault. */
export class OneByOne extends Error {}

/** Thrown by `work` for a batch that would hold up the process: it is done in halves, which may be too much again. */
export class TooMuch extends Error {}

/** Rows handed back for want of room come again after this, those of one install so far apart for each of its places. */
const HAND_BACK_MS = 1_000;
const HAND_BACK_APART_MS = 50;

/** The usual failure: tried again with back-off, from 2 s doubling to an hour. */
export const retryLater = <T extends QueueTable>(
  row: QueueRow<T>,
  fields: Partial<Row<T>> = {},
  backOff?: Parameters<typeof backOffMs>[1],
): JobFailure<T> => ({ againIn: backOffMs(row.attempts, backOff), fields });

/** The queue remembers what is under way: make it anew for each worker. */
export function createQueue<T extends QueueTable, F = never>(spec: QueueSpec<T, F>): Queue {
  const { table, concurrency = 1, perInstall = concurrency } = spec;
  const claimNext = createFairClaim(table);
  /** What goes on beside the loop, by row; a row that we claimed again meanwhile is held by its latest claim. */
  const underWay = new Map<string, { row: QueueRow<T>; ended: Promise<void> }>();
  /** Jobs that `background` has finished with. */
  const ready: Job<T, F>[] = [];
  /** When the last of an install's rows that there was no room for comes back, epoch milliseconds. */
  const backAt = new Map<string, number>();
  let hasBegun = false;

  async function turn(ctx: Context): Promise<number> {
    if (!hasBegun) await spec.begin?.(ctx);
    hasBegun = true;
    // Those that come back may need a place once more.
    const free = Math.max(0, concurrency - underWay.size - ready.length);
    const limit = spec.room?.(ctx, free) ?? spec.batch ?? free;
    const claimed = limit > 0 ? await claimNext(ctx.db, { now: ctx.clock.now(), limit }) : [];
    const allowed = await setAside(ctx, claimed);
    const idle = allowed.filter(isIdle).map((row) => ({ row }));
    const jobs: Job<T, F>[] = [...ready.splice(0), ...idle];
    for (const { row } of jobs.filter(hasCrashed)) await fail(ctx, row, new CrashedTooOften());
    const sound = jobs.filter((job) => !hasCrashed(job));
    if (sound.length > 0) await workOn(ctx, sound);
    return jobs.length + claimed.length - allowed.length;
  }

  /** What has a result crashed nothing, however often its lease seemed to end meanwhile. */
  const hasCrashed = ({ row, result }: Job<T, F>) => result === undefined && row.claims > MAX_CLAIMS;

  /** Rows of accounts that are shut out stay as they are until they are allowed again. Their installs look after themselves. */
  async function setAside(ctx: Context, claimed: readonly QueueRow<T>[]): Promise<readonly QueueRow<T>[]> {
    if (table === 'install' || ctx.config.allowedAccounts.length === 0) return claimed;
    for (const row of claimed) if (!isAllowed(ctx, row.account_id)) await putOff(ctx, row, SET_ASIDE_AT);
    return claimed.filter((row) => isAllowed(ctx, row.account_id));
  }

  /**
   * After a clock that was set, or a machine that slept, a lease seems to have ended while we are still at it, or before
   * what was brought is worked on.
   */
  function isIdle(row: QueueRow<T>): boolean {
    const id = idOf(row);
    const known = underWay.get(id) ?? ready.find((job) => idOf(job.row) === id);
    if (known) known.row = row;
    return known === undefined;
  }

  async function workOn(ctx: Context, jobs: readonly Job<T, F>[]): Promise<void> {
    let left: readonly LeftJob<T, F>[];
    try {
      left = await spec.work(ctx, jobs);
    } catch (error) {
      const [first, ...others] = jobs;
      if (first && others.length === 0) return fail(ctx, first.row, error);
      if (!(error instanceof OneByOne || error instanceof TooMuch))
        ctx.log.warn({ err: error, queue: table, rows: jobs.length }, 'a batch failed; doing its rows one by one');
      // Keys are time-ordered: what is done in parts keeps the order in which it came.
      const inOrder = jobs.toSorted((a, b) => (rowKey(table, a.row) < rowKey(table, b.row) ? -1 : 1));
      const size = error instanceof TooMuch ? Math.ceil(jobs.length / 2) : 1;
      for (let start = 0; start < inOrder.length; start += size) {
        const own = await keep(ctx, inOrder.slice(start, start + size));
        if (own.length > 0) await workOn(ctx, own);
        await breathe();
      }
      return;
    }
    for (const job of left)
      if (job.putOffUntil === undefined) await startBackground(ctx, job);
      else await putOff(ctx, job.row, job.putOffUntil);
  }

  /**
   * What is done in parts may have to wait for longer than its lease: it is renewed in time, and what others have taken by
   * then is left to them.
   */
  async function keep(ctx: Context, jobs: readonly Job<T, F>[]): Promise<Job<T, F>[]> {
    const own: Job<T, F>[] = [];
    for (const job of jobs) {
      const now = ctx.clock.now();
      const due_at = now + LEASE_MS;
      if ((job.row.due_at ?? 0) - now > LEASE_MS / 2) own.push(job);
      else if (await record(ctx, job.row, { due_at } as Partial<Row<T>>))
        own.push({ ...job, row: { ...job.row, due_at } });
    }
    return own;
  }

  async function startBackground(ctx: Context, job: Job<T, F>): Promise<void> {
    const install = tenantKey(tenantOf(job.row));
    const ofInstall = [...underWay.values()].filter(({ row }) => tenantKey(tenantOf(row)) === install).length;
    if (underWay.size >= concurrency || ofInstall >= perInstall) return handBack(ctx, job.row);
    const id = idOf(job.row);
    const ended = inBackground(ctx, job)
      .catch((error: unknown) =>
        ctx.log.error({ err: error, queue: table, row: id }, 'a result was not recorded; its lease will end'),
      )
      .finally(() => {
        underWay.delete(id);
        ctx.nudge();
      });
    underWay.set(id, { row: job.row, ended });
  }

  async function inBackground(ctx: Context, job: Job<T, F>): Promise<void> {
    const claimedRow = () => underWay.get(idOf(job.row))?.row ?? job.row;
    const lease: Lease = {
      async renew() {
        const row = claimedRow();
        const due_at = ctx.clock.now() + LEASE_MS;
        const isOurs = await record(ctx, row, { due_at } as Partial<Row<T>>);
        if (isOurs) row.due_at = due_at;
        return isOurs;
      },
    };
    const heartbeat = setInterval(
      () =>
        void lease
          .renew()
          .catch((error: unknown) => ctx.log.warn({ err: error, queue: table }, 'a lease was not renewed')),
      LEASE_MS / 3,
    );
    try {
      const result = await spec.background?.(ctx, job, lease);
      if (result !== undefined) ready.push({ row: claimedRow(), result });
    } catch (error) {
      await fail(ctx, claimedRow(), error);
    } finally {
      clearInterval(heartbeat);
    }
  }

  async function fail(ctx: Context, row: QueueRow<T>, error: unknown): Promise<void> {
    const { againIn, fields, also } = spec.explain(ctx, row, error);
    if (againIn !== null) ctx.metrics.retries.inc({ queue: table });
    const due_at = againIn === null ? null : ctx.clock.now() + againIn;
    const ending = { ...fields, due_at, claims: 0 };
    if (also === undefined) await record(ctx, row, ending);
    else
      await transact(ctx.db, async (trx) => {
        if (await record({ db: trx }, row, ending)) await also(trx);
      });
  }

  /** There was no room: it comes again when its turn may be, behind the others of its install that were handed back. */
  function handBack(ctx: Context, row: QueueRow<T>): Promise<void> {
    const install = tenantKey(tenantOf(row));
    const soonest = ctx.clock.now() + HAND_BACK_MS;
    const at = Math.max(soonest, (backAt.get(install) ?? 0) + HAND_BACK_APART_MS / perInstall);
    backAt.set(install, at);
    return putOff(ctx, row, Math.floor(at));
  }

  /** The claim doesn't count as a try. */
  async function putOff(ctx: Context, row: QueueRow<T>, due_at: number): Promise<void> {
    await record(ctx, row, { due_at, claims: 0, attempts: row.attempts - 1 } as Partial<Row<T>>);
  }

  return {
    name: table,
    table,
    // What is to run before anything is taken runs at the start, due or not.
    isReady: () => ready.length > 0 || (!hasBegun && spec.begin !== undefined),
    turn,
    async finish(ctx) {
      while (underWay.size > 0 || ready.length > 0) {
        await allDone([...underWay.values()].map(({ ended }) => ended));
        if (ready.length > 0) await workOn(ctx, ready.splice(0));
      }
    },
  };

  function idOf(row: QueueRow<T>): string {
    return `${tenantKey(tenantOf(row))} ${rowKey(table, row)}`;
  }

  /** Writes to a row as long as it is ours. */
  async function record({ db }: { db: Db }, row: QueueRow<T>, fields: Partial<Row<T>>): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable(table as 'event')
      .set(fields)
      .where(ofClaim(table, row))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}
