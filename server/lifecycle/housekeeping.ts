/**
 * Hourly, in bounded batches: what has expired is deleted, the day's revenue is noted, and what was set aside for no reason any more is taken up. A
 * process that dies in a round begins it anew.
 */
import { isAllowed } from '../allowed';
import { takeUpSetAside } from '../db/claim';
import { deleteOld, type Place } from '../db/old-rows';
import type { Queue } from '../db/queue';
import { oldBodies, oldClicks, oldData } from '../emails/emails';
import { forgetUnanswered } from '../emails/test-addresses';
import { deleteOldTestSends } from '../emails/test-sends';
import { oldPayloads } from '../events/events';
import { forgetOldAnswers } from '../installs/api-answers';
import { deleteExpired } from '../installs/sessions';
import { noteRevenue } from './note-revenue';

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** One after the other. */
const OLD = [oldPayloads, oldBodies, oldClicks, oldData];

export function createHousekeeping(): Queue {
  let dueAt = 0;
  /** Which of OLD is being deleted, and how far. */
  let current = 0;
  let place: Place | undefined;
  /** The last install whose revenue was noted in this round. */
  let noted: string | undefined;
  return {
    name: 'housekeeping',
    async turn(ctx) {
      const { db, clock, config } = ctx;
      const now = clock.now();
      if (now < dueAt) return 0;
      const expired =
        (await deleteExpired(db, now)) + (await forgetUnanswered(db, now)) + (await forgetOldAnswers(db, now));
      if (expired > 0) return 1;
      await deleteOldTestSends(db, now);
      const oldOf = OLD[current];
      if (oldOf) {
        place = await deleteOld(db, oldOf(now - config.retentionDays * DAY_MS), place);
        if (place === undefined) current++;
        return 1;
      }
      noted = await noteRevenue(ctx, noted);
      if (noted !== undefined) return 1;
      current = 0;
      dueAt = now + EVERY_MS;
      // Also later than at the start: a process that still has an older configuration may set something aside.
      await takeUpSetAside(db, (accountId) => isAllowed(ctx, accountId), now);
      return 0;
    },
  };
}
