/** What happened to a contact, newest first: events, runs, emails and consent in one list. */
import { explainRun } from '../../../shared/words/explanations';
import { listConsentChanges } from '../../audience/consent';
import { isoTime } from '../../db/columns';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { listEmails } from '../../emails/list-emails';
import { listEvents } from '../../events/events';
import { listRuns } from '../../workflows/list-runs';
import { listWorkflowNames } from '../../workflows/workflow-names';
import type { TimelineEntry } from './timeline';

const SHOWN = 50;

export async function readTimeline(
  db: Db,
  tenant: Tenant,
  contact: string,
): Promise<{ entries: TimelineEntry[]; hasMore: boolean }> {
  const page = { contact, limit: SHOWN };
  const events = await listEvents(db, tenant, page);
  const runs = await listRuns(db, tenant, page);
  const emails = await listEmails(db, tenant, page);
  const changes = await listConsentChanges(db, tenant, contact, SHOWN + 1);
  const names = await listWorkflowNames(db, tenant);
  const all: TimelineEntry[] = [
    ...events.data.map((event) => ({ kind: 'event' as const, at: event.received_at, event })),
    ...runs.data.map((run) => ({
      kind: 'run' as const,
      at: run.started_at,
      run: {
        id: run.id,
        workflow: run.workflow,
        workflowName: names.get(run.workflow) ?? 'deleted workflow',
        status: run.status,
        reason: explainRun(run.reason, run.outcome),
      },
    })),
    ...emails.data.map((email) => ({ kind: 'email' as const, at: email.created_at, email })),
    ...changes.map(({ id, at, status, cause, email_id }) => ({
      kind: 'consent' as const,
      at: isoTime(at),
      change: { id, status, cause, email: email_id },
    })),
  ];
  all.sort((a, b) => b.at.localeCompare(a.at));
  const hasMore = all.length > SHOWN || events.has_more || runs.has_more || emails.has_more;
  return { entries: all.slice(0, SHOWN), hasMore };
}
