/** What the demo waits for: an event's outcome, the emails it causes, and quiet. */
import type { EmailView, EventView } from '../../shared/api';
import { listEmails } from '../emails/list-emails';
import { readEvent } from '../events/events';
import type { LocalStack } from './local-stack';

const PATIENCE_MS = 60_000;
const POLL_MS = 50;

const aMoment = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** Until the event has been processed; one that waits for Stripe is given up on after a minute. */
export async function waitForOutcome({ running: { ctx }, account }: LocalStack, id: string): Promise<EventView> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const event = await readEvent(ctx.db, account, id);
    if (event && event.status !== 'pending' && (event.status !== 'waiting' || Date.now() > until)) return event;
    if (Date.now() > until) throw new Error(`${id} did not arrive, or is still pending, after ${PATIENCE_MS / 1000} s`);
    await aMoment();
  }
}

/** Runs and emails that are due have been done. */
export async function quiet({ running: { ctx } }: LocalStack): Promise<void> {
  for (;;) {
    const now = ctx.clock.now();
    const due = await Promise.all(
      (['run', 'email'] as const).map((table) =>
        ctx.db
          .selectFrom(table as 'run')
          .select('id')
          .where('due_at', '<=', now + 30_000)
          .executeTakeFirst(),
      ),
    );
    if (due.every((row) => row === undefined)) return;
    await aMoment();
  }
}

/** The event's one email, when it waits no more. */
export async function waitForEmail({ running: { ctx }, account }: LocalStack, event: string): Promise<EmailView> {
  for (const until = Date.now() + PATIENCE_MS; ;) {
    const [email] = (await listEmails(ctx.db, account, { event, limit: 1 })).data;
    if (email && email.status !== 'queued') return email;
    if (Date.now() > until)
      throw new Error(`${event} caused no email, or it still waits, after ${PATIENCE_MS / 1000} s`);
    await aMoment();
  }
}
