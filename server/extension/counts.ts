/** Totals for the overview. Counting a million events takes a while: such an answer is kept for a minute. */
import type { Overview } from '../../shared/api';
import { countContacts } from '../audience/contacts';
import type { Db } from '../db/schema';
import { tenantKey, type Tenant } from '../db/tenant';
import { countEmails } from '../emails/emails';
import { countEvents } from '../events/events';
import { createMemory } from '../memory';

type Counts = Overview['counts'];

const MANY = 50_000;
const KEEP_MS = 60_000;

export function createCounts() {
  const large = new Set<string>();
  const kept = createMemory<Counts>(KEEP_MS);
  return async (db: Db, tenant: Tenant, now: number): Promise<Counts> => {
    const key = tenantKey(tenant);
    if (large.has(key)) return kept(key, now, () => countAll(db, tenant));
    const counts = await countAll(db, tenant);
    if (counts.events > MANY) large.add(key);
    return counts;
  };
}

const countAll = async (db: Db, tenant: Tenant): Promise<Counts> => ({
  contacts: await countContacts(db, tenant),
  events: await countEvents(db, tenant),
  emails: await countEmails(db, tenant),
});
