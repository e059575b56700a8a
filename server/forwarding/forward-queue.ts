/**
 * The queue of what is forwarded. A row is judged when it is claimed, and goes beside the loop; what came of it is recorded in a
 * second pass. A process killed in between leaves the claim, and it goes again: a contact is brought up to date once more, and an
 * event bears the same Idempotency-Key, as long as the tool knows it.
 */
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Queue } from '../db/queue';
import { tenantKey, tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { carryOut } from './ask';
import type { Destination } from './destination';
import type { Forward } from './forward-log';
import { recordResult, wakeBehind, withoutAddress, type ForwardResult } from './forward-results';
import { stepFor } from './forward-step';
import { tryToOpenKey } from './forwarding-key';
import { findForwardings } from './forwarding-settings';
import { judge } from './judge-forwards';
import { createRequestWindow } from './request-window';
import { createTurns } from './turns';

const CONCURRENCY = 30;
const PER_INSTALL = 10;
/** Loops' limit for a team. https://loops.so/docs/api-reference/intro#rate-limiting */
const RATE = { requests: 10, ms: 1_000 };

export function createForwardQueue(destination: Destination): Queue {
  const window = createRequestWindow(RATE);
  const turns = createTurns(RATE.requests);
  return createQueue<'forward', ForwardResult>({
    table: 'forward',
    concurrency: CONCURRENCY,
    perInstall: PER_INSTALL,
    async work(ctx, jobs) {
      const now = ctx.clock.now();
      const claimed = jobs.filter(({ result }) => !result);
      // Remembered: a transaction may be tried again.
      const turnsHere = new Map<string, number>();
      const turnOf = (row: Forward): number => {
        const turn = turnsHere.get(row.id) ?? turns.turnOf(row.id, tenantKey(tenantOf(row)), now);
        turnsHere.set(row.id, turn);
        return turn;
      };
      return transact(ctx.db, async (trx) => {
        for (const job of jobs) if (job.result) await recordResult(trx, job.row, job.result, now);
        return judge(trx, claimed, { destination, turnOf, now });
      });
    },
    async background(ctx, { row }, lease) {
      const tenant = tenantOf(row);
      const forwarding = (await findForwardings(ctx.db, [tenant])).get(tenantKey(tenant));
      // It is turned off meanwhile, and the claim with it.
      if (!forwarding) return undefined;
      const step = await stepFor(ctx.db, row, forwarding, destination);
      if ('outcome' in step) return { verdict: { kind: 'canceled', ...step }, forwarding };
      const key = tryToOpenKey(ctx, forwarding);
      if (key === undefined) return { verdict: { kind: 'key_refused', outcome: OUTCOMES.notOpened }, forwarding };
      // A contact that was deleted since must not be made there anew.
      const isOurs = () => lease.renew();
      const verdict = await carryOut(ctx, step, { destination, key, installKey: tenantKey(tenant), window, isOurs });
      return verdict && { verdict, forwarding };
    },
    explain(ctx, row, error) {
      if (error instanceof CrashedTooOften) return crashed(row, ctx.clock.now());
      ctx.log.error({ err: error, account: row.account_id, forward: row.id }, 'what is forwarded could not be');
      return retryLater<'forward'>(row);
    },
  });
}

const crashed = (row: Forward, now: number): JobFailure<'forward'> => ({
  againIn: null,
  fields: { status: 'failed', outcome: OUTCOMES.crashed, decided_at: now, ...withoutAddress(row) },
  also: (trx) => wakeBehind(trx, row, now),
});
