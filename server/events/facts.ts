/** All that is known when a batch of events is decided, of all its accounts in one round. */
import { isApiEventType } from '../../shared/catalogue';
import { isContactEventType } from '../../shared/contact-events';
import type { Settings } from '../../shared/settings';
import { allDone } from '../all-done';
import type { Audience } from '../audience/audience';
import type { ObjectState } from '../audience/object-states';
import { loadAudiences } from '../audience/load';
import { parseEmail } from '../audience/address';
import { keyFor, selectByKeys } from '../db/keys';
import { refundedPayment } from '../audience/payments';
import type { Trx } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import { holdInstalls, isConnected, type HeldInstall } from '../installs/installs';
import { readSettingsOfAll } from '../settings/settings';
import { findLiveWorkflows, type LiveWorkflow } from '../workflows/live-workflows';
import type { EventJob } from './job';
import { subscriptionsOf } from './lifecycle-events';

/** What is known of one account in one mode. */
export interface InstallFacts {
  tenant: Tenant;
  /** Undefined when the account isn't connected in this mode. */
  install: HeldInstall | undefined;
  settings: Settings;
  workflows: readonly LiveWorkflow[];
  audience: Audience;
  /** Of the customers who may be back, all that are kept. */
  subscriptions: readonly ObjectState[];
  /** Whom events are of that name their contact, by `seq`, as it is now: contacts merge. */
  namedContacts: ReadonlyMap<string, string | null>;
}

/** The events of one account, in the order of arrival, with what is known of it. */
export interface AccountBatch {
  facts: InstallFacts;
  jobs: EventJob[];
}

/**
 * Reads the facts within the transaction that will write the outcome: since the jobs were read, and above all since
 * Stripe was asked, an account may have been disconnected. `now` in epoch milliseconds; `lock` of the contacts.
 */
export async function loadFacts(
  trx: Trx,
  jobs: readonly EventJob[],
  now: number,
  lock: 'wait' | 'nowait' = 'wait',
): Promise<AccountBatch[]> {
  const groups = [...groupBy(jobs, ({ row }) => tenantKey(tenantOf(row))).values()];
  const tenants = groups.map(([first]) => tenantOf(first.row));
  const named = await findNamedContacts(trx, jobs);
  const wanted = groups.map((own, n) => ({ tenant: tenants[n]!, ...namesIn(own, named) }));
  // On PostgreSQL these go out together.
  const maybeBack = jobs.flatMap(({ row, object }) =>
    row.type === 'lifecycle.reactivated' && object?.customerId ? keyFor(row, object.customerId) : [],
  );
  const [installs, settings, workflows, audiences, subscriptions] = await allDone([
    holdInstalls(trx, tenants),
    readSettingsOfAll(trx, tenants),
    findLiveWorkflows(trx, tenants),
    loadAudiences(trx, wanted, now, lock),
    subscriptionsOf(trx, maybeBack),
  ]);
  return groups.map((own, n) => {
    const tenant = tenants[n]!;
    const key = tenantKey(tenant);
    const facts: InstallFacts = {
      tenant,
      install: connected(installs.get(key)),
      settings: settings.get(key)!,
      workflows: workflows.get(key) ?? [],
      audience: audiences.get(key)!,
      subscriptions: subscriptions.filter((state) => tenantKey(tenantOf(state)) === key),
      namedContacts: named,
    };
    return { facts, jobs: own };
  });
}

const connected = (install: HeldInstall | undefined) => (isConnected(install) ? install : undefined);

/** Events of programs, and of what happened to a contact. */
export const namesContact = (type: string): boolean => isApiEventType(type) || isContactEventType(type);

/** A round of its own, where there are any. */
async function findNamedContacts(trx: Trx, jobs: readonly EventJob[]): Promise<Map<string, string | null>> {
  const keys = jobs.flatMap(({ row }) => (namesContact(row.type) ? keyFor(row, row.seq) : []));
  const rows = keys.length === 0 ? [] : await selectByKeys(trx, 'event', 'seq', keys);
  return new Map(rows.map(({ seq, contact_id }) => [seq, contact_id]));
}

/** Whom the events of one account may be about. */
function namesIn(jobs: readonly EventJob[], named: InstallFacts['namedContacts']) {
  const customerIds: string[] = [];
  const emails: string[] = [];
  const objectIds: string[] = [];
  const paymentIds: string[] = [];
  const failedInvoices = { ids: [] as string[], ofCustomers: [] as string[] };
  for (const { row, object, asked } of jobs) {
    for (const id of [object?.customerId, asked?.customerId]) if (id) customerIds.push(id);
    for (const id of [object?.state?.id, object?.subscriptionId]) if (id) objectIds.push(id);
    if (object?.state?.kind === 'invoice') failedInvoices.ids.push(object.state.id);
    if (object?.customerId && (row.type === 'customer.deleted' || row.type === 'customer.subscription.deleted'))
      failedInvoices.ofCustomers.push(object.customerId);
    for (const id of [
      object?.payment?.id,
      object?.refund && refundedPayment(object.refund),
      object?.refund && asked?.invoiceId,
    ])
      if (id) paymentIds.push(id);
    for (const raw of [object?.email, asked?.email, object?.lastResortEmail]) {
      const address = parseEmail(raw);
      if (address.kind === 'valid') emails.push(address.email);
    }
  }
  const contactIds = jobs.flatMap(({ row }) => named.get(row.seq) ?? []);
  return { customerIds, emails, contactIds, objectIds, paymentIds, failedInvoices };
}
