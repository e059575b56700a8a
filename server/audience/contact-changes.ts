/** What is told of contacts that were made, changed or deleted. */
import { isoTimeOrNull } from '../db/columns';
import type { Db, Row } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { recordMessages, type ChangeCause, type FieldChange, type NewMessage, type Telling } from '../outbox/messages';
import { propertiesOf } from './contact-properties';

type Contact = Row<'contact'>;

const asIs = (value: unknown) => value;
const asFlag = (value: unknown) => (value === null ? null : value === 1);
const asTime = (value: unknown) => isoTimeOrNull(value as number | null);
const asJson = (value: unknown): unknown => JSON.parse((value as string | null) ?? '{}');

/** The fields that count, each as the API shows it. */
const FIELDS = {
  email: asIs,
  first_name: asIs,
  last_name: asIs,
  user_group: asIs,
  status: asIs,
  user_id: asIs,
  subscription_status: asIs,
  plan: asIs,
  mrr: asIs,
  currency: asIs,
  renews_at: asTime,
  trial_ends_at: asTime,
  delinquent: asFlag,
  wrong_card: asFlag,
  customer_since: asTime,
  ltv: asIs,
  ltv_currency: asIs,
  ltv_others: asJson,
  payments: asIs,
  first_payment_at: asTime,
  last_payment_at: asTime,
} as const satisfies Partial<Record<keyof Contact, (value: unknown) => unknown>>;

/** By field; those of properties as `properties.plan`. Empty where only what doesn't count has changed. */
export function contactChanges(before: Contact, after: Contact): Record<string, FieldChange> {
  const changes: Record<string, FieldChange> = {};
  for (const [name, show] of Object.entries(FIELDS)) {
    const [was, is] = [before[name as keyof Contact], after[name as keyof Contact]];
    if (was !== is) changes[name] = { was: show(was), is: show(is) };
  }
  if (before.properties !== after.properties) {
    const [was, is] = [propertiesOf(before), propertiesOf(after)];
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)]))
      if (was[name] !== is[name]) changes[`properties.${name}`] = { was: was[name] ?? null, is: is[name] ?? null };
  }
  return changes;
}

/** `before` null: it was made just now. */
export interface ChangedContact {
  before: Contact | null;
  after: Contact;
}

/** What is told of contacts. */
export interface TellingOfChanges extends Telling {
  /** One for all, or each contact's. */
  cause: ChangeCause | ((contact: Contact) => ChangeCause);
}

/** In the transaction that changes them. */
export async function recordContactChanges(
  db: Db,
  changed: readonly ChangedContact[],
  { cause, ...telling }: TellingOfChanges,
): Promise<void> {
  const isTold = ({ after }: ChangedContact) => telling.wantsOf?.(tenantOf(after)).size !== 0;
  const causeOf = typeof cause === 'function' ? cause : () => cause;
  const messages = changed.filter(isTold).flatMap((one) => messagesOf(one, causeOf(one.after)));
  await recordMessages(db, messages, telling);
}

function messagesOf({ before, after }: ChangedContact, cause: ChangeCause): NewMessage[] {
  const about = { tenant: tenantOf(after), kind: 'contact', id: after.id, contactId: after.id } as const;
  if (before === null) return [{ ...about, type: 'contact.created', details: { cause } }];
  const changes = contactChanges(before, after);
  if (Object.keys(changes).length === 0) return [];
  const hasLeft = after.status === 'unsubscribed' && before.status !== 'unsubscribed';
  return [
    { ...about, type: 'contact.updated', details: { cause, changes } },
    ...(hasLeft ? [{ ...about, type: 'contact.unsubscribed' as const, details: { cause } }] : []),
  ];
}

/** In the transaction that deletes it, after that; merged into another, the message goes with that one. `earlier`: addresses of it that weren't told of. */
export async function recordDeletion(
  db: Db,
  contact: Contact,
  { into, earlier = [], ...telling }: Telling & { into?: Contact; earlier?: readonly string[] },
): Promise<void> {
  const tenant = tenantOf(contact);
  const { id, email, user_id } = contact;
  const deleted = { email, user_id, merged_into: into?.id ?? null, ...(earlier.length > 0 ? { earlier } : {}) };
  const message = { tenant, type: 'contact.deleted', kind: 'contact', id, contactId: into?.id ?? null } as const;
  await recordMessages(db, [{ ...message, details: { deleted } }], telling);
}
