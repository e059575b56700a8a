/** What keeps a workflow from starting twice for one change, at once for one matter, and too late. Pure. */
import { isOwnType } from '../../shared/catalogue';
import type { Frequency } from '../../shared/workflow';
import { ONCE_SLOT } from '../db/contact-references';
import type { ReadObject } from '../stripe-objects/types';

/** These may truly happen again to one object: their time tells one change from the next. */
const RECURRING = new Set([
  'customer.updated',
  'customer.subscription.updated',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'payment_method.automatically_updated',
]);

interface TriggeringEvent {
  id: string;
  type: string;
  /** Epoch seconds. */
  created: number;
}

const LATE_MS = 72 * 3_600_000;

/**
 * Older events still keep the audience true, but mail about them would come too late to make sense. `created` in epoch
 * seconds, `now` in epoch milliseconds.
 */
export const isLate = (created: number, now: number): boolean => now - created * 1000 > LATE_MS;

/** Stripe sometimes makes two events, with other ids, of one change: same type, object and attempt. */
export function runKey({ id, type, created }: TriggeringEvent, { objectId, attempt }: ReadObject): string {
  // Ours are made once of a change, by its own name.
  if (objectId === null || isOwnType(type)) return id;
  return [type, objectId, attempt ?? '', ...(RECURRING.has(type) ? [created] : [])].join(' ');
}

/** What a run holds for its contact (run.slot); null: nothing keeps the workflow from starting again. */
export function slotFor(frequency: Frequency, { invoiceId, subscriptionId }: ReadObject): string | null {
  switch (frequency) {
    case 'every_time':
      return null;
    case 'one_at_a_time':
      return invoiceId ?? subscriptionId ?? 'contact';
    case 'once_per_subject':
      return invoiceId || subscriptionId ? `${ONCE_SLOT} ${invoiceId ?? subscriptionId}` : 'contact';
    case 'once_per_contact':
      return ONCE_SLOT;
  }
}

/** The same as `endingOf` does in SQL. */
export const slotAfterEnd = (slot: string | null): string | null => (slot?.startsWith(ONCE_SLOT) ? slot : null);

export interface Subject {
  invoiceId: string | null;
  subscriptionId: string | null;
}

/**
 * Whether an exit event is about what the run is about: the same invoice where both name one, else the same
 * subscription. Where one of them names nothing at all, the contact has to do.
 */
export function isSameSubject(run: Subject, event: Subject): boolean {
  if (run.invoiceId && event.invoiceId) return run.invoiceId === event.invoiceId;
  if (run.subscriptionId && event.subscriptionId) return run.subscriptionId === event.subscriptionId;
  const namesNothing = ({ invoiceId, subscriptionId }: Subject) => !invoiceId && !subscriptionId;
  return namesNothing(run) || namesNothing(event);
}
