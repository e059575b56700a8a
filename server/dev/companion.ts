/** A Tillpost in the process of the local Stripe, on the same clock: what it does while time is moved. */
import type { Context } from '../context';
import { QUEUE_TABLES } from '../db/claim';
import type { Companion } from './local-stripe/time/advance';

const POLL_MS = 5;
/** What isn't done by then is left behind: time goes on. */
const PATIENCE_MS = 30_000;

/** Their rows come due by the hour whatever happens; they are done with what comes due next. */
const BY_THEMSELVES: ReadonlySet<string> = new Set(['install']);
const tables = QUEUE_TABLES.filter((table) => !BY_THEMSELVES.has(table)).map((table) => table as 'event');

/** `settle` does, or waits for, what is due; left out: the loop does it. */
export const companionOf = (ctx: Context, settle: () => Promise<void> = () => settled(ctx)): Companion => ({
  settle,
  async nextDue(since) {
    const firsts = await Promise.all(
      tables.map((table) =>
        ctx.db
          .selectFrom(table)
          .select('due_at')
          .where('due_at', '>', since)
          .orderBy('due_at')
          .limit(1)
          .executeTakeFirst(),
      ),
    );
    const dues = firsts.flatMap((row) => row?.due_at ?? []);
    return dues.length > 0 ? Math.min(...dues) : undefined;
  },
});

/** Until nothing is due and nothing is in hand. */
async function settled(ctx: Context): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    ctx.nudge();
    if (!(await hasWork(ctx))) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function hasWork({ db, clock }: Context): Promise<boolean> {
  for (const name of QUEUE_TABLES) {
    const row = await db
      .selectFrom(name as 'event')
      .select('due_at')
      .where('due_at', 'is not', null)
      .where((eb) => eb.or([eb('due_at', '<=', clock.now()), eb('claims', '>', 0)]))
      .executeTakeFirst();
    if (row) return true;
  }
  return false;
}
