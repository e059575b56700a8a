/** When rows of an install go: so many at once, as many more each second. What is put off holds its turn in this process's memory. */

/** A turn this long past is nobody's: another process has taken the row, or it was called off. */
const FORGET_AFTER_MS = 10 * 60_000;

/** Times are epoch milliseconds. */
export function createTurns(perSecond: number) {
  /** By install: the second that is being filled, and with how many. */
  const seconds = new Map<string, { at: number; rows: number }>();
  /** Rows that wait for their turn, by id. */
  const waiting = new Map<string, number>();
  let forgetAt = 0;

  function forgetThePast(now: number): void {
    if (now < forgetAt) return;
    forgetAt = now + FORGET_AFTER_MS;
    for (const [install, { at }] of seconds) if (at < now - 1_000) seconds.delete(install);
    for (const [id, at] of waiting) if (at < now - FORGET_AFTER_MS) waiting.delete(id);
  }

  return {
    /** `now`, or the turn that the row now holds: asked again then, it goes. */
    turnOf(id: string, installKey: string, now: number): number {
      if (waiting.delete(id)) return now;
      forgetThePast(now);
      const last = seconds.get(installKey);
      // A clock that was set back begins anew.
      const isOver = last === undefined || last.at + 1_000 <= now || last.at > now + FORGET_AFTER_MS * 6;
      const second = isOver ? { at: now, rows: 0 } : last;
      if (second.rows >= perSecond) Object.assign(second, { at: second.at + 1_000, rows: 0 });
      second.rows++;
      seconds.set(installKey, second);
      if (second.at > now) waiting.set(id, second.at);
      return Math.max(now, second.at);
    },
  };
}
