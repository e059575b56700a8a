/** The demo's email that would not be true: Stripe is asked right before it goes, and it is kept back. */
import type { EmailView } from '../../shared/api';
import { waitForEmail } from './demo-waits';
import type { LocalStack } from './local-stack';
import { stage } from './local-stripe/trigger';

const PERSON = { email: 'nils.late@example.com', name: 'Nils Late' };
/** Older than what counts as news. */
const LATE_S = 10 * 60;

/** A payment fails, and the invoice is paid before the news of the failure arrives. Returns the email about the failure. */
export async function triggerTooLate(stack: LocalStack): Promise<EmailView> {
  const { localStripe, account, running } = stack;
  const { accountId, livemode } = account;
  const tenant = localStripe.tenant(accountId, livemode);
  const failed = stage(tenant, 'invoice.payment_failed', PERSON);
  stage(tenant, 'invoice.paid', PERSON);
  const created = Math.floor(running.ctx.clock.now() / 1000) - LATE_S;
  const { id } = await localStripe.emit(accountId, livemode, failed.type, failed.object, { created });
  return waitForEmail(stack, id);
}

export const sayNotSent = ({ to, status, outcome }: EmailView): string =>
  `And one whose news arrives when the invoice is paid already: the email to ${to} is ${status}. ${outcome ?? ''}`;
