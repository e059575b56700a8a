/** What time it is at Stripe: events bear its time, which our own clock may be ahead of or behind. */

/** An answer of Stripe's client library. */
interface Answer {
  lastResponse: { headers: Record<string, string> };
}

/** By our own clock, epoch milliseconds. */
interface Asking {
  askedAt: number;
  answeredAt: number;
}

/**
 * When, by Stripe's clock (epoch milliseconds), an object was read that it answered with. Our own time of asking is the
 * finer one, and good as long as it agrees with the second that the answer's `Date` header names.
 */
export function stripeTime({ lastResponse }: Answer, { askedAt, answeredAt }: Asking): number {
  const date = Date.parse(lastResponse.headers.date ?? '');
  if (Number.isNaN(date)) return askedAt;
  const isAhead = askedAt >= date + 1_000;
  const isBehind = answeredAt < date;
  return isAhead || isBehind ? date : askedAt;
}
