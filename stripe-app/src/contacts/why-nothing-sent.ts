import type { ContactDetail, EventView, WorkflowView } from '../../../shared/api';
import { nameEvent } from '../../../shared/words/explanations';

/** One sentence for the merchant who wonders why this customer got no email, and what would change it. */
export function whyNothingSent({
  contact,
  events,
  workflows,
}: {
  contact: Pick<ContactDetail, 'suppressed' | 'status'> | null;
  events: readonly EventView[];
  workflows: readonly WorkflowView[];
}): string {
  if (contact?.suppressed) return 'This address is suppressed: earlier email to it was refused or unwelcome.';
  const latest = events[0];
  if (!latest) return 'No event has arrived for this customer yet. Emails start with the next one.';
  if (latest.status === 'waiting' || latest.status === 'pending')
    return `The latest event isn’t processed yet: ${latest.outcome}`;
  if (!contact) return `The latest event made no contact: ${latest.outcome}`;

  const active = workflows.filter((workflow) => workflow.status === 'active');
  if (active.length === 0) return 'No workflow is active. Turn one on in the console.';
  const triggers = active.map((workflow) => workflow.definition.trigger.event as string);
  const started = events.filter((event) => triggers.includes(event.type));
  if (started.length === 0) return `No active workflow starts with “${nameEvent(latest.type)}”.`;
  const off = started.find((event) => event.reason === 'event_off');
  if (off) return `“${nameEvent(off.type)}” was off in settings when it arrived.`;
  if (contact.status !== 'subscribed') return 'This contact isn’t subscribed, so marketing email isn’t sent.';
  return 'A workflow may still be waiting, or its filters didn’t match. The console shows each run.';
}
