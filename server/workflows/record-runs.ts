/** What is told of runs that have started or ended. */
import type { WebhookType } from '../../shared/webhooks';
import type { Db, Row } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { recordMessages, type Telling } from '../outbox/messages';

type Told = Pick<Row<'run'>, 'account_id' | 'livemode' | 'id' | 'contact_id' | 'status'>;

/** Of runs that are so now, in the transaction that writes it. One that was over at once has not started. */
export async function recordRuns(db: Db, runs: readonly Told[], telling: Telling): Promise<void> {
  const messages = runs.map((run) => ({
    tenant: tenantOf(run),
    type: typeOf(run),
    kind: 'run' as const,
    id: run.id,
    contactId: run.contact_id,
  }));
  await recordMessages(db, messages, telling);
}

/** One that was stopped or failed has ended early as well: its status says why. */
function typeOf({ status }: Told): WebhookType {
  if (status === 'running') return 'workflow.run.started';
  return status === 'finished' ? 'workflow.run.finished' : 'workflow.run.exited';
}
