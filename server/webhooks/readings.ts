/**
 * What deliveries said, kept from their receipt until the loop of the same process comes for them: it need not fetch and
 * parse again what was parsed a moment ago. Only a shortcut; the payload in the database is what counts.
 */
import { isEventType } from '../../shared/catalogue';
import { readObject, type ReadableType } from '../stripe-objects/read-object';
import type { ReadObject } from '../stripe-objects/types';

/** Beyond, or when another process was quicker, the oldest is forgotten. */
const MAX_KEPT = 2_000;

export type Readings = ReturnType<typeof createReadings>;

export function createReadings() {
  const kept = new Map<string, ReadObject | null>();
  return {
    keep(seq: string, object: ReadObject | null): void {
      const [oldest] = kept.size >= MAX_KEPT ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(seq, object);
    },
    /** Undefined when it isn't here. */
    take(seq: string): ReadObject | null | undefined {
      const object = kept.get(seq);
      kept.delete(seq);
      return object;
    },
  };
}

/** The event's object; null for types without one of interest. */
export function readEventObject(type: string, event: Record<string, unknown>): ReadObject | null {
  if (!isReadable(type)) return null;
  const { data } = event as { data?: { object?: unknown } | null };
  return readObject(type, data?.object);
}

const isReadable = (type: string): type is ReadableType =>
  isEventType(type) || type === 'customer.subscription.updated';
