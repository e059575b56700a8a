/** All that is known when runs go on, of all their accounts in one round. */
import type { Settings } from '../../shared/settings';
import { ofTenants, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf } from '../db/tenant';
import { readSettingsOfAll } from '../settings/settings';
import { eventKey, readEventFacts, type EventFacts } from './event-facts';

type Run = Row<'run'>;

/** What a run's steps depend on. */
export interface RunFacts {
  run: Run;
  /** Whether its account still is. */
  isConnected: boolean;
  settings: Settings;
  workflow: Row<'workflow'> | undefined;
  contact: Row<'contact'> | undefined;
  /** Undefined when its payload isn't kept any more. */
  event: EventFacts | undefined;
  /** How many steps it has behind it. */
  stepsDone: number;
}

/**
 * Of the claimed runs that are still ours: since it was claimed a run may have ended, been parked, or been claimed by
 * another process.
 */
export async function loadRunFacts(trx: Trx, claimed: readonly Run[]): Promise<RunFacts[]> {
  const leases = new Map(claimed.map((run) => [nameOf(run, run.id), run.due_at]));
  const found = await selectByKeys<'run', { steps_done: number | null }>(trx, 'run', 'id', keysOf(claimed, 'id'), {
    also: STEPS_DONE,
  });
  const runs = found
    .filter((run) => run.status === 'running' && run.due_at === leases.get(nameOf(run, run.id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (runs.length === 0) return [];
  const tenants = [...new Map(runs.map((run) => [tenantKey(tenantOf(run)), tenantOf(run)])).values()];
  const connected = await trx
    .selectFrom('install')
    .select(['account_id', 'livemode'])
    .where(ofTenants(trx, tenants))
    .where('status', '!=', 'removed')
    .execute();
  const isConnected = new Set(connected.map((row) => tenantKey(tenantOf(row))));
  const settings = await readSettingsOfAll(trx, tenants);
  const workflows = byId(await selectByKeys(trx, 'workflow', 'id', keysOf(runs, 'workflow_id')));
  const contacts = byId(await selectByKeys(trx, 'contact', 'id', keysOf(runs, 'contact_id')));
  const events = await readEventFacts(trx, keysOf(runs, 'event_id'));
  return runs.map(({ steps_done, ...run }) => {
    const key = tenantKey(tenantOf(run));
    return {
      run,
      isConnected: isConnected.has(key),
      settings: settings.get(key)!,
      workflow: workflows.get(nameOf(run, run.workflow_id)),
      contact: contacts.get(nameOf(run, run.contact_id)),
      event: events.get(eventKey(tenantOf(run), run.event_id)),
      stepsDone: steps_done ?? 0,
    };
  });
}

const STEPS_DONE = `(
  select max(n) from run_step s
  where s.account_id = run.account_id and s.livemode = run.livemode and s.run_id = run.id
) as steps_done`;

interface TenantRow {
  account_id: string;
  livemode: 0 | 1;
}
const keysOf = (runs: readonly Run[], column: 'id' | 'workflow_id' | 'contact_id' | 'event_id') =>
  runs.map((run) => ({ account_id: run.account_id, livemode: run.livemode, value: run[column] }));
const nameOf = ({ account_id, livemode }: TenantRow, id: string) => `${account_id} ${livemode} ${id}`;
const byId = <R extends TenantRow & { id: string }>(rows: R[]) =>
  new Map(rows.map((row) => [nameOf(row, row.id), row]));
