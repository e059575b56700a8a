/** Carries out what plan-runs.ts planned, inside the transaction that records the events' outcomes. */
import { insertNew } from '../db/bulk';
import { keyFor, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import type { Exit, Wave } from './plan-runs';
import { isSameSubject } from './run-key';
import { endRuns } from './runs';

/**
 * Returns how many runs each event started, by `startKey`. Waves of many installs may be given as one. `now` in epoch
 * milliseconds.
 */
export async function carryOut(trx: Trx, waves: readonly Wave[], now: number): Promise<Map<string, number>> {
  const started = new Map<string, number>();
  for (const { exits, starts } of waves) {
    await carryOutExits(trx, exits, now);
    for (const run of await insertNew(trx, 'run', starts, ['account_id', 'livemode', 'event_id'])) {
      const key = startKey(run.account_id, run.livemode, run.event_id);
      started.set(key, (started.get(key) ?? 0) + 1);
    }
  }
  return started;
}

export const startKey = (accountId: string, livemode: 0 | 1, eventId: string): string =>
  `${accountId} ${livemode} ${eventId}`;

async function carryOutExits(trx: Trx, exits: readonly Exit[], now: number): Promise<void> {
  if (exits.length === 0) return;
  const contacts = exits.map(({ contact }) => keyFor(contact, contact.id));
  const runs = (await selectByKeys(trx, 'run', 'contact_id', contacts)).filter(({ status }) => status === 'running');
  const endings = runs.flatMap((run) => {
    const exit = exits.find((one) => isMeant(one, run));
    return exit ? [{ run, reason: exit.type }] : [];
  });
  for (const own of groupBy(endings, ({ run, reason }) => `${tenantKey(tenantOf(run))} ${reason}`).values()) {
    const [{ run, reason }] = own;
    const ids = own.map((ending) => ending.run.id);
    await endRuns(trx, tenantOf(run), ids, { status: 'exited', reason, now });
  }
}

function isMeant({ workflow, contact, subject }: Exit, run: Row<'run'>): boolean {
  if (run.workflow_id !== workflow.id || run.contact_id !== contact.id) return false;
  return !subject || isSameSubject({ invoiceId: run.invoice_id, subscriptionId: run.subscription_id }, subject);
}
