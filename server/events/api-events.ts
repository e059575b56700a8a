/** Events that other programs send: rows of the log like any other, which the queue works on. */
import { apiEventType } from '../../shared/api-events';
import type { Row, Trx } from '../db/schema';
import { newId, timeOrderedId } from '../db/new-id';
import { tenantColumns, type Tenant } from '../db/tenant';
import { learnApiEvent } from '../workflows/api-event-names';
import { recordRows } from './record';

export interface ApiEvent {
  /** As the program names it. */
  name: string;
  contact: Row<'contact'>;
  properties: Readonly<Record<string, string | number | boolean>>;
}

/** Its contact is known; what it starts is the queue's to decide. Returns its id. `now` in epoch milliseconds. */
export async function recordApiEvent(
  trx: Trx,
  tenant: Tenant,
  { name, contact, properties }: ApiEvent,
  now: number,
): Promise<string> {
  const id = newId('api', now);
  const type = apiEventType(name);
  const created = Math.floor(now / 1000);
  const row: Row<'event'> = {
    id,
    seq: timeOrderedId(now),
    type,
    created,
    received_at: now,
    status: 'pending',
    reason: null,
    outcome: 'Received from the API',
    customer_id: null,
    contact_id: contact.id,
    due_at: now,
    claims: 0,
    attempts: 0,
    give_up_at: null,
    last_error: null,
    replay: null,
    ...tenantColumns(tenant),
  };
  const payload = JSON.stringify({
    id,
    object: 'event',
    type,
    created,
    livemode: tenant.livemode,
    account: tenant.accountId,
    data: { object: { contact: contact.id, email: contact.email, user_id: contact.user_id }, api: properties },
  });
  await recordRows(trx, [{ row, payload }]);
  await learnApiEvent(trx, tenant, { name, properties }, now);
  return id;
}
