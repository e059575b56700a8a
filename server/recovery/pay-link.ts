/** What the rows say of a link for paying, without asking anybody. */
import type { Settings } from '../../shared/settings';
import { isAllowed } from '../allowed';
import { propertiesOf, type ObjectState } from '../audience/object-states';
import type { Context } from '../context';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Db, Row } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { findEmail } from '../emails/emails';
import { readPageSender, type PageSender } from '../emails/page-sender';
import { readPayToken } from '../emails/pay-token';
import { findInstall, isConnected } from '../installs/installs';
import { readSettings } from '../settings/settings';

const WORKS_FOR_MS = 60 * 24 * 60 * 60_000;

export interface PayLink {
  tenant: Tenant;
  settings: Settings;
  sender: PageSender;
  /**
   * `expired`: the email is older than 60 days. `ended`: nothing is kept any more of whom it was for, or the account was
   * disconnected.
   */
  to: 'sample' | 'expired' | 'ended' | Payable;
}

export interface Payable {
  email: Row<'email'>;
  /** Of the invoice, as it was last known. */
  kept: ObjectState | undefined;
}

/** Undefined for a link that we didn't make, or of an account that isn't served any more. */
export async function followPayLink(ctx: Context, token: string): Promise<PayLink | undefined> {
  const named = readPayToken(ctx, token);
  if (!named || !isAllowed(ctx, named.tenant.accountId)) return undefined;
  const { tenant, emailId } = named;
  const settings = await readSettings(ctx.db, tenant);
  const sender = await readPageSender(ctx.db, tenant, settings);
  return { tenant, settings, sender, to: emailId === null ? 'sample' : await findPayable(ctx, tenant, emailId) };
}

async function findPayable({ db, clock }: Context, tenant: Tenant, emailId: string): Promise<PayLink['to']> {
  const email = await findEmail(db, tenant, emailId);
  if (!email?.contact_id || !email.subject_id || !isConnected(await findInstall(db, tenant))) return 'ended';
  if (clock.now() - (email.sent_at ?? email.created_at) >= WORKS_FOR_MS) return 'expired';
  return { email, kept: await findInvoiceState(db, email) };
}

/** Of a subscription: its latest invoice. */
async function findInvoiceState(db: Db, email: Row<'email'>): Promise<ObjectState | undefined> {
  const find = async (id: string) =>
    byId(await selectByKeys(db, 'object_state', 'id', [keyFor(email, id)])).get(keyText(email, id));
  const state = await find(email.subject_id ?? '');
  if (state?.kind === 'invoice') return state;
  const latest = state?.kind === 'subscription' ? propertiesOf(state).invoice_id : null;
  return typeof latest === 'string' ? find(latest) : undefined;
}
