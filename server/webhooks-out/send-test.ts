/** A message that a person has sent to try an endpoint: signed, delivered and logged as any other. */
import { TEST_TYPE } from '../../shared/webhooks';
import { isoTime } from '../db/columns';
import { newId } from '../db/new-id';
import type { Trx } from '../db/schema';
import { tenantColumns, tenantOf } from '../db/tenant';
import { AppError } from '../errors';
import type { Endpoint } from './endpoints';

/** Its delivery's id. Throws invalid_request where the endpoint is off. `now` in epoch milliseconds. */
export async function sendTestMessage(trx: Trx, endpoint: Endpoint, now: number): Promise<string> {
  if (endpoint.status !== 'active')
    throw new AppError('invalid_request', 'The endpoint is off: turn it on first.', 'id');
  const id = newId('whd', now);
  const payload = JSON.stringify({
    type: TEST_TYPE,
    timestamp: isoTime(now),
    data: { id: endpoint.id, object: 'endpoint', test: true },
  });
  const untried = { response_status: null, outcome: null, response: null, tried_at: null };
  await trx
    .insertInto('webhook_delivery')
    .values({
      ...{ id, endpoint_id: endpoint.id, type: TEST_TYPE, object_id: endpoint.id, contact_id: null, payload },
      ...{ status: 'pending', ...untried, created_at: now, due_at: now },
      ...tenantColumns(tenantOf(endpoint)),
    })
    .execute();
  return id;
}
