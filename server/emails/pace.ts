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

export function createPace({ process, install }: Rates) {
  const next = new Map<string, number>();
  /** Emails that were given a turn and wait for it. */
  const waiting = new Set<string>();

  function turn(key: string, perSecond: number | null, now: number): number {
    if (perSecond === null) return now;
    const at = Math.max(now, next.get(key) ?? 0);
    next.set(key, at + 1_000 / perSecond);
    return at;
  }

  return {
    /** When this email may go (epoch ms): `now`, or the turn it now holds. Asked again at that turn, it may go. */
    turnOf(emailId: string, installKey: string, now: number): number {
      if (waiting.delete(emailId)) return now;
      const at = Math.ceil(Math.max(turn('process', process, now), turn(installKey, install, now)));
      if (at > now) waiting.add(emailId);
      return at;
    },
  };
}

export type Pace = ReturnType<typeof createPace>;
