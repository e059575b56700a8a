/** Tells the operator of refusals that are about our own sending, once they repeat: a line per cause and hour. */
import type { Context } from '../context';
import type { SmtpFailure } from './smtp-error';

const HOUR_MS = 60 * 60_000;
const REPEATS = 2;

export type RefusalLog = ReturnType<typeof createRefusalLog>;

export function createRefusalLog() {
  /** By cause and codes: since when, and how often. */
  const seen = new Map<string, { since: number; times: number }>();

  return {
    note(ctx: Context, { cause, code, status }: SmtpFailure): void {
      ctx.metrics.smtpRefusals.inc({ cause });
      if (cause === 'mailbox' || cause === 'mailbox_busy' || cause === 'temporary') return;
      const now = ctx.clock.now();
      for (const [key, { since }] of seen) if (now >= since + HOUR_MS) seen.delete(key);
      const key = `${cause} ${code} ${status}`;
      const { since, times } = seen.get(key) ?? { since: now, times: 0 };
      seen.set(key, { since, times: times + 1 });
      if (times + 1 === REPEATS) ctx.log.error({ cause, code, status }, 'the mail server keeps refusing what we send');
    },
  };
}
