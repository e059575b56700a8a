/** Events of our own, made of what Stripe's say, of dates, and of what happens to contacts: rows of the log like any other, which the queue works on. */
import type { PropertyValue } from '../../shared/catalogue';
import type { ContactEventType } from '../../shared/contact-events';
import type { LifecycleType } from '../../shared/lifecycle';
import type { ScheduleType } from '../../shared/schedules';
import { sourceOf } from '../../shared/catalogue';
import { createHash } from 'node:crypto';
import { timeOrderedId } from '../db/new-id';
import type { Row, Trx } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import { recordRows } from './record';

export interface OwnEvent {
  tenant: Tenant;
  /** As ownEventId makes it. */
  id: string;
  type: LifecycleType | ScheduleType | ContactEventType;
  /** Epoch seconds. */
  created: number;
  /** The Stripe event that says so; null for what only time brings. */
  causedBy: string | null;
  customerId: string | null;
  /** Where it is known when it happens; left out: whose the customer is. */
  contactId?: string | null;
  /** Stripe's, as `data.object`. */
  object: object;
  previousAttributes?: object;
  /** By the names of the catalogue: what the object itself doesn't say, or says otherwise. */
  properties: Record<string, PropertyValue>;
  /** Of the event that it follows from, which may be one that is replayed; epoch milliseconds. Left out: now. */
  receivedAt?: number;
  replay?: Row<'event'>['replay'];
}

/** The same of the same words: whatever tells of it, and however often, there is one. */
export const ownEventId = (type: OwnEvent['type'], ...words: (string | number)[]): string =>
  `own_${createHash('sha256')
    .update(JSON.stringify([type, ...words]))
    .digest('hex')
    .slice(0, 32)}`;

/** Ids of events that a person made for one workflow begin so: played again, they would start others too. */
export const MADE_BY_HAND = 'hand_';

/** Those already in the log change nothing. Due now, in epoch milliseconds. */
export const recordOwnEvents = (trx: Trx, events: readonly OwnEvent[], now: number): Promise<number> =>
  recordRows(
    trx,
    events.map((event) => asLogged(event, now)),
  );

/** What it says, as a row of the log that isn't written yet. */
export const asLogged = (event: OwnEvent, now: number) => ({ row: rowOf(event, now), payload: payloadOf(event) });

const rowOf = (event: OwnEvent, now: number): Row<'event'> => ({
  id: event.id,
  seq: timeOrderedId(now),
  type: event.type,
  created: event.created,
  received_at: event.receivedAt ?? now,
  status: 'pending',
  reason: null,
  outcome: 'Received',
  customer_id: event.customerId,
  contact_id: event.contactId ?? null,
  due_at: now,
  claims: 0,
  attempts: 0,
  give_up_at: null,
  last_error: null,
  replay: event.replay ?? null,
  ...tenantColumns(event.tenant),
});

const payloadOf = ({ tenant, id, type, created, causedBy, object, previousAttributes, properties }: OwnEvent): string =>
  JSON.stringify({
    id,
    object: 'event',
    type,
    created,
    livemode: tenant.livemode,
    account: tenant.accountId,
    caused_by: causedBy,
    data: {
      object,
      ...(previousAttributes ? { previous_attributes: previousAttributes } : {}),
      [sourceOf(type)]: properties,
    },
  });
