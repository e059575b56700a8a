/** What came of a claimed row, written to it. `now` is in epoch milliseconds throughout. */
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import { backOffMs } from '../db/back-off';
import { ofClaim } from '../db/claim';
import type { Trx } from '../db/schema';
import { tenantOf } from '../db/tenant';
import type { Verdict } from './destination';
import type { Forward } from './forward-log';
import { learnProperties, refuseKey } from './forwarding-key';
import type { Forwarding } from './forwarding-settings';
import { wakeNext } from './waiting-forwards';

/** While a key is refused; saving another makes all due. */
export const PARKED_MS = 60 * 60_000;

export interface ForwardResult {
  verdict: Verdict | { kind: 'canceled'; outcome: string };
  forwarding: Forwarding;
}

export async function recordResult(
  trx: Trx,
  row: Forward,
  { verdict, forwarding }: ForwardResult,
  now: number,
): Promise<void> {
  const ended = { due_at: null, decided_at: now, outcome: verdict.outcome };
  if (verdict.kind !== 'later' && verdict.kind !== 'key_refused') await wakeBehind(trx, row, now);
  switch (verdict.kind) {
    case 'done':
      if (verdict.known) await learnProperties(trx, forwarding, verdict.known);
      return recordClaimed(trx, row, { ...ended, status: 'sent', address: null });
    case 'canceled':
      return recordClaimed(trx, row, { ...ended, status: 'canceled', address: null });
    case 'refused':
      return recordClaimed(trx, row, {
        ...ended,
        status: 'failed',
        // The tool's words may name whom nothing names any more.
        ...(row.kind === 'deletion' ? { outcome: OUTCOMES.deletionRefused } : {}),
      });
    case 'key_refused':
      // By another key it may go at once.
      return recordClaimed(trx, row, {
        ...((await refuseKey(trx, forwarding, verdict.outcome, { whenIts: 'on', tellAt: now }))
          ? { outcome: verdict.outcome, due_at: now + PARKED_MS }
          : { due_at: now }),
        // The three days begin when a key is taken.
        attempts: row.attempts - 1,
        give_up_at: null,
        sent_since: row.sent_since,
      });
    case 'later': {
      const { outcome } = verdict;
      const due_at = now + Math.max(verdict.afterMs ?? 0, backOffMs(row.attempts));
      if (due_at > (row.give_up_at ?? Infinity)) {
        await wakeBehind(trx, row, now);
        return recordClaimed(trx, row, { ...ended, status: 'failed', outcome: OUTCOMES.gaveUp(outcome) });
      }
      // As it was before this try.
      const sent = verdict.mayHaveArrived ? {} : { sent_since: row.sent_since };
      return recordClaimed(trx, row, { outcome, due_at, ...sent });
    }
  }
}

/** What waited behind it. */
export const wakeBehind = async (trx: Trx, row: Forward, now: number): Promise<void> =>
  row.contact_id === null ? undefined : wakeNext(trx, tenantOf(row), row.contact_id, now, row.id);

/** Of a claimed row, as long as it is ours. */
export async function recordClaimed(trx: Trx, row: Forward, fields: Partial<Forward>): Promise<void> {
  await trx
    .updateTable('forward')
    .set({ ...fields, ...(fields.decided_at === undefined ? {} : withoutAddress(row)), claims: 0 })
    .where(ofClaim('forward', row))
    .execute();
}

/** Of a deletion that has come to its end, whatever it is: whose it was is gone. */
export const withoutAddress = ({ kind }: Forward): Partial<Forward> => (kind === 'deletion' ? { address: null } : {});
