/** Spreads emails over time where the SMTP server, or fairness among installs, wants it. */

export interface Rates {
  /** Emails per second; null: no limit. */
  process: number | null;
  install: number | null;
}

/** From SMTP_URL: `smtp://…:587?rate=14&rate_per_install=2`. */
export function readRates(smtpUrl: string | null): Rates {
  const parameters = smtpUrl ? new URL(smtpUrl).searchParams : new URLSearchParams();
  const rate = (name: string) => {
    const value = Number(parameters.get(name));
    return Number.isFinite(value) && value > 0 ? value : null;
  };
  return { process: rate('rate'), install: rate('rate_per_install') };
}

/** Turns closer together than the loop comes round are given out at once. */
const GRAIN_MS = 20;
/** A turn this long past is nobody's: another process has sent the email meanwhile, or it was called off. */
const FORGET_AFTER_MS = 10 * 60_000;

export type Pace = ReturnType<typeof createPace>;

/** Times are epoch milliseconds. */
export function createPace({ process, install }: Rates) {
  const interval = process === null ? 0 : 1_000 / process;
  let nextAt = 0;
  /** Time unused doesn't add up. */
  const since = (now: number) => Math.max(nextAt, now - GRAIN_MS);
  const turns = createTurns(install);

  return {
    /** How many emails may go by now; 0: none before `nextAt`. */
    free: (now: number): number =>
      process === null ? Infinity : Math.max(0, 1 + Math.floor((now - since(now)) / interval)),
    nextAt: (): number => nextAt,
    /** An email goes now. */
    spend(now: number): void {
      nextAt = since(now) + interval;
    },
    /** When this email may go as far as its install is concerned: `now`, or the turn it now holds. Asked again then, it may. */
    turnOf: turns.turnOf,
    /** The mail server refused this install's email for who it is from or how many there are: fewer go for a while. */
    slowDown: turns.slowDown,
  };
}

/** While an install is slowed down: milliseconds between two of its emails, doubling with refusals, and for how long after the last. */
const SLOW_GAP = { first: 5_000, longest: 60_000 };
const SLOW_FOR_MS = 15 * 60_000;

interface Slowed {
  gap: number;
  since: number;
  until: number;
}

function createTurns(perSecond: number | null) {
  const usualGap = perSecond === null ? 0 : 1_000 / perSecond;
  const next = new Map<string, number>();
  const slowed = new Map<string, Slowed>();
  /** Emails that were given a turn and wait for it: by id, the turn. */
  const waiting = new Map<string, number>();
  let forgetAt = 0;

  function forgetThePast(now: number): void {
    if (now < forgetAt) return;
    forgetAt = now + FORGET_AFTER_MS;
    for (const [key, at] of next) if (at <= now) next.delete(key);
    for (const [key, { until }] of slowed) if (until <= now) slowed.delete(key);
    for (const [id, at] of waiting) if (at <= now - FORGET_AFTER_MS) waiting.delete(id);
  }

  const slowedAt = (installKey: string, now: number): Slowed | undefined => {
    const slow = slowed.get(installKey);
    return slow && slow.until > now ? slow : undefined;
  };

  return {
    slowDown(installKey: string, now: number): void {
      const slow = slowedAt(installKey, now);
      // Those that were under way together count once.
      const isNews = slow === undefined || now >= slow.since + slow.gap;
      const gap = slow ? Math.min(slow.gap * (isNews ? 2 : 1), SLOW_GAP.longest) : SLOW_GAP.first;
      slowed.set(installKey, { gap, since: isNews ? now : slow.since, until: now + SLOW_FOR_MS });
      next.set(installKey, Math.max(next.get(installKey) ?? 0, now + gap));
    },

    turnOf(emailId: string, installKey: string, now: number): number {
      const slow = slowedAt(installKey, now);
      const gap = Math.max(usualGap, slow?.gap ?? 0);
      if (gap === 0 || waiting.delete(emailId)) return now;
      forgetThePast(now);
      const at = Math.ceil(Math.max(now, next.get(installKey) ?? 0));
      // A turn beyond that isn't given: by then there is no need to wait, or it is asked for again.
      if (slow && at >= slow.until) return slow.until;
      next.set(installKey, at + gap);
      if (at > now) waiting.set(emailId, at);
      return at;
    },
  };
}
