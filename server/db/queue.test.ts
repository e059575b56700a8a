import { setTimeout as wait } from 'node:timers/promises';
import { createLog } from '../log';
import { createMetrics } from '../metrics';
import type { Context } from '../context';
import { ENGINES, freshDatabase } from '../test/databases';
import { insertNew } from './bulk';
import { LEASE_MS, MAX_CLAIMS } from './claim';
import { migrate } from './migrate';
import { newId, timeOrderedId } from './new-id';
import { openDatabase } from './open';
import { CrashedTooOften, createQueue, OneByOne, retryLater, type Job, type Queue, type QueueSpec } from './queue';
import type { Db, Row } from './schema';
import { tenantColumns } from './tenant';

const START = 1_000_000;
const install = (n: number) => ({ accountId: `acct_${n}`, livemode: true });

describe.each(ENGINES)('a queue on %s', (engine) => {
  let db: Db;
  let now: number;
  let nudges: number;
  let ctx: Context;

  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await migrate(db);
    now = START;
    nudges = 0;
    ctx = {
      db,
      clock: { now: () => now },
      config: { allowedAccounts: [] },
      log: createLog('silent'),
      metrics: createMetrics(),
      nudge: () => void nudges++,
    } as unknown as Context;
  });
  afterEach(() => db.destroy());

  async function add(ids: string[], { account = 1, due_at = START, claims = 0 } = {}): Promise<void> {
    const tenant = tenantColumns(install(account));
    await insertNew(db, 'install', [
      { ...tenant, id: newId('ins', Date.now()), kind: 'oauth', status: 'active', connected_at: 1 },
    ]);
    const rows = ids.map((id) => ({
      ...tenant,
      id,
      seq: timeOrderedId(Date.now()),
      type: 'customer.created',
      created: 1,
      received_at: 1,
      status: 'pending' as const,
      outcome: '',
      due_at,
      claims,
    }));
    await insertNew(db, 'event', rows);
  }

  const rows = () => db.selectFrom('event').selectAll().orderBy('seq').execute();
  const rowOf = async (id: string) => (await rows()).find((row) => row.id === id)!;

  /** Records that a row is done. */
  const finish = async (jobs: readonly { row: Row<'event'> }[]) => {
    for (const { row } of jobs)
      await db
        .updateTable('event')
        .set({ status: 'processed', due_at: null, claims: 0 })
        .where('seq', '=', row.seq)
        .execute();
    return [];
  };

  const queueOf = <F = never>(spec: Partial<QueueSpec<'event', F>>): Queue =>
    createQueue<'event', F>({
      table: 'event',
      batch: 10,
      work: (_ctx, jobs) => finish(jobs),
      explain: (_ctx, row) => retryLater<'event'>(row),
      ...spec,
    });

  const retries = async () =>
    (await ctx.metrics.retries.get()).values.map(({ labels, value }) => [labels.queue, value]);

  it('works on all that is due as one batch, the longest due first, and on nothing else', async () => {
    await add(['evt_2'], { due_at: START - 1 });
    await add(['evt_1'], { due_at: START - 2 });
    await add(['evt_later'], { due_at: START + 1 });
    const batches: string[][] = [];
    const queue = queueOf({
      work: (_ctx, jobs) => {
        batches.push(jobs.map(({ row }) => row.id).sort());
        return finish(jobs);
      },
    });
    expect(await queue.turn(ctx)).toBe(2);
    expect(await queue.turn(ctx)).toBe(0);
    expect(batches).toEqual([['evt_1', 'evt_2']]);
    expect(await rowOf('evt_later')).toMatchObject({ claims: 0, attempts: 0 });
  });

  it('takes no more than a batch', async () => {
    await add(['evt_1', 'evt_2', 'evt_3']);
    const queue = queueOf({ batch: 2 });
    expect([await queue.turn(ctx), await queue.turn(ctx), await queue.turn(ctx)]).toEqual([2, 1, 0]);
  });

  it('leaves a claimed row to its process until the lease ends, then takes it again', async () => {
    await add(['evt_1']);
    const dead = queueOf({ work: () => Promise.resolve([]) });
    expect(await dead.turn(ctx)).toBe(1);
    const taken: string[] = [];
    const queue = queueOf({
      work: (_ctx, jobs) => {
        taken.push(...jobs.map(({ row }) => row.id));
        return finish(jobs);
      },
    });
    now += LEASE_MS - 1;
    expect(await queue.turn(ctx)).toBe(0);
    now += 1;
    expect(await queue.turn(ctx)).toBe(1);
    expect(taken).toEqual(['evt_1']);
    expect(await rowOf('evt_1')).toMatchObject({ status: 'processed', attempts: 2, claims: 0 });
  });

  it('gives up a row whose claims ended the process too often, without working on it', async () => {
    await add(['evt_bad'], { claims: MAX_CLAIMS });
    await add(['evt_good'], { claims: MAX_CLAIMS - 1 });
    const worked: string[] = [];
    const queue = queueOf({
      work: (_ctx, jobs) => {
        worked.push(...jobs.map(({ row }) => row.id));
        return finish(jobs);
      },
      explain: (_ctx, row, error) =>
        error instanceof CrashedTooOften
          ? { againIn: null, fields: { status: 'failed', reason: 'crashed' } }
          : retryLater<'event'>(row),
    });
    await queue.turn(ctx);
    expect(worked).toEqual(['evt_good']);
    expect(await rowOf('evt_bad')).toMatchObject({ status: 'failed', reason: 'crashed', due_at: null, claims: 0 });
  });

  it('does a failed batch row by row: one bad row holds up nobody', async () => {
    await add(['evt_1', 'evt_bad', 'evt_2']);
    const batches: string[][] = [];
    const queue = queueOf({
      work: (_ctx, jobs) => {
        batches.push(jobs.map(({ row }) => row.id));
        if (jobs.some(({ row }) => row.id === 'evt_bad')) throw new Error('bad');
        return finish(jobs);
      },
      explain: (_ctx, row, error) => retryLater<'event'>(row, { last_error: (error as Error).message }),
    });
    await queue.turn(ctx);
    expect(batches.map(({ length }) => length)).toEqual([3, 1, 1, 1]);
    expect(await rowOf('evt_1')).toMatchObject({ status: 'processed' });
    expect(await rowOf('evt_2')).toMatchObject({ status: 'processed' });
    expect(await rowOf('evt_bad')).toMatchObject({ status: 'pending', last_error: 'bad', claims: 0, attempts: 1 });
    expect(await retries()).toEqual([['event', 1]]);
  });

  it('does a batch row by row that asks for it, and counts that as no failure', async () => {
    await add(['evt_1', 'evt_2']);
    const queue = queueOf({
      work: (_ctx, jobs) => {
        if (jobs.length > 1) throw new OneByOne();
        return finish(jobs);
      },
    });
    await queue.turn(ctx);
    expect((await rows()).map(({ status }) => status)).toEqual(['processed', 'processed']);
    expect(await retries()).toEqual([]);
  });

  it('backs off from 2 s doubling to an hour, with jitter', async () => {
    await add(['evt_1']);
    const queue = queueOf({ work: () => Promise.reject(new Error('down')) });
    for (const [attempt, most] of [2_000, 4_000, 8_000, 16_000].entries()) {
      await queue.turn(ctx);
      const { due_at, attempts } = await rowOf('evt_1');
      expect(attempts).toBe(attempt + 1);
      expect(due_at! - now).toBeGreaterThanOrEqual(most * 0.75);
      expect(due_at! - now).toBeLessThanOrEqual(most);
      now = due_at!;
    }
    const waits = Array.from({ length: 50 }, () => retryLater<'event'>({ attempts: 40 } as never).againIn);
    expect(Math.max(...waits.map((ms) => ms!))).toBeLessThanOrEqual(3_600_000);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('goes on in the background within its limits, in all and per install, and hands back the rest', async () => {
    await add(['evt_1', 'evt_2', 'evt_3'], { account: 1 });
    await add(['evt_4', 'evt_5'], { account: 2 });
    const release: (() => void)[] = [];
    const queue = queueOf<string>({
      concurrency: 3,
      perInstall: 2,
      work: async (_ctx, jobs) => {
        await finish(jobs.filter((job) => job.result));
        return jobs.filter((job) => !job.result);
      },
      background: async (_ctx, { row }) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return `of ${row.id}`;
      },
    });
    expect(await queue.turn(ctx)).toBe(5);
    expect(release).toHaveLength(3);
    const back = (await rows()).filter(({ claims }) => claims === 0);
    expect(back).toHaveLength(2);
    // They come again soon, and their claim didn't count as a try.
    for (const row of back) expect(row).toMatchObject({ attempts: 0, due_at: START + 1_000 });
    release.forEach((go) => go());
    await queue.finish!(ctx);
    expect((await rows()).filter(({ status }) => status === 'processed')).toHaveLength(3);
    now += 1_000;
    await queue.turn(ctx);
    release.forEach((go) => go());
    await queue.finish!(ctx);
    expect((await rows()).every(({ status }) => status === 'processed')).toBe(true);
  });

  it('puts off what its work says comes later, which counts as no try', async () => {
    await add(['evt_1', 'evt_2']);
    const queue = queueOf({
      work: async (_ctx, jobs) => {
        await finish(jobs.filter(({ row }) => row.id === 'evt_1'));
        return jobs.filter(({ row }) => row.id === 'evt_2').map((job) => ({ ...job, putOffUntil: START + 7_000 }));
      },
    });
    await queue.turn(ctx);
    expect(await rowOf('evt_1')).toMatchObject({ status: 'processed', due_at: null });
    expect(await rowOf('evt_2')).toMatchObject({ status: 'pending', due_at: START + 7_000, claims: 0, attempts: 0 });
  });

  it('puts off nothing that somebody else has claimed since', async () => {
    await add(['evt_1']);
    const queue = queueOf({
      work: async (_ctx, jobs) => {
        await db
          .updateTable('event')
          .set({ attempts: 2, claims: 2, due_at: START + 5 })
          .execute();
        return jobs.map((job) => ({ ...job, putOffUntil: START + 7_000 }));
      },
    });
    await queue.turn(ctx);
    expect(await rowOf('evt_1')).toMatchObject({ attempts: 2, claims: 2, due_at: START + 5 });
  });

  it('renews the lease of what waits for the other parts of its batch, and leaves out what others took', async () => {
    await add(['evt_1', 'evt_2', 'evt_3']);
    const alone: string[] = [];
    const leases: (number | null)[] = [];
    const queue = queueOf({
      work: async (_ctx, jobs) => {
        if (jobs.length > 1) {
          now += LEASE_MS - 1;
          await db.updateTable('event').set({ attempts: 2 }).where('id', '=', 'evt_2').execute();
          throw new Error('too slow');
        }
        alone.push(...jobs.map(({ row }) => row.id));
        leases.push((await rowOf(alone.at(-1)!)).due_at);
        return finish(jobs);
      },
    });
    await queue.turn(ctx);
    expect(alone).toEqual(['evt_1', 'evt_3']);
    expect(leases).toEqual([now + LEASE_MS, now + LEASE_MS]);
    expect(await rowOf('evt_2')).toMatchObject({ status: 'pending', attempts: 2, claims: 1 });
  });

  it('brings what the background found back to its work as one batch, and nudges the loop', async () => {
    await add(['evt_1', 'evt_2']);
    const passes: string[][] = [];
    const queue = queueOf<string>({
      concurrency: 5,
      work: async (_ctx, jobs: readonly Job<'event', string>[]) => {
        passes.push(jobs.map(({ row, result }) => `${row.id} ${result ?? '?'}`).sort());
        await finish(jobs.filter((job) => job.result));
        return jobs.filter((job) => !job.result);
      },
      background: (_ctx, { row }) => Promise.resolve(`found ${row.id}`),
    });
    expect(queue.isReady!()).toBe(false);
    await queue.turn(ctx);
    await wait(20);
    expect(queue.isReady!()).toBe(true);
    expect(nudges).toBe(2);
    expect(await queue.turn(ctx)).toBe(2);
    expect(passes).toEqual([
      ['evt_1 ?', 'evt_2 ?'],
      ['evt_1 found evt_1', 'evt_2 found evt_2'],
    ]);
  });

  it('explains a failure in the background as any other', async () => {
    await add(['evt_1']);
    const queue = queueOf<string>({
      work: (_ctx, jobs) => Promise.resolve(jobs),
      background: () => Promise.reject(new Error('away')),
      explain: (_ctx, row, error) => retryLater<'event'>(row, { last_error: (error as Error).message }),
    });
    await queue.turn(ctx);
    await queue.finish!(ctx);
    expect(await rowOf('evt_1')).toMatchObject({ last_error: 'away', claims: 0 });
    expect((await rowOf('evt_1')).due_at).toBeGreaterThan(START);
  });

  it('never does a row twice at once, nor gives it up, though its lease seems to have ended time and again', async () => {
    await add(['evt_1']);
    let begun = 0;
    let release = () => undefined as void;
    const queue = queueOf<string>({
      work: async (_ctx, jobs) => {
        await finish(jobs.filter((job) => job.result));
        return jobs.filter((job) => !job.result);
      },
      background: async () => {
        begun++;
        await new Promise<void>((resolve) => (release = resolve));
        return 'done';
      },
      concurrency: 5,
    });
    await queue.turn(ctx);
    for (let jumps = 0; jumps <= MAX_CLAIMS; jumps++) {
      now += 3_600_000;
      expect(await queue.turn(ctx)).toBe(0);
    }
    expect(begun).toBe(1);
    release();
    while ((await queue.turn(ctx)) === 0) await wait(5);
    expect(await rowOf('evt_1')).toMatchObject({ status: 'processed' });
  });

  it('works once on a row whose lease seems to have ended before what was brought is worked on', async () => {
    await add(['evt_1', 'evt_2']);
    const passes: string[][] = [];
    const queue = queueOf<string>({
      concurrency: 5,
      work: async (_ctx, jobs) => {
        passes.push(jobs.map(({ row, result }) => `${row.id} ${result ?? '?'} ${row.attempts}`).sort());
        await finish(jobs.filter((job) => job.result));
        return jobs.filter((job) => !job.result);
      },
      background: (_ctx, { row }) => Promise.resolve(`found ${row.id}`),
    });
    await queue.turn(ctx);
    while (nudges < 2) await wait(5);
    now += 2 * LEASE_MS;
    await queue.turn(ctx);
    expect(passes.slice(1)).toEqual([['evt_1 found evt_1 2', 'evt_2 found evt_2 2']]);
    expect((await rows()).map(({ status }) => status)).toEqual(['processed', 'processed']);
  });

  it('renews the lease of what takes long, and tells when the claim is lost', async () => {
    await add(['evt_1']);
    const held: boolean[] = [];
    const queue = queueOf<string>({
      work: (_ctx, jobs) => Promise.resolve(jobs),
      background: async (_ctx, { row }, lease) => {
        now += 20_000;
        held.push(await lease.renew());
        await db.updateTable('event').set({ claims: 0, due_at: null }).where('seq', '=', row.seq).execute();
        held.push(await lease.renew());
        return undefined;
      },
    });
    await queue.turn(ctx);
    await queue.finish!(ctx);
    expect(held).toEqual([true, false]);
    expect(await rowOf('evt_1')).toMatchObject({ due_at: null });
  });

  it('records nothing on a row that somebody else has claimed since', async () => {
    await add(['evt_1']);
    const queue = queueOf({
      work: async (_ctx, jobs) => {
        await db
          .updateTable('event')
          .set({ attempts: 7, claims: 1, due_at: START + 5 })
          .execute();
        throw new Error(`failed with ${jobs.length}`);
      },
      explain: (_ctx, row) => retryLater<'event'>(row, { last_error: 'late' }),
    });
    await queue.turn(ctx);
    expect(await rowOf('evt_1')).toMatchObject({ attempts: 7, claims: 1, due_at: START + 5, last_error: null });
  });

  it('begins once, before it takes anything, and again when that failed', async () => {
    await add(['evt_1']);
    const begin = jest.fn<Promise<void>, [Context]>().mockRejectedValueOnce(new Error('not yet')).mockResolvedValue();
    const queue = queueOf({ begin });
    await expect(queue.turn(ctx)).rejects.toThrow('not yet');
    expect(await rowOf('evt_1')).toMatchObject({ claims: 0 });
    expect([await queue.turn(ctx), await queue.turn(ctx)]).toEqual([1, 0]);
    expect(begin).toHaveBeenCalledTimes(2);
  });

  it('takes as many as there are free places where every row needs the background', async () => {
    await add(['evt_1', 'evt_2', 'evt_3']);
    const release: (() => void)[] = [];
    const queue = queueOf<string>({
      batch: undefined,
      concurrency: 2,
      work: async (_ctx, jobs) => {
        await finish(jobs.filter((job) => job.result));
        return jobs.filter((job) => !job.result);
      },
      background: async () => {
        await new Promise<void>((resolve) => release.push(resolve));
        return 'done';
      },
    });
    expect([await queue.turn(ctx), await queue.turn(ctx)]).toEqual([2, 0]);
    release.splice(0).forEach((go) => go());
    await queue.finish!(ctx);
    expect(await queue.turn(ctx)).toBe(1);
    release.splice(0).forEach((go) => go());
    await queue.finish!(ctx);
    expect((await rows()).every(({ status }) => status === 'processed')).toBe(true);
  });

  it('serves a small install soon, however much a large one has due', async () => {
    await add(
      Array.from({ length: 100 }, (_, n) => `evt_busy${n}`),
      { account: 1, due_at: START - 10 },
    );
    await add(['evt_calm'], { account: 2, due_at: START - 1 });
    const taken: string[] = [];
    const queue = queueOf({
      work: (_ctx, jobs) => {
        taken.push(...jobs.map(({ row }) => row.id));
        return finish(jobs);
      },
    });
    await queue.turn(ctx);
    await queue.turn(ctx);
    expect(taken).toContain('evt_calm');
    expect(taken).toHaveLength(20);
  });
});
