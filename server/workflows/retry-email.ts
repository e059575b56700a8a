/** Another try for an email that was held or failed, on a person's word. */
import type { EmailView } from '../../shared/api';
import { findStep } from '../../shared/workflow';
import { findContact } from '../audience/contacts';
import type { Context } from '../context';
import type { Row, Trx } from '../db/schema';
import { tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { composeEmail, replaceEmail, type ComposedEmail } from '../emails/compose';
import { findEmail, queueAgain, viewEmail } from '../emails/emails';
import { AppError } from '../errors';
import { readSettings } from '../settings/settings';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import { findEventFacts } from './event-facts';
import { findWorkflow } from './workflows';

/**
 * A failed email goes out once more as it is; a held one is made anew from its step as it is now and from today's
 * contact. Throws not_found; invalid_request for an email that is neither, or whose step, contact or event is gone.
 */
export async function retryEmail(ctx: Context, tenant: Tenant, id: string): Promise<EmailView> {
  const now = ctx.clock.now();
  const row = await transact(ctx.db, async (trx) => {
    const email = await findEmail(trx, tenant, id);
    if (!email) throw new AppError('not_found', 'There is no such email.');
    if (email.status === 'failed') return queueAgain(trx, email, now);
    if (email.status === 'held') return replaceEmail(trx, email, await composeAnew(ctx, trx, email, now));
    throw new AppError('invalid_request', 'Only held and failed emails can be tried again.', 'id');
  });
  ctx.nudge();
  return viewEmail(row);
}

async function composeAnew(ctx: Context, trx: Trx, email: Row<'email'>, now: number): Promise<ComposedEmail> {
  const tenant = tenantOf(email);
  const { run_id: runId, step_id: stepId, workflow_id: workflowId, contact_id: contactId, event_id: eventId } = email;
  const workflow = workflowId ? await findWorkflow(trx, tenant, workflowId) : undefined;
  const step = workflow && stepId ? findStep(definitionOf(workflow), stepId)?.step : undefined;
  const contact = contactId ? await findContact(trx, tenant, contactId) : undefined;
  const event = eventId ? await findEventFacts(trx, tenant, eventId) : undefined;
  if (!runId || !stepId || !workflowId || !contactId || !eventId || step?.kind !== 'email' || !contact || !event)
    throw new AppError('invalid_request', 'The step, the contact or the event of this email is gone.', 'id');
  return composeEmail(
    ctx,
    {
      tenant,
      settings: await readSettings(trx, tenant),
      content: step.email,
      to: contact.email,
      event: event.properties,
      contact: contactFacts(contact),
      origin: { runId, stepId, workflowId, contactId, eventId },
    },
    now,
    email.id,
  );
}
