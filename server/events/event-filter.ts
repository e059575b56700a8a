/** Which events of the log are meant, as SQL that both engines find by an index. */
import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import { EVENT_STATUSES, type EventStatus } from '../../shared/api';
import { oneOf } from '../../shared/one-of';
import { firstIdAt } from '../db/new-id';
import type { Db, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';

export interface EventFilter {
  type?: string;
  status?: EventStatus;
  /** The event's own customer (cus_…). */
  customer?: string;
  contact?: string;
  /** Epoch milliseconds of receipt: from `since` up to, not including, `until`. */
  since?: number;
  until?: number;
}

/** Without an order. */
export const eventsWith = (db: Db, tenant: Tenant, filter: EventFilter): SelectQueryBuilder<Schema, 'event', object> =>
  filtered(db.selectFrom('event').where(ofTenant(tenant, 'event')), filter);

type EventQuery<O> = SelectQueryBuilder<Schema, 'event', O>;

export function filtered<O>(query: EventQuery<O>, filter: EventFilter): EventQuery<O> {
  const { type, status, customer, contact, since, until } = filter;
  let q = query;
  if (type !== undefined) q = q.where('event.type', '=', type);
  // A literal, so that SQLite may use the partial index on the rarer statuses.
  if (status !== undefined) q = q.where('event.status', '=', sql.lit(knownStatus(status)));
  // What is pending stands in the queue's index, found by a sub-select that doesn't name the tenant.
  if (status === 'pending')
    q = q.where('event.seq', 'in', (eb) =>
      eb
        .selectFrom('event as due')
        .select('due.seq')
        .where('due.due_at', 'is not', null)
        .where('due.status', '=', 'pending'),
    );
  if (customer !== undefined) q = q.where('event.customer_id', '=', customer).where(ofCustomersContact(customer));
  if (contact !== undefined) q = q.where('event.contact_id', '=', contact);
  if (since !== undefined) q = q.where('event.seq', '>=', firstIdAt(since));
  if (until !== undefined) q = q.where('event.seq', '<', firstIdAt(until));
  return q;
}

/** How events of a customer are found: by its contact, which they move along with, or among those without a contact. */
const ofCustomersContact = (customer: string) => sql<SqlBool>`(event.contact_id is null or event.contact_id = (
  select link.contact_id from customer_link link
  where link.account_id = event.account_id and link.livemode = event.livemode and link.customer_id = ${customer}
))`;

/** Goes into a statement as it is, so a type isn't enough. Throws invalid_request. */
function knownStatus(value: string): EventStatus {
  const status = oneOf(EVENT_STATUSES, value);
  if (status === undefined)
    throw new AppError('invalid_request', `status: must be one of ${EVENT_STATUSES.join(', ')}`, 'status');
  return status;
}
