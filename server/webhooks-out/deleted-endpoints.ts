/** Deletes the log of endpoints that were deleted, a batch a turn: it may be very long. Then the endpoint's own row goes. */
import type { Queue } from '../db/queue';
import type { Db } from '../db/schema';
import { ofTenant, tenantOf } from '../db/tenant';
import type { Endpoint } from './endpoints';

const BATCH = 500;
const LOOK_EVERY_MS = 60_000;

export function createDeletedEndpointQueue(): Queue {
  let lookAt = 0;
  return {
    name: 'deleted_endpoint',
    async turn({ db, clock }) {
      if (clock.now() < lookAt) return 0;
      const endpoint = await db
        .selectFrom('webhook_endpoint')
        .selectAll()
        .where('deleted_at', 'is not', null)
        .orderBy('deleted_at')
        .limit(1)
        .executeTakeFirst();
      if (!endpoint) lookAt = clock.now() + LOOK_EVERY_MS;
      else if ((await deleteDeliveries(db, endpoint)) === 0)
        await db
          .deleteFrom('webhook_endpoint')
          .where(ofTenant(tenantOf(endpoint)))
          .where('id', '=', endpoint.id)
          .execute();
      return endpoint ? 1 : 0;
    },
  };
}

/** Some of them; returns how many. */
async function deleteDeliveries(db: Db, endpoint: Endpoint): Promise<number> {
  const tenant = tenantOf(endpoint);
  const { numDeletedRows } = await db
    .deleteFrom('webhook_delivery')
    .where(ofTenant(tenant))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('webhook_delivery')
        .select('id')
        .where(ofTenant(tenant))
        .where('endpoint_id', '=', endpoint.id)
        .limit(BATCH),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
