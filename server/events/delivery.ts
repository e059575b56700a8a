/** What one webhook delivery says of itself, whatever a sender may put in it. Pure. */
import { createHash } from 'node:crypto';
import { HOUSEKEEPING_TYPES, isEventType } from '../../shared/catalogue';
import type { EventReason, EventStatus } from '../../shared/api';
import type { Tenant } from '../db/tenant';
import type { ReadObject } from '../stripe-objects/types';
import { readEventObject } from '../stripe-objects/read-object';

export interface Delivery {
  tenant: Tenant;
  id: string;
  type: string;
  /** Epoch seconds. */
  created: number;
  status: EventStatus;
  reason: EventReason | null;
  outcome: string;
  /** The event as JSON text; null where none is kept. */
  payload: string | null;
  /** What its payload says; null for types without an object of interest. */
  object: ReadObject | null;
}

/** Events without a top-level account belong to nobody. */
const NO_ACCOUNT = '';

const MAX_NAME = 255;

/** As far ahead of our clock as Stripe's may be. A date beyond it would lock its customer against all later truth. */
const MAX_AHEAD_SECONDS = 24 * 60 * 60;

/**
 * `event` is a JSON object with a string `type`, `raw` its text; `owner` the install whose own endpoint received it, if one
 * did. `now` in epoch milliseconds.
 */
export function readDelivery(event: Record<string, unknown>, raw: string, now: number, owner?: Tenant): Delivery {
  const received = Math.floor(now / 1000);
  const account = typeof event.account === 'string' && event.account.length <= MAX_NAME ? event.account : NO_ACCOUNT;
  const base = {
    tenant: owner ?? { accountId: account, livemode: event.livemode === true },
    id: isName(event.id) ? event.id : `evt_unnamed_${createHash('sha256').update(raw).digest('hex').slice(0, 32)}`,
    type: String(event.type).slice(0, MAX_NAME),
    created: isEpochSeconds(event.created) ? Math.min(event.created, received + MAX_AHEAD_SECONDS) : received,
  };
  if (event.object === 'v2.core.event')
    return {
      status: 'ignored',
      reason: 'thin_event',
      outcome: 'Thin events carry no data; not used',
      payload: null,
      object: null,
      ...base,
    };
  if (!isUsed(base.type))
    return {
      status: 'ignored',
      reason: 'unsupported_type',
      outcome: 'Not an event that Tillpost uses',
      payload: null,
      object: null,
      ...base,
    };
  const object = readEventObject(base.type, event);
  return { status: 'pending', reason: null, outcome: 'Received', payload: raw, object, ...base };
}

const isUsed = (type: string) => isEventType(type) || (HOUSEKEEPING_TYPES as readonly string[]).includes(type);

const isName = (id: unknown): id is string => typeof id === 'string' && id.length > 0 && id.length <= MAX_NAME;

const isEpochSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;
