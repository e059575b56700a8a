/** Another try for an email that was held or failed, and one more of an email that was sent, on a person's word. */
import type { EmailView } from '../../shared/api';
import { findStep } from '../../shared/workflow';
import { findContact } from '../audience/contacts';
import type { Context } from '../context';
import type { Db, Row, Trx } from '../db/schema';
import { tenantOf, type Tenant } from '../db/tenant';
import { parts } from '../db/parts';
import { transact } from '../db/transact';
import { findSuppression } from '../audience/suppressions';
import { findAgain, findEmail, holdEmail, insertAgain, queueAgain, viewEmail } from '../emails/emails';
import { queuedEmail } from '../emails/compose';
import { listHeld, type HeldOnes } from '../emails/held-emails';
import { recipientOf } from '../emails/recipient';
import { findEmailData } from '../emails/send-transactional';
import { AppError } from '../errors';
import { definitionOf } from './definitions';
import { findEventFacts } from './event-facts';
import { findRun } from './runs';
import { findWorkflow } from './read-workflows';

/**
 * Judged and made like any other when its turn comes, from its step as it is then and from the contact's state. Throws
 * not_found; invalid_request for an email that is neither held nor failed, or whose step, contact or event is gone.
 */
export async function retryEmail(ctx: Context, tenant: Tenant, id: string): Promise<EmailView> {
  const row = await transact(ctx.db, (trx) => retry(trx, tenant, id, { now: ctx.clock.now() }));
  ctx.nudge();
  return viewEmail(row);
}

/** `heldBy`: one that was held later isn't meant. */
async function retry(
  trx: Trx,
  tenant: Tenant,
  id: string,
  { heldBy = Infinity, now }: { heldBy?: number; now: number },
): Promise<Row<'email'>> {
  const email = await findEmail(trx, tenant, id);
  if (!email) throw new AppError('not_found', 'There is no such email.');
  if ((email.decided_at ?? 0) > heldBy) throw new AppError('conflict', 'This email was tried again meanwhile.', 'id');
  const refusal = await whyNotRetried(trx, email);
  if (refusal) throw refusal;
  return queueAgain(trx, email, now);
}

async function whyNotRetried(db: Db, email: Row<'email'>): Promise<AppError | undefined> {
  if (email.status !== 'held' && email.status !== 'failed')
    return new AppError('invalid_request', 'Only held and failed emails can be tried again.', 'id');
  if (await findAgain(db, email)) return SENT_AGAIN();
  if (email.is_test === 0 && !(await canBeMade(db, email)))
    return new AppError('invalid_request', 'The step, the contact or the event of this email is gone.', 'id');
  return undefined;
}

/** False as well for one that isn't there. */
export async function canBeRetried(db: Db, tenant: Tenant, id: string): Promise<boolean> {
  const email = await findEmail(db, tenant, id);
  return email !== undefined && (await whyNotRetried(db, email)) === undefined;
}

/** Of one transaction: others write in between. */
const RETRIED_TOGETHER = 50;

/**
 * Tries those held again, the oldest MOST_HELD. Returns how many wait to go, and how many can't be made any more, or were tried or sent
 * again meanwhile.
 */
export async function retryHeld(
  ctx: Context,
  tenant: Tenant,
  held: HeldOnes,
): Promise<{ retried: number; left: number }> {
  const ids = await listHeld(ctx.db, tenant, held);
  let retried = 0;
  for await (const some of parts(ids, RETRIED_TOGETHER))
    retried += await transact(ctx.db, async (trx) => {
      let queued = 0;
      for (const id of some)
        try {
          await retry(trx, tenant, id, { heldBy: held.until, now: ctx.clock.now() });
          queued++;
        } catch (error) {
          // Only what was read is refused: nothing was written of it.
          if (!(error instanceof AppError)) throw error;
        }
      return queued;
    });
  ctx.nudge();
  return { retried, left: ids.length - retried };
}

/** What may go once more: it went, it was captured, or it failed. */
export const canBeSentAgain = ({ status, workflow }: Pick<EmailView, 'status' | 'workflow'>): boolean =>
  workflow !== null && (status === 'sent' || status === 'captured' || status === 'failed');

/**
 * Another email of the same step to the same recipient, judged and made like any other when its turn comes. Throws not_found;
 * conflict for one that was sent again before; invalid_request for what may not go to this person, or can't be made any more.
 */
export async function sendAgain(ctx: Context, tenant: Tenant, id: string): Promise<EmailView> {
  const row = await transact(ctx.db, async (trx) => {
    const email = await findEmail(trx, tenant, id);
    if (!email) throw new AppError('not_found', 'There is no such email.');
    const refuse = (words: string) => new AppError('invalid_request', words, 'id');
    if (!canBeSentAgain(viewEmail(email))) throw refuse('Only what was sent, captured or failed can be sent again.');
    const contact = email.contact_id ? await findContact(trx, tenant, email.contact_id) : undefined;
    const run = email.run_id ? await findRun(trx, tenant, email.run_id) : undefined;
    const step = await findEmailStep(trx, email);
    if (!contact || !run || !step || !(await canBeMade(trx, email)))
      throw refuse('The step, the contact or the event of this email is gone.');
    const to = recipientOf(email, contact);
    if ((await findSuppression(trx, tenant, to))?.scope === 'all') throw refuse('This address takes no emails.');
    if (step.email.kind === 'marketing' && contact.status !== 'subscribed')
      throw refuse('This is marketing, and the contact gets none.');
    if (await findAgain(trx, email)) throw SENT_AGAIN();
    // Another try of this one at the same time collides with it.
    await holdEmail(trx, email);
    const origin = { run, stepId: step.id, copyTo: email.copy_to };
    const again = queuedEmail(ctx, { origin, content: step.email, to, subject: email.subject }, ctx.clock.now());
    return insertAgain(trx, again, email.id);
  });
  ctx.nudge();
  return viewEmail(row);
}

const SENT_AGAIN = () => new AppError('conflict', 'This email was sent again already.', 'id');

async function findEmailStep(db: Db, { account_id, livemode, workflow_id, step_id }: Row<'email'>) {
  const workflow = workflow_id ? await findWorkflow(db, tenantOf({ account_id, livemode }), workflow_id) : undefined;
  const step = workflow && step_id ? findStep(definitionOf(workflow), step_id)?.step : undefined;
  return step?.kind === 'email' ? step : undefined;
}

async function canBeMade(db: Db, email: Row<'email'>): Promise<boolean> {
  const tenant = tenantOf(email);
  if (email.transactional_id !== null) return (await findEmailData(db, tenant, email.id)) !== undefined;
  const { contact_id, event_id } = email;
  const step = await findEmailStep(db, email);
  const contact = contact_id ? await findContact(db, tenant, contact_id) : undefined;
  const event = event_id ? await findEventFacts(db, tenant, event_id) : undefined;
  return step !== undefined && contact !== undefined && event !== undefined;
}
