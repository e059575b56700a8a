/** Another try for an email that was held or failed, on a person's word. */
import type { EmailView } from '../../shared/api';
import { findStep } from '../../shared/workflow';
import { findContact } from '../audience/contacts';
import type { Context } from '../context';
import type { Row, Trx } from '../db/schema';
import { tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { findEmail, queueAgain, viewEmail } from '../emails/emails';
import { findEmailData } from '../emails/send-transactional';
import { AppError } from '../errors';
import { definitionOf } from './definitions';
import { findEventFacts } from './event-facts';
import { findWorkflow } from './workflows';

/**
 * Judged and made like any other when its turn comes, from its step as it is then and from the contact's state. Throws
 * not_found; invalid_request for an email that is neither held nor failed, or whose step, contact or event is gone.
 */
export async function retryEmail(ctx: Context, tenant: Tenant, id: string): Promise<EmailView> {
  const row = await transact(ctx.db, async (trx) => {
    const email = await findEmail(trx, tenant, id);
    if (!email) throw new AppError('not_found', 'There is no such email.');
    if (email.status !== 'held' && email.status !== 'failed')
      throw new AppError('invalid_request', 'Only held and failed emails can be tried again.', 'id');
    if (email.is_test === 0 && !(await canBeMade(trx, email)))
      throw new AppError('invalid_request', 'The step, the contact or the event of this email is gone.', 'id');
    return queueAgain(trx, email, ctx.clock.now());
  });
  ctx.nudge();
  return viewEmail(row);
}

async function canBeMade(trx: Trx, email: Row<'email'>): Promise<boolean> {
  const tenant = tenantOf(email);
  if (email.transactional_id !== null) return (await findEmailData(trx, tenant, email.id)) !== undefined;
  const { step_id, workflow_id, contact_id, event_id } = email;
  const workflow = workflow_id ? await findWorkflow(trx, tenant, workflow_id) : undefined;
  const step = workflow && step_id ? findStep(definitionOf(workflow), step_id)?.step : undefined;
  const contact = contact_id ? await findContact(trx, tenant, contact_id) : undefined;
  const event = event_id ? await findEventFacts(trx, tenant, event_id) : undefined;
  return step?.kind === 'email' && contact !== undefined && event !== undefined;
}
