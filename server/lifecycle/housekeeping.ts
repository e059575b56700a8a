/** Hourly, in bounded batches: what has expired is deleted, and what was set aside for no reason any more is taken up. */
import { isAllowed } from '../allowed';
import { takeUpSetAside } from '../db/claim';
import type { Queue } from '../db/queue';
import { deleteOldPayloads } from '../events/events';
import { deleteExpired } from '../installs/sessions';

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export function createHousekeeping(): Queue {
  let dueAt = 0;
  return {
    name: 'housekeeping',
    async turn(ctx) {
      const { db, clock, config } = ctx;
      const now = clock.now();
      if (now < dueAt) return 0;
      const before = now - config.payloadRetentionDays * DAY_MS;
      const deleted = (await deleteExpired(db, now)) + (await deleteOldPayloads(db, before));
      if (deleted > 0) return deleted;
      dueAt = now + EVERY_MS;
      // Also later than at the start: a process that still has an older configuration may set something aside.
      await takeUpSetAside(db, (accountId) => isAllowed(ctx, accountId), now);
      return deleted;
    },
  };
}
