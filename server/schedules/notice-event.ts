/** A notice that is due, as an event in the log: what starts its workflow. Pure. */
import { createHash } from 'node:crypto';
import { propertiesOf } from '../audience/object-states';
import { isoTime } from '../db/columns';
import { tenantOf } from '../db/tenant';
import type { Delivery } from '../events/delivery';
import { readEventObject } from '../stripe-objects/read-object';
import { keptObject } from '../stripe-objects/kept';
import type { DueNotice } from './ledger';
import type { Notice } from './plan';

/** The same whenever and wherever it is made: one workflow and period have one event. */
export const noticeEventId = ({ workflowId, period }: Pick<Notice, 'workflowId' | 'period'>): string =>
  `evt_notice_${createHash('sha256').update(`${workflowId} ${period}`).digest('hex').slice(0, 32)}`;

/** `now` in epoch milliseconds. */
export function noticeDelivery({ state, notice, card }: DueNotice, now: number): Delivery {
  const tenant = tenantOf(state);
  const base = { id: noticeEventId(notice), type: notice.type, created: Math.floor(now / 1000) };
  const { id, kind, customer_id } = state;
  const event = {
    ...base,
    object: 'event',
    livemode: tenant.livemode,
    account: tenant.accountId,
    caused_by: null,
    data: {
      object: keptObject({ id, kind, customerId: customer_id, properties: propertiesOf(state) }),
      schedule: {
        workflow: notice.workflowId,
        days: notice.days,
        date: isoTime(notice.dateAt),
        planned_at: isoTime(notice.plannedAt),
        ...(notice.type === 'schedule.card_expiry' ? { card_month: card?.month } : {}),
      },
    },
  };
  return {
    tenant,
    ...base,
    status: 'pending',
    reason: null,
    outcome: 'Its date has come near',
    payload: JSON.stringify(event),
    object: readEventObject(notice.type, event),
  };
}
