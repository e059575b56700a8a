/**
 * What becomes of the rows that name a contact when it is merged into another (when it is deleted: release-contact.ts):
 * referential actions that SQL's own can't say. Belongs to the schema as foreign keys would, so that the audience need not
 * know who refers to it.
 */
import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import { inList } from './bulk';
import { PART, pages } from './parts';
import type { Schema, Trx } from './schema';
import { ofTenant, type Tenant } from './tenant';

interface Move {
  fromId: string;
  intoId: string;
  /** Left out: of all customers, and the customers themselves. */
  customerId?: string;
}

/**
 * Rows that name the one contact name the other: all of them when it is merged, or what is about one of its customers when
 * that goes to another contact, so that nobody is told of somebody else's debt.
 */
export async function moveContact(trx: Trx, tenant: Tenant, { fromId, intoId, customerId }: Move): Promise<void> {
  if (customerId === undefined) await mergeMemberships(trx, tenant, fromId, intoId);
  const isAbout = sql<SqlBool>`${ofTenant(tenant)} and contact_id = ${fromId}`;
  const ofCustomer = customerId === undefined ? sql<SqlBool>`true` : sql<SqlBool>`customer_id = ${customerId}`;
  for (const [table, key] of MOVED) {
    if (customerId !== undefined && NOT_OF_CUSTOMERS.has(table)) continue;
    const next = (last?: { key: string }) =>
      trx
        .selectFrom(table as 'event')
        .select(`${key as 'seq'} as key`)
        .where(isAbout)
        .where(ofCustomer)
        .where(key as 'seq', '>', last?.key ?? '')
        .orderBy(key as 'seq')
        .limit(PART)
        .execute();
    for await (const some of pages(next)) {
      const keys = inList(some.map((row) => row.key));
      await trx
        .updateTable(table as 'run')
        .set((eb) => ({ contact_id: intoId, ...(table === 'run' ? { slot: slotWith(eb, intoId) } : {}) }))
        .where(ofTenant(tenant))
        .where(key as 'id', 'in', keys)
        .execute();
    }
  }
}

/** Of a list that both know, who left it has left it, and by a link of theirs rather than by the merchant. */
async function mergeMemberships(trx: Trx, tenant: Tenant, fromId: string, intoId: string): Promise<void> {
  const of = (contactId: string) =>
    trx.selectFrom('list_membership').selectAll().where(ofTenant(tenant)).where('contact_id', '=', contactId).execute();
  const known = new Map((await of(intoId)).map((one) => [one.list_id, one]));
  for (const { list_id, is_member, changed_by, at } of await of(fromId)) {
    const other = known.get(list_id);
    const change = trx.updateTable('list_membership').where(ofTenant(tenant)).where('list_id', '=', list_id);
    if (!other) await change.set({ contact_id: intoId }).where('contact_id', '=', fromId).execute();
    else if (
      is_member === 0 &&
      (other.is_member === 1 || (changed_by === 'contact' && other.changed_by === 'merchant'))
    )
      await change.set({ is_member, changed_by, at }).where('contact_id', '=', intoId).execute();
  }
  await trx.deleteFrom('list_membership').where(ofTenant(tenant)).where('contact_id', '=', fromId).execute();
}

/** They name no customer, or are one. */
const NOT_OF_CUSTOMERS: ReadonlySet<string> = new Set([
  'customer_link',
  'consent_change',
  'outbox',
  'webhook_delivery',
  'forward',
]);

/** With the key that each is walked along: with the contact it stands in an index. */
const MOVED = [
  ['event', 'seq'],
  ['email', 'id'],
  ['customer_link', 'customer_id'],
  ['run', 'id'],
  ['consent_change', 'id'],
  ['outbox', 'seq'],
  ['webhook_delivery', 'id'],
  ['forward', 'id'],
] as const;

/** A run keeps its slot where the other contact doesn't hold the same one in that workflow. */
function slotWith(eb: ExpressionBuilder<Schema, 'run'>, contactId: string) {
  const isHeld = sql<boolean>`exists (
    select 1 from run other
    where other.account_id = run.account_id and other.livemode = run.livemode
      and other.workflow_id = run.workflow_id and other.contact_id = ${contactId} and other.slot = run.slot
  )`;
  return eb.case().when(isHeld).then(null).else(eb.ref('slot')).end();
}

/** The slot (run.slot) of a workflow that starts once per contact, and the beginning of that of one per subject: held for ever. */
export const ONCE_SLOT = 'once';

/** What every ending sets on a run: it is never due again, and lets go of its slot unless that is for ever. */
export const endingOf = (eb: ExpressionBuilder<Schema, 'run'>) => ({
  due_at: null,
  parked_due_at: null,
  is_waiting: 0 as const,
  claims: 0,
  slot: eb.case().when('slot', 'like', `${ONCE_SLOT}%`).then(eb.ref('slot')).else(null).end(),
});
