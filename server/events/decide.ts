/** From a claimed event to its verdict: is it ours, is it on, whose is it, what does it change. */
import { isEventType } from '../../shared/catalogue';
import type { EventReason, EventStatus } from '../../shared/api';
import type { Audience } from '../audience/audience';
import { applyEvent, applySubscriptionUpdate, type Verdict } from './apply-event';
import type { Job } from './job';

/** Older events still keep the audience true, but mail about them would come too late to make sense. */
export const LATE_MS = 72 * 3_600_000;

export type Decision = Omit<Verdict, 'status'> & { status: EventStatus; startsWorkflows: boolean };

export const NOT_INSTALLED = 'The account was not connected in this mode';

const end = (status: EventStatus, reason: EventReason | null, outcome: string): Decision => ({
  status,
  reason,
  outcome,
  contact: null,
  startsWorkflows: false,
});

/** `ask`: only Stripe can tell whose event it is. */
export function decide(audience: Audience, job: Job, now: number): Decision | 'ask' {
  const { row, settings, object, asked } = job;
  const { type, created } = row;
  if (!job.install) return end('ignored', 'not_installed', NOT_INSTALLED);
  if (type === 'account.application.authorized') return end('processed', null, 'The app was installed');
  if (!object) return end('skipped', 'malformed', 'The event’s payload could not be read');
  if (!isEventType(type)) {
    const isWanted = Object.values(settings.events).some((choice) => choice.enabled && choice.sync_billing);
    if (!isWanted) return end('ignored', 'event_off', 'Billing fields are off in settings');
    return { ...applySubscriptionUpdate(audience, { type, created, object, asked }), startsWorkflows: false };
  }
  const choice = settings.events[type];
  if (!choice.enabled) return end('ignored', 'event_off', 'Off in settings');
  const verdict = applyEvent(audience, settings, { type, created, object, asked }, now);
  if (verdict === 'ask') return 'ask';
  const isLate = row.replayed === 0 && now - created * 1000 > LATE_MS;
  if (!choice.trigger_workflows || !verdict.contact) return { ...verdict, startsWorkflows: false };
  if (!isLate) return { ...verdict, startsWorkflows: true };
  return {
    ...verdict,
    startsWorkflows: false,
    reason: verdict.reason ?? 'late',
    outcome: `${verdict.outcome}; more than 72 hours old, so no workflow was started`,
  };
}
