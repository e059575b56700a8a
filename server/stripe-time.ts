/** The time by Stripe's clock, which its events carry; our own may be ahead or behind. */

/** What Stripe's client library returns, as far as used here. */
interface Received {
  lastResponse: { headers: Record<string, string> };
}

/** When the request was sent and its response was there, by our own clock in epoch milliseconds. */
interface Exchange {
  askedAt: number;
  answeredAt: number;
}

/**
 * When Stripe read the object it returned, by its clock in epoch milliseconds. That is our own time of asking, which is
 * the more precise one, as long as it agrees with the second in the response's `Date` header; otherwise that second.
 */
export function stripeTime({ lastResponse }: Received, { askedAt, answeredAt }: Exchange): number {
  const date = Date.parse(lastResponse.headers.date ?? '');
  if (Number.isNaN(date)) return askedAt;
  const isAhead = askedAt >= date + 1_000;
  const isBehind = answeredAt < date;
  return isAhead || isBehind ? date : askedAt;
}
