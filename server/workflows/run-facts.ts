/** All that is known when runs go on, of all their accounts in one round. */
import type { Settings } from '../../shared/settings';
import { billingContactsOf, NAMES_SOME } from '../audience/billing-contacts';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { findConnectedTenants } from '../db/tenant-state';
import { groupBy } from '../group-by';
import { readSettingsOfAll } from '../settings/settings';
import { eventKey, readEventFacts, type EventFacts } from './event-facts';
import type { LiveWorkflow } from './live-workflows';

type Run = Row<'run'>;

/** What a run's steps depend on. */
export interface RunFacts {
  run: Run;
  /** Whether its account still is connected. */
  isConnected: boolean;
  settings: Settings;
  workflow: LiveWorkflow | undefined;
  contact: Row<'contact'> | undefined;
  /** Its billing contacts' addresses. */
  billingContacts: readonly string[];
  /** Undefined when its payload isn't kept any more. */
  event: EventFacts | undefined;
  /** The newest known state of its subject; undefined where none is kept. */
  state: Row<'object_state'> | undefined;
  /** How many steps it has done. */
  stepsDone: number;
}

/**
 * Of the claimed runs that are still ours: since it was claimed a run may have ended, been parked, or been claimed by
 * another process.
 */
export async function loadRunFacts(trx: Trx, claimed: readonly Run[]): Promise<RunFacts[]> {
  const leases = new Map(claimed.map((run) => [keyText(run, run.id), run.due_at]));
  const found = await selectByKeys<'run', { steps_done: number | null }>(trx, 'run', 'id', keysOf(claimed, 'id'), {
    also: STEPS_DONE,
  });
  const runs = found
    .filter((run) => run.status === 'running' && run.due_at === leases.get(keyText(run, run.id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (runs.length === 0) return [];
  const tenants = tenantsOf(runs);
  const connected = await findConnectedTenants(trx, tenants);
  const settings = await readSettingsOfAll(trx, tenants);
  const workflows = byId(await selectByKeys(trx, 'workflow', 'id', keysOf(runs, 'workflow_id')));
  const contacts = byId(await selectByKeys(trx, 'contact', 'id', keysOf(runs, 'contact_id')));
  const links = await selectByKeys(trx, 'customer_link', 'contact_id', keysOf(runs, 'contact_id'), NAMES_SOME);
  const linksOf = groupBy(links, (link) => keyText(link, link.contact_id ?? ''));
  const events = await readEventFacts(trx, keysOf(runs, 'event_id'));
  const subjects = runs.flatMap((run) => (run.subject_id === null ? [] : keyFor(run, run.subject_id)));
  const states = byId(await selectByKeys(trx, 'object_state', 'id', subjects));
  return runs.map(({ steps_done, ...run }) => {
    const key = tenantKey(tenantOf(run));
    const contactKey = keyText(run, run.contact_id);
    const contact = contacts.get(contactKey);
    const billingKey = settings.get(key)?.billing_email_key ?? null;
    const copies = contact ? billingContactsOf(contact, linksOf.get(contactKey) ?? [], billingKey) : [];
    return {
      run,
      isConnected: connected.has(key),
      settings: settings.get(key)!,
      workflow: workflows.get(keyText(run, run.workflow_id)),
      contact,
      billingContacts: copies.map(({ email }) => email),
      event: events.get(eventKey(tenantOf(run), run.event_id)),
      state: states.get(keyText(run, run.subject_id ?? '')),
      stepsDone: steps_done ?? 0,
    };
  });
}

const STEPS_DONE = `(
  select max(n) from run_step s
  where s.account_id = run.account_id and s.livemode = run.livemode and s.run_id = run.id
) as steps_done`;

const keysOf = (runs: readonly Run[], column: 'id' | 'workflow_id' | 'contact_id' | 'event_id') =>
  runs.map((run) => keyFor(run, run[column]));
