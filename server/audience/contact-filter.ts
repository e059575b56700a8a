/** Which contacts are meant, as SQL: by a field, or by what somebody typed to find them. */
import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { ContactStatus, SubscriptionStatus } from '../../shared/api';
import { inList } from '../db/bulk';
import { containsFolded } from '../db/contains';
import { madeWithin, type TimeRange } from '../db/day-range';
import type { Db, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { foldText } from '../fold-text';

/** `since` and `until`: of the time when it was added. */
export interface ContactFilter extends TimeRange {
  /** Normalised address, exact. */
  email?: string;
  /** What somebody typed: parts of address and name, or the id of a customer, invoice, subscription, checkout or quote. */
  query?: string;
  status?: ContactStatus;
  user_group?: string;
  subscription_status?: SubscriptionStatus;
  /** Pays something per month, in this currency. */
  mrr_in?: string;
  /** Its address is suppressed, for whatever reason. */
  is_suppressed?: boolean;
  /** Epoch milliseconds: has not changed since, nor has its suppression where that is asked for. */
  untouched_since?: number;
}

/** `ids`: only these. */
export type KnownFilter = ContactFilter & { ids?: string[] };

/** Spelt as the partial index `contact_mrr` is. */
export const PAYS = sql<SqlBool>`mrr > 0`;

type ContactQuery<O> = SelectQueryBuilder<Schema, 'contact', O>;

export function filtered<O>(query: ContactQuery<O>, filter: KnownFilter): ContactQuery<O> {
  const { email, ids, query: words, status, user_group, subscription_status, mrr_in, since, until } = filter;
  const { untouched_since } = filter;
  return query
    .$if(untouched_since !== undefined, (q) => q.where('updated_at', '<=', untouched_since ?? 0))
    .$if(since !== undefined || until !== undefined, (q) => q.where(madeWithin('con', 'id', { since, until })))
    .$if(mrr_in !== undefined, (q) => q.where(PAYS).where('currency', '=', mrr_in ?? ''))
    .$if(ids !== undefined, (q) => q.where('id', 'in', ids?.length ? inList(ids) : ['']))
    .$if(email !== undefined, (q) => q.where('email', '=', email ?? ''))
    .$if(status !== undefined, (q) => q.where('status', '=', status as ContactStatus))
    .$if(user_group !== undefined, (q) => q.where('user_group', '=', user_group ?? ''))
    .$if(subscription_status !== undefined, (q) =>
      q.where('subscription_status', '=', subscription_status as SubscriptionStatus),
    )
    .$if(Boolean(words?.trim()), (q) => q.where(isContactFoundBy(words ?? '')));
}

/** More are one of the parts as typed: nobody has so many names. */
const MOST_WORDS = 6;

/** Every word of what was typed is in the address or the name, accents and capitals aside. */
export function isContactFoundBy(query: string): RawBuilder<SqlBool> {
  const words = foldText(query.trim()).split(/\s+/);
  const parts = words.length > MOST_WORDS ? [words.join(' ')] : words;
  return sql<SqlBool>`${sql.join(
    parts.map((part) => containsFolded(sql`contact.search_text`, part)),
    sql` and `,
  )}`;
}

const STRIPE_ID = /^[a-z]{2,6}_\w+$/i;

const OWNED = [
  ['subscription_state', 'subscription_id'],
  ['object_state', 'id'],
  ['payment', 'id'],
  ['failed_invoice', 'invoice_id'],
] as const;

/** The contacts of the customer with this id, or of those whose subscription, invoice or other object has it. */
async function findOwners(db: Db, tenant: Tenant, id: string): Promise<string[]> {
  const customers = [id];
  for (const [table, key] of OWNED) {
    const rows = await db
      .selectFrom(table as 'object_state')
      .select('customer_id')
      .where(ofTenant(tenant))
      .where(key as 'id', '=', id)
      .execute();
    customers.push(...rows.flatMap(({ customer_id }) => customer_id ?? []));
  }
  const links = await db
    .selectFrom('customer_link')
    .select('contact_id')
    .where(ofTenant(tenant))
    .where('customer_id', 'in', inList(customers))
    .execute();
  return links.flatMap(({ contact_id }) => contact_id ?? []);
}

/** What is typed as the id of something that is known means its owner, and no name. */
export async function withOwners(db: Db, tenant: Tenant, filter: KnownFilter): Promise<KnownFilter> {
  const typed = filter.query?.trim() ?? '';
  const ids = STRIPE_ID.test(typed) ? await findOwners(db, tenant, typed) : [];
  return ids.length > 0 ? { ...filter, query: undefined, ids } : filter;
}
