/** Hourly, in bounded batches: what has expired is deleted. */
import type { Queue } from '../db/queue';
import { deleteOldBodies } from '../emails/emails';
import { deleteOldPayloads } from '../events/events';
import { deleteExpired } from '../installs/sessions';

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export function createHousekeeping(): Queue {
  let dueAt = 0;
  return {
    name: 'housekeeping',
    async turn({ db, clock, config }) {
      const now = clock.now();
      if (now < dueAt) return 0;
      const before = now - config.retentionDays * DAY_MS;
      const deleted =
        (await deleteExpired(db, now)) + (await deleteOldPayloads(db, before)) + (await deleteOldBodies(db, before));
      if (deleted === 0) dueAt = now + EVERY_MS;
      return deleted;
    },
  };
}
