/** Events, runs, emails and consent of one contact in one line. */
import type { ConsentCause, ContactStatus, EmailView, EventView, RunStatus } from '../../../shared/api';
import { nameEmail, nameEvent } from '../../../shared/words/explanations';
import { BILLING_CONTACTS_WORDS } from '../../../shared/words/fields';
import {
  CONSENT_CAUSE_WORDS,
  CONSENT_CHANGE_WORDS,
  nameEmailState,
  EVENT_STATUS_WORDS,
  RUN_STATUS_WORDS,
} from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Time } from '../components/values';
import { EmailLifeLine } from '../emails/life';
import { withoutAddress } from '../events/terms';

interface TimelineRun {
  id: string;
  workflow: string;
  workflowName: string;
  status: RunStatus;
  reason: string | null;
}

interface TimelineConsent {
  id: string;
  status: ContactStatus;
  cause: ConsentCause;
  email: string | null;
}

export type TimelineEntry =
  | { kind: 'event'; at: string; event: EventView }
  | { kind: 'run'; at: string; run: TimelineRun }
  | { kind: 'email'; at: string; email: EmailView }
  | { kind: 'consent'; at: string; change: TimelineConsent };

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
            <a href={`/events/${encodeURIComponent(entry.event.id)}`}>{nameEvent(entry.event.type)}</a>
            <Badge {...EVENT_STATUS_WORDS[entry.event.status]} />
            <Time at={entry.at} as="relative" />
          </div>
          <p className="hint">{withoutAddress(entry.event)}</p>
        </>
      );
    case 'run':
      return (
        <>
          <div className="timeline-head">
            <a href={`/workflows/${entry.run.workflow}/runs/${entry.run.id}`}>Workflow: {entry.run.workflowName}</a>
            <Badge {...RUN_STATUS_WORDS[entry.run.status]} />
            <Time at={entry.at} as="relative" />
          </div>
          {entry.run.reason && <p className="hint">{entry.run.reason}</p>}
        </>
      );
    case 'email':
      return (
        <>
          <div className="timeline-head">
            <a href={`/emails/${entry.email.id}`}>Email: {nameEmail(entry.email)}</a>
            <Badge {...nameEmailState(entry.email)} />
            <Time at={entry.at} as="relative" />
          </div>
          {entry.email.billing_copy && (
            <p className="hint">
              {BILLING_CONTACTS_WORDS.copy}: {entry.email.to}
            </p>
          )}
          <EmailLifeLine email={entry.email} />
        </>
      );
    case 'consent':
      return (
        <>
          <div className="timeline-head">
            <span className="strong">{CONSENT_CHANGE_WORDS[entry.change.status]}</span>
            <Time at={entry.at} as="relative" />
          </div>
          <p className="hint">
            {CONSENT_CAUSE_WORDS[entry.change.cause]}
            {entry.change.email && (
              <>
                {' '}
                <a href={`/emails/${entry.change.email}`}>The email</a>
              </>
            )}
          </p>
        </>
      );
  }
}

function keyOf(entry: TimelineEntry): string {
  switch (entry.kind) {
    case 'event':
      return entry.event.id;
    case 'run':
      return entry.run.id;
    case 'email':
      return entry.email.id;
    case 'consent':
      return entry.change.id;
  }
}
