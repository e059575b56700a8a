/** The state of an install for the Dashboard's views; also says how to connect when there is none. */
import type { Overview } from '../../shared/api';
import { SETUP_STEPS, type Setup } from '../../shared/words/setup';
import { countContacts } from '../audience/list-contacts';
import { createCache } from '../cache';
import type { Context } from '../context';
import type { Db } from '../db/schema';
import { modeOf, tenantKey, type Tenant } from '../db/tenant';
import { countEmails } from '../emails/list-emails';
import { countEvents, lastEventAt } from '../events/events';
import { findInstall, isConnected } from '../installs/installs';
import { createOpenLink } from '../installs/open-link';
import { readImport } from '../installs/import-job';
import { readSetup } from '../lifecycle/read-setup';
import { createMemory } from '../memory';
import { readSettings } from '../settings/settings';

type Counts = Overview['counts'];

/** Counting a million events takes a while: totals of an install with more events than this are cached for a minute. */
const MANY = 50_000;
const KEEP_MS = 60_000;
const MAX_LARGE = 1_000;
const NOTHING_SET_UP = Object.fromEntries(SETUP_STEPS.map((step) => [step, 'not-started'])) as Setup;
const NOTHING: Counts = { contacts: 0, events: 0, emails: 0 };

/** Every call makes a fresh console link, which lives for 10 minutes. */
export function createOverview(ctx: Context): (tenant: Tenant, userId: string) => Promise<Overview> {
  const { db, config, clock } = ctx;
  const countOf = createCounts();
  return async (tenant, userId) => {
    const install = await findInstall(db, tenant);
    const { locale, timezone } = await readSettings(db, tenant);
    const known = {
      locale,
      timezone,
      status: install?.status ?? null,
      connect_url: `${config.publicUrl}/connect?mode=${modeOf(tenant)}`,
      counts: install ? await countOf(db, tenant, clock.now()) : NOTHING,
    };
    if (!isConnected(install))
      return {
        connected: false,
        ...known,
        account_name: null,
        console_url: null,
        last_event_at: null,
        import: null,
        setup: NOTHING_SET_UP,
      };
    return {
      connected: true,
      ...known,
      account_name: install.account_name,
      console_url: `${config.publicUrl}/open/${await createOpenLink(ctx, tenant, userId)}`,
      last_event_at: await lastEventAt(db, tenant),
      import: await readImport(db, tenant),
      setup: await readSetup(ctx, install),
    };
  };
}

function createCounts() {
  const large = createCache<string, true>(MAX_LARGE);
  const cached = createMemory<Counts>(KEEP_MS);
  return async (db: Db, tenant: Tenant, now: number): Promise<Counts> => {
    const key = tenantKey(tenant);
    if (large.get(key)) return cached(key, now, () => countAll(db, tenant));
    const counts = await countAll(db, tenant);
    if (counts.events > MANY) large.set(key, true);
    return counts;
  };
}

const countAll = async (db: Db, tenant: Tenant): Promise<Counts> => ({
  contacts: await countContacts(db, tenant),
  events: await countEvents(db, tenant),
  emails: await countEmails(db, tenant),
});
