/** The queue of the outbox: each message is passed to all that may make something of it, in one transaction with its end. */
import { deleteByKeys, keyFor, keyText, selectByKeys } from '../db/keys';
import { CrashedTooOften, createQueue, retryLater, type Queue } from '../db/queue';
import type { Row, Trx } from '../db/schema';
import { transact } from '../db/transact';
import { messageOf, type Message } from './messages';

/**
 * Makes rows of what it is told: of many installs, in the order in which it happened. The same message may come again where
 * a transaction failed, never where it committed. `now` in epoch milliseconds.
 */
export type Consumer = (trx: Trx, messages: readonly Message[], now: number) => Promise<void>;

const BATCH = 200;

export const createOutboxQueue = (consumers: readonly Consumer[]): Queue =>
  createQueue<'outbox'>({
    table: 'outbox',
    batch: BATCH,
    async work(ctx, jobs) {
      const claimed = jobs.map(({ row }) => row);
      await transact(ctx.db, (trx) => passOn(trx, claimed, consumers, ctx.clock.now()));
      return [];
    },
    explain(ctx, row, error) {
      ctx.log.error({ err: error, account: row.account_id, type: row.type }, 'a message could not be passed on');
      // It stays to be looked at, and is deleted with what is old.
      return error instanceof CrashedTooOften ? { againIn: null, fields: {} } : retryLater<'outbox'>(row);
    },
  });

async function passOn(
  trx: Trx,
  claimed: readonly Row<'outbox'>[],
  consumers: readonly Consumer[],
  now: number,
): Promise<void> {
  const keys = claimed.map((row) => keyFor(row, row.seq));
  const triesOf = new Map(claimed.map((row) => [keyText(row, row.seq), row.attempts]));
  // Those that went with their contact, or that another process has taken since, are not ours any more.
  const rows = (await selectByKeys(trx, 'outbox', 'seq', keys, { lock: 'wait' })).filter(
    (row) => triesOf.get(keyText(row, row.seq)) === row.attempts,
  );
  if (rows.length === 0) return;
  const messages = rows.toSorted((a, b) => (a.seq < b.seq ? -1 : 1)).map(messageOf);
  for (const consume of consumers) await consume(trx, messages, now);
  await deleteByKeys(
    trx,
    'outbox',
    'seq',
    rows.map((row) => keyFor(row, row.seq)),
  );
}
