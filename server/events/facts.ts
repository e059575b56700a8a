/** All that is known when a batch of events is decided, of all its accounts in one round. */
import type { Settings } from '../../shared/settings';
import type { Audience } from '../audience/audience';
import { loadAudiences } from '../audience/load';
import { parseEmail } from '../audience/address';
import { findPresentKeys, keyFor, keyText } from '../db/keys';
import type { Trx } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import { holdInstalls, isConnected, type Install } from '../installs/installs';
import { readSettingsOfAll } from '../settings/settings';
import { findLiveWorkflows, type LiveWorkflow } from '../workflows/live-workflows';
import type { EventJob } from './job';

/** What is known of one account in one mode. */
export interface InstallFacts {
  tenant: Tenant;
  /** Undefined when the account isn't connected in this mode. */
  install: Install | undefined;
  settings: Settings;
  workflows: readonly LiveWorkflow[];
  audience: Audience;
}

interface BatchFacts {
  /** Each account's jobs, in the order of arrival; those whose row was erased meanwhile are left out. */
  groups: { facts: InstallFacts; jobs: EventJob[] }[];
}

/**
 * Reads the facts within the transaction that will write the outcome: since the jobs were read, and above all since
 * Stripe was asked, an account may have been disconnected or its data erased. `now` in epoch milliseconds.
 */
export async function loadFacts(trx: Trx, jobs: readonly EventJob[], now: number): Promise<BatchFacts> {
  const groups = [...groupBy(jobs, ({ row }) => tenantKey(tenantOf(row))).values()];
  const tenants = groups.map(([first]) => tenantOf(first.row));
  const installs = await holdInstalls(trx, tenants);
  const keys = jobs.map(({ row }) => keyFor(row, row.seq));
  const present = await findPresentKeys(trx, 'event', 'seq', keys);
  const settings = await readSettingsOfAll(trx, tenants);
  const workflows = await findLiveWorkflows(trx, tenants);
  const audiences = await loadAudiences(
    trx,
    groups.map((own) => ({ tenant: tenantOf(own[0].row), ...namesIn(own) })),
    now,
  );
  return {
    groups: groups.map((own) => {
      const tenant = tenantOf(own[0].row);
      const key = tenantKey(tenant);
      return {
        jobs: own.filter(({ row }) => present.has(keyText(row, row.seq))),
        facts: {
          tenant,
          install: connected(installs.get(key)),
          settings: settings.get(key)!,
          workflows: workflows.get(key) ?? [],
          audience: audiences.get(key)!,
        },
      };
    }),
  };
}

const connected = (install: Install | undefined) => (isConnected(install) ? install : undefined);

/** Whom the events of one account may be about. */
function namesIn(jobs: readonly EventJob[]) {
  const customerIds: string[] = [];
  const emails: string[] = [];
  for (const { object, asked } of jobs) {
    for (const id of [object?.customerId, asked?.customerId]) if (id) customerIds.push(id);
    for (const raw of [object?.email, asked?.email, object?.lastResortEmail]) {
      const address = parseEmail(raw);
      if (address.kind === 'valid') emails.push(address.email);
    }
  }
  return { customerIds, emails };
}
