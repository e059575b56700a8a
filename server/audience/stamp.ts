/**
 * Stripe delivers late and out of order. What an event writes bears its stamp, and only an event whose stamp is not
 * older may overwrite it. Within one second: created < updated (and all else) < deleted.
 */
const RANKS = 4;

export function stampOf(type: string, createdSeconds: number): number {
  const rank = type.endsWith('.created') ? 0 : type.endsWith('.deleted') ? 2 : 1;
  return createdSeconds * RANKS + rank;
}

/** For an object fetched from Stripe at this time (epoch milliseconds): an event of the same second still wins. */
export const snapshotStamp = (ms: number): number => Math.floor(ms / 1000) * RANKS;

/** Epoch milliseconds. */
export const timeOf = (stamp: number): number => Math.floor(stamp / RANKS) * 1000;

/** Of updates: whether the stamp is a fetched object's, not an event's. */
export const isSnapshot = (stamp: number): boolean => stamp % RANKS === 0;
