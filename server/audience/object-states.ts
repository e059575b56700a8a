/** The newest known states of Stripe's objects: which of two is newer, and as rows. Pure. */
import type { ObjectKind } from '../../shared/api';
import type { PropertyValue } from '../../shared/catalogue';
import type { Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import type { ObjectFacts } from '../stripe-objects/types';

export type ObjectState = Row<'object_state'>;

/** A state of a higher rank comes after one of a lower, whatever their times say; subscriptions go back and forth. */
const RANKS: Readonly<Record<Exclude<ObjectKind, 'subscription'>, Readonly<Record<string, number>>>> = {
  invoice: { draft: 0, open: 1, uncollectible: 2, paid: 3, void: 3, gone: 4 },
  checkout_session: { open: 0, complete: 1, expired: 1, gone: 2 },
  quote: { draft: 0, open: 1, accepted: 2, canceled: 2, gone: 3 },
};

/** Beside the properties of an expired checkout: Stripe, asked, said that its contact has paid since. */
export const PAID_SINCE = 'paid_since';

function rankOf({ kind, status, properties }: ObjectState): number {
  if (kind === 'subscription') return 0;
  const rank = RANKS[kind][status ?? ''] ?? 0;
  if (kind !== 'checkout_session') return rank;
  // A checkout by bank debit is complete before it is paid.
  const { payment_status, [PAID_SINCE]: hasPaidSince } = propertiesOf({ properties });
  return payment_status === 'paid' || hasPaidSince === true ? rank + 0.5 : rank;
}

/** Whether `after` takes the place of `before`. */
export function isNewer(after: ObjectState, before: ObjectState | undefined): boolean {
  if (!before) return true;
  const [rank, known] = [rankOf(after), rankOf(before)];
  return rank === known ? after.stamp >= before.stamp : rank > known;
}

/** When a state was saved, and whether its dates are to be looked at (install.has_schedules). Times in epoch milliseconds. */
export interface Saving {
  /** See stamp.ts. */
  stamp: number;
  /** When it was so. */
  knownAt: number;
  /** When its dates are to be looked at; null where nothing hangs on them. */
  dueAt: number | null;
}

export const stateRow = (tenant: Tenant, facts: ObjectFacts, { stamp, knownAt, dueAt }: Saving): ObjectState => ({
  id: facts.id,
  kind: facts.kind,
  customer_id: facts.customerId,
  status: facts.status,
  properties: JSON.stringify(facts.properties),
  stamp,
  known_at: knownAt,
  failure: facts.failure === undefined ? null : JSON.stringify(facts.failure),
  due_at: DATED.includes(facts.kind) ? dueAt : null,
  claims: 0,
  attempts: 0,
  person_since: namesPerson(facts) ? knownAt : null,
  ...tenantColumns(tenant),
});

/** What is a person's, whoever they are: metadata too, which may be anything. */
const OF_PERSON = [
  'customer_name',
  'customer_email',
  'phone',
  'client_reference_id',
  'metadata',
  'subscription_metadata',
];
const OVER: Readonly<Partial<Record<ObjectKind, readonly string[]>>> = {
  invoice: ['paid', 'void', 'gone'],
  checkout_session: ['complete', 'expired', 'gone'],
};

/** Of a customer's, only once it is over: reminders of what is open are made from it. */
function namesPerson({ kind, customerId, status, properties }: ObjectFacts): boolean {
  const over = OVER[kind];
  if (!over || (customerId !== null && !over.includes(status ?? ''))) return false;
  return OF_PERSON.some((name) => properties[name] !== null && properties[name] !== undefined);
}

export const withoutPerson = (properties: Record<string, PropertyValue>): Record<string, PropertyValue> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, OF_PERSON.includes(name) ? null : value]),
  );

/** What has dates that workflows may hang on. */
export const DATED: readonly ObjectKind[] = ['subscription', 'invoice'];

/** A later state of the same invoice doesn't tell why its payment failed: what Stripe said when it was asked stays. */
export const keepFailure = (after: ObjectState, before: ObjectState | undefined): ObjectState => ({
  ...after,
  failure: after.failure ?? before?.failure ?? null,
});

/** By the names of the catalogue; money in minor units. */
export const propertiesOf = ({ properties }: Pick<ObjectState, 'properties'>) =>
  JSON.parse(properties) as Record<string, PropertyValue>;
