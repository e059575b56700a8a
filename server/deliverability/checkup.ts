/**
 * The last result of the checks of sending, as this process knows it. They ask the network, so no request waits for them:
 * they run beside it, one round at a time.
 */
import type { Finding } from '../finding';
import { examineDeliverability, type Examined } from './examine';

/** DNS changes seldom, and "Check now" is there for who changes it. */
const FRESH_MS = 60 * 60_000;

export interface Checkup {
  /** Null until the first round has ended. `at` in epoch milliseconds. */
  last(): { at: number; findings: Finding[] } | null;
  isRunning(): boolean;
  start(): void;
  startIfStale(): void;
}

export function createCheckup(ctx: Examined): Checkup {
  let result: { at: number; findings: Finding[] } | null = null;
  let round: Promise<void> | undefined;

  async function run(): Promise<void> {
    const findings = await examineDeliverability(ctx);
    result = { at: ctx.clock.now(), findings };
  }

  function start(): void {
    round ??= run()
      .catch((error: unknown) => ctx.log.error({ err: error }, 'the checks of sending broke off'))
      .finally(() => (round = undefined));
  }

  return {
    last: () => result,
    isRunning: () => round !== undefined,
    start,
    startIfStale() {
      if (result === null || ctx.clock.now() - result.at >= FRESH_MS) start();
    },
  };
}
