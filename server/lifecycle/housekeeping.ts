/**
 * Hourly, in bounded batches: what has expired is deleted, the day's revenue is noted, and what was set aside for no reason any more is taken up. A
 * process that dies in a round begins it anew.
 */
import { isAllowed } from '../allowed';
import { forgetPeopleInStates } from '../audience/forget-people';
import { takeUpSetAside } from '../db/claim';
import { deleteOld, type OldRows, type Place } from '../db/old-rows';
import type { Queue } from '../db/queue';
import { oldBodies, oldClicks, oldData } from '../emails/emails';
import { forgetUnanswered } from '../emails/test-addresses';
import { deleteOldTestSends } from '../emails/test-sends';
import { oldPayloads } from '../events/old-payloads';
import { oldForwards, oldWaitingForwards } from '../forwarding/forward-log';
import { forgetOldAnswers } from '../installs/api-answers';
import { deleteExpired } from '../installs/sessions';
import { oldMessages } from '../outbox/messages';
import { oldDeliveries } from '../webhooks-out/deliveries';
import { noteRevenue } from './note-revenue';

const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** What was passed on to other programs is theirs to keep. */
const PASSED_ON_MS = 30 * DAY_MS;
/**
 * One after the other; those without a time of their own for as long as is configured, the others no longer than that, unless
 * their time `isFixed`.
 */
const OLD: readonly { oldOf: (before: number) => OldRows; keptMs?: number; isFixed?: true }[] = [
  { oldOf: oldPayloads },
  { oldOf: oldBodies },
  { oldOf: oldClicks },
  { oldOf: oldData },
  { oldOf: oldMessages, keptMs: PASSED_ON_MS },
  { oldOf: oldDeliveries, keptMs: PASSED_ON_MS },
  { oldOf: oldForwards, keptMs: PASSED_ON_MS },
  { oldOf: oldWaitingForwards, keptMs: PASSED_ON_MS, isFixed: true },
];

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
      if ((await forgetPeopleInStates(db, now - config.retentionDays * DAY_MS)) > 0) return 1;
      const old = OLD[current];
      if (old) {
        const most = old.isFixed ? Infinity : config.retentionDays * DAY_MS;
        const keptMs = Math.min(most, old.keptMs ?? Infinity);
        place = await deleteOld(db, old.oldOf(now - keptMs), place);
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
