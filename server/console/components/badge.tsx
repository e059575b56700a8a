import type { ContactStatus, EmailStatus, EventStatus, InstallStatus, WorkflowStatus } from '../../../shared/api';
import type { Row } from '../../db/schema';

type Tone = 'good' | 'bad' | 'warn' | 'info' | 'plain';
type RunStatus = Row<'run'>['status'];

export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

export const EVENT_WORDS: Record<EventStatus, string> = {
  pending: 'Received',
  waiting: 'Waiting',
  processed: 'Processed',
  ignored: 'Ignored',
  skipped: 'Skipped',
  failed: 'Failed',
};
const EVENT_TONES: Record<EventStatus, Tone> = {
  pending: 'info',
  waiting: 'warn',
  processed: 'good',
  ignored: 'plain',
  skipped: 'plain',
  failed: 'bad',
};
export const EventBadge = ({ status }: { status: EventStatus }) => (
  <Badge tone={EVENT_TONES[status]}>{EVENT_WORDS[status]}</Badge>
);

export const CONTACT_WORDS: Record<ContactStatus, string> = {
  subscribed: 'Subscribed',
  unsubscribed: 'Unsubscribed',
  transactional_only: 'Transactional only',
};
const CONTACT_TONES: Record<ContactStatus, Tone> = {
  subscribed: 'good',
  unsubscribed: 'plain',
  transactional_only: 'info',
};
export const ContactBadge = ({ status }: { status: ContactStatus }) => (
  <Badge tone={CONTACT_TONES[status]}>{CONTACT_WORDS[status]}</Badge>
);

export const EMAIL_WORDS: Record<EmailStatus, string> = {
  queued: 'Queued',
  sent: 'Sent',
  captured: 'Captured',
  held: 'Held',
  failed: 'Failed',
  suppressed: 'Suppressed',
};
const EMAIL_TONES: Record<EmailStatus, Tone> = {
  queued: 'info',
  sent: 'good',
  captured: 'info',
  held: 'warn',
  failed: 'bad',
  suppressed: 'plain',
};
export const EmailBadge = ({ status }: { status: EmailStatus }) => (
  <Badge tone={EMAIL_TONES[status]}>{EMAIL_WORDS[status]}</Badge>
);

const WORKFLOW_WORDS: Record<WorkflowStatus, string> = { draft: 'Draft', active: 'Active', paused: 'Paused' };
const WORKFLOW_TONES: Record<WorkflowStatus, Tone> = { draft: 'plain', active: 'good', paused: 'warn' };
export const WorkflowBadge = ({ status }: { status: WorkflowStatus }) => (
  <Badge tone={WORKFLOW_TONES[status]}>{WORKFLOW_WORDS[status]}</Badge>
);

export const RUN_WORDS: Record<RunStatus, string> = {
  running: 'Running',
  finished: 'Finished',
  exited: 'Left early',
  stopped: 'Stopped',
  failed: 'Failed',
};
const RUN_TONES: Record<RunStatus, Tone> = {
  running: 'info',
  finished: 'good',
  exited: 'plain',
  stopped: 'plain',
  failed: 'bad',
};
export const RunBadge = ({ status }: { status: RunStatus }) => (
  <Badge tone={RUN_TONES[status]}>{RUN_WORDS[status]}</Badge>
);

const INSTALL_WORDS: Record<InstallStatus, string> = {
  active: 'Connected',
  needs_reconnect: 'Needs reconnecting',
  removed: 'Disconnected',
};
const INSTALL_TONES: Record<InstallStatus, Tone> = { active: 'good', needs_reconnect: 'warn', removed: 'bad' };
export const InstallBadge = ({ status }: { status: InstallStatus }) => (
  <Badge tone={INSTALL_TONES[status]}>{INSTALL_WORDS[status]}</Badge>
);
