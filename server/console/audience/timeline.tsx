/** Events, runs and emails of one contact in one line. */
import type { EmailView, EventView } from '../../../shared/api';
import type { Row } from '../../db/schema';
import { EmailBadge, EventBadge, RunBadge } from '../components/badge';
import { Time } from '../components/values';
import { EventName } from '../events/events';

export interface TimelineRun {
  id: string;
  workflow: string;
  workflowName: string;
  status: Row<'run'>['status'];
  reason: string | null;
  startedAt: string;
}

export type TimelineEntry =
  | { kind: 'event'; at: string; event: EventView }
  | { kind: 'run'; at: string; run: TimelineRun }
  | { kind: 'email'; at: string; email: EmailView };

export const Timeline = ({ entries }: { entries: readonly TimelineEntry[] }) => (
  <ol className="timeline">
    {entries.map((entry) => (
      <li key={keyOf(entry)} className={`is-${entry.kind}`}>
        <Entry entry={entry} />
      </li>
    ))}
  </ol>
);

function Entry({ entry }: { entry: TimelineEntry }) {
  switch (entry.kind) {
    case 'event':
      return (
        <>
          <div className="timeline-head">
            <a href={`/events/${encodeURIComponent(entry.event.id)}`}>
              <EventName type={entry.event.type} />
            </a>
            <EventBadge status={entry.event.status} />
            <Time at={entry.at} />
          </div>
          <p className="hint">{entry.event.outcome}</p>
        </>
      );
    case 'run':
      return (
        <>
          <div className="timeline-head">
            <a href={`/workflows/${entry.run.workflow}/runs/${entry.run.id}`}>Workflow: {entry.run.workflowName}</a>
            <RunBadge status={entry.run.status} />
            <Time at={entry.at} />
          </div>
          {entry.run.reason && <p className="hint">{entry.run.reason}</p>}
        </>
      );
    case 'email':
      return (
        <>
          <div className="timeline-head">
            <a href={`/emails/${entry.email.id}`}>Email: {entry.email.subject || 'no subject yet'}</a>
            <EmailBadge status={entry.email.status} />
            <Time at={entry.at} />
          </div>
          {entry.email.reason && <p className="hint">{entry.email.reason}</p>}
        </>
      );
  }
}

const keyOf = (entry: TimelineEntry): string =>
  entry.kind === 'event' ? entry.event.id : entry.kind === 'run' ? entry.run.id : entry.email.id;
