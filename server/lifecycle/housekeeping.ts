/** Hourly, in bounded batches: what has expired is deleted. A process that dies in it begins the round anew. */
import type { Queue } from '../db/queue';
import { deleteOldPayloads, type Place } from '../events/old-payloads';
import { deleteExpired } from '../installs/sessions';

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export function createHousekeeping(): Queue {
  let dueAt = 0;
  let place: Place | undefined;
  return {
    name: 'housekeeping',
    async turn({ db, clock, config }) {
      const now = clock.now();
      if (now < dueAt) return 0;
      const before = now - config.payloadRetentionDays * DAY_MS;
      const deleted = await deleteExpired(db, now);
      place = await deleteOldPayloads(db, before, place);
      const isDone = deleted === 0 && place === undefined;
      if (isDone) dueAt = now + EVERY_MS;
      return isDone ? 0 : 1;
    },
  };
}
