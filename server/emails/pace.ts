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

/** A turn this long past is nobody's: another process has sent the email meanwhile, or it was called off. */
const FORGET_AFTER_MS = 10 * 60_000;

export function createPace({ process, install }: Rates) {
  const next = new Map<string, number>();
  /** Emails that were given a turn and wait for it: by id, the turn. */
  const waiting = new Map<string, number>();
  let forgetAt = 0;

  function turn(key: string, perSecond: number | null, now: number): number {
    if (perSecond === null) return now;
    const at = Math.max(now, next.get(key) ?? 0);
    next.set(key, at + 1_000 / perSecond);
    return at;
  }

  function forgetThePast(now: number): void {
    if (now < forgetAt) return;
    forgetAt = now + FORGET_AFTER_MS;
    for (const [key, at] of next) if (at <= now) next.delete(key);
    for (const [id, at] of waiting) if (at <= now - FORGET_AFTER_MS) waiting.delete(id);
  }

  return {
    /** When this email may go (epoch ms): `now`, or the turn it now holds. Asked again at that turn, it may go. */
    turnOf(emailId: string, installKey: string, now: number): number {
      forgetThePast(now);
      if (waiting.delete(emailId)) return now;
      const at = Math.ceil(Math.max(turn('process', process, now), turn(installKey, install, now)));
      if (at > now) waiting.set(emailId, at);
      return at;
    },
  };
}

export type Pace = ReturnType<typeof createPace>;
