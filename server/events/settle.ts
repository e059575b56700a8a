/** Decides about a batch of events and writes everything that follows in one transaction. */
import { parseEmail } from '../audience/address';
import { openAudience, type Audience } from '../audience/audience';
import { inList, upsert } from '../db/bulk';
import type { Row, Trx } from '../db/schema';
import { ofTenant, tenantKey, type Tenant } from '../db/tenant';
import { holdContacts } from '../db/transact';
import { findInstall, isConnected } from '../installs/installs';
import { deleteContact, mergeContacts } from '../audience/merge';
import { triggerWorkflows, type WorkflowTrigger } from '../workflows/trigger-workflows';
import { decide, type Decision } from './decide';
import type { Job } from './job';

/** Merging and deleting contacts touches rows of other events: such an event is settled alone. */
export class NeedsOwnTransaction extends Error {}

export interface Settled {
  job: Job;
  decision: Decision;
}

/** Answers what was settled and which events can't be before Stripe was asked. */
export async function settle(
  trx: Trx,
  jobs: readonly Job[],
  now: number,
): Promise<{ settled: Settled[]; toAsk: Job[] }> {
  const settled: Settled[] = [];
  const toAsk: Job[] = [];
  for (const own of groupByTenant(jobs)) {
    const [{ tenant }] = own as [Job];
    const current = await stillThere(trx, tenant, own);
    const audience = await openAudience(trx, tenant, keysOf(current), now);
    const decided = current.map((job) => ({ job, decision: decide(audience, job, now) }));
    if (own.length > 1 && decided.some(({ decision }) => decision !== 'ask' && (decision.merges || decision.deletes)))
      throw new NeedsOwnTransaction();
    const final = decided.filter((one): one is Settled => one.decision !== 'ask');
    toAsk.push(...decided.filter(({ decision }) => decision === 'ask').map(({ job }) => job));
    await write(trx, tenant, audience, final, now);
    settled.push(...final);
  }
  return { settled, toAsk };
}

/**
 * Since the jobs were read, and above all since Stripe was asked, the account may have been disconnected or its data
 * erased: the install is read again, and rows that are gone stay gone.
 */
async function stillThere(trx: Trx, tenant: Tenant, jobs: readonly Job[]): Promise<Job[]> {
  const found = await findInstall(trx, tenant, { locked: true });
  const install = isConnected(found) ? found : undefined;
  const rows = await trx
    .selectFrom('event')
    .select('seq')
    .where(ofTenant(tenant))
    .where('seq', 'in', inList(jobs.map(({ row }) => row.seq)))
    .execute();
  const seqs = new Set(rows.map(({ seq }) => seq));
  return jobs.filter(({ row }) => seqs.has(row.seq)).map((job) => ({ ...job, install }));
}

function groupByTenant(jobs: readonly Job[]): Job[][] {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = tenantKey(job.tenant);
    const group = groups.get(key);
    if (group) group.push(job);
    else groups.set(key, [job]);
  }
  return [...groups.values()];
}

function keysOf(jobs: readonly Job[]) {
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

const WRITTEN = [
  'status',
  'reason',
  'outcome',
  'customer_id',
  'contact_id',
  'due_at',
  'claims',
  'give_up_at',
  'last_error',
] as const;

async function write(trx: Trx, tenant: Tenant, audience: Audience, settled: Settled[], now: number): Promise<void> {
  await audience.save();
  const started = await triggerWorkflows(trx, tenant, settled.flatMap(triggerOf), now);
  const running = settled
    .filter(({ job }) => started.has(job.row.id))
    .flatMap(({ decision }) => decision.contact ?? []);
  await holdContacts(
    trx,
    tenant,
    running.map(({ id }) => id),
  );
  const rows = settled.map(({ job, decision }): Row<'event'> => {
    const runs = started.get(job.row.id) ?? 0;
    return {
      ...job.row,
      status: decision.status,
      reason: decision.reason,
      outcome:
        runs > 0 ? `${decision.outcome}; started ${runs === 1 ? 'a workflow' : `${runs} workflows`}` : decision.outcome,
      customer_id: job.object?.customerId ?? job.asked?.customerId ?? null,
      contact_id: decision.contact?.id ?? null,
      due_at: null,
      claims: 0,
      give_up_at: null,
      last_error: null,
    };
  });
  await upsert(trx, 'event', ['id'], rows, WRITTEN);
  const orphans = settled.filter(({ decision }) => decision.reason === 'not_installed').map(({ job }) => job.row.seq);
  if (orphans.length > 0)
    await trx.deleteFrom('event_payload').where(ofTenant(tenant)).where('seq', 'in', orphans).execute();
  for (const { decision } of settled) {
    if (decision.merges) await mergeContacts(trx, tenant, decision.merges.from.id, decision.merges.into.id);
    if (decision.deletes) await deleteContact(trx, tenant, decision.deletes, now);
  }
}

function triggerOf({ job, decision }: Settled): WorkflowTrigger[] {
  const { row, object } = job;
  if (!object || !decision.contact || decision.status !== 'processed') return [];
  return [
    {
      event: { id: row.id, type: row.type, created: row.created },
      object,
      contact: decision.contact,
      starts: decision.startsWorkflows,
      workflowsActiveBefore: row.replayed === 1 ? row.received_at : null,
    },
  ];
}
