/** The ledger of notices: what was due of which period, and what came of it. */
import type { ObjectState } from '../audience/object-states';
import { insertNew } from '../db/bulk';
import type { ErasedTable } from '../db/erase';
import { newId } from '../db/new-id';
import { keyText } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantColumns, tenantOf } from '../db/tenant';
import type { Card } from './dates';
import { noticeEventId } from './notice-event';
import type { Notice } from './plan';

export const SCHEDULE_TABLES = [
  { table: 'notice', key: 'id' },
  { table: 'subscription_card', key: 'subscription_id' },
] as const satisfies ErasedTable[];

export interface DueNotice {
  state: ObjectState;
  notice: Notice;
  card: Card | undefined;
}

/** Enters those that aren't there yet; returns those of them that are given now. `now` in epoch milliseconds. */
export async function recordNotices(trx: Trx, due: readonly DueNotice[], now: number): Promise<DueNotice[]> {
  const rows = due.map(({ state, notice }): Row<'notice'> => {
    const isGiven = notice.missed === null;
    return {
      id: newId('ntc', now),
      workflow_id: notice.workflowId,
      kind: notice.type,
      subject_id: state.id,
      customer_id: state.customer_id,
      period: notice.period,
      date_at: notice.dateAt,
      planned_at: notice.plannedAt,
      fired_at: isGiven ? now : null,
      event_id: isGiven ? noticeEventId(notice) : null,
      missed: notice.missed,
      ...tenantColumns(tenantOf(state)),
    };
  });
  const inserted = await insertNew(trx, 'notice', rows, ['account_id', 'livemode', 'id']);
  const entered = new Set(inserted.map((row) => keyText(row, row.id)));
  return due.filter((one, n) => one.notice.missed === null && entered.has(keyText(rows[n]!, rows[n]!.id)));
}
