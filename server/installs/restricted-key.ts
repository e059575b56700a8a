/**
 * Connect with a restricted key, for operators whose app isn't published: the key is checked against Stripe, and the
 * webhook endpoint is created through the API. Pasting the key again is the sign-in, and puts the endpoint right.
 */
import type { OptionalPermission } from '../../shared/catalogue';
import { namePermission } from '../../shared/words/permissions';
import { MODES, type Mode } from '../config';
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import { newId } from '../db/new-id';
import { tenantKey, type Tenant } from '../db/tenant';
import { classifyStripeError, isBadRequest, missingPermission, type StripeClient } from '../stripe';
import { namesOf } from './account';
import { connectInstall, findInstall, isConnected } from './installs';
import { ensureEndpoint } from './key-endpoint';
import { KEY_PROBLEMS, PROBLEMS, type ConnectResult } from './problems';
import { sealSecret } from './seals';

/** Modes whose app isn't configured: the only ones a key may connect. */
export const keyModes = ({ config: { modes } }: Context): Mode[] => MODES.filter((mode) => !modes[mode]);

/** Connects the account of the pasted key. A failure at Stripe is returned as a problem; others are thrown. */
export async function connectRestrictedKey(ctx: Context, text: string): Promise<ConnectResult> {
  const key = text.trim();
  const mode = /^rk_(live|test)_\w+$/.exec(key)?.[1] as Mode | undefined;
  if (!mode) return KEY_PROBLEMS.notRestricted();
  if (!keyModes(ctx).includes(mode)) return KEY_PROBLEMS.appConfigured(mode);
  const stripe = ctx.stripeFor(key);
  try {
    const account = await stripe.accounts.retrieveCurrent();
    if (!isAllowed(ctx, account.id)) return PROBLEMS.notAllowed(ctx, account.id);
    const missing = await missingPermissions(stripe);
    if (missing.length > 0) return KEY_PROBLEMS.missing(missing);
    const tenant = { accountId: account.id, livemode: mode === 'live' };
    return await inTurn(tenantKey(tenant), () => connect(ctx, tenant, key, namesOf(account)));
  } catch (error) {
    const failure = classifyStripeError(error);
    if (!failure) throw error;
    ctx.log.warn({ err: error }, 'a restricted key could not be connected');
    if (failure === 'dead_credentials') return KEY_PROBLEMS.refused();
    if (failure === 'forbidden')
      return KEY_PROBLEMS.missing([namePermission(missingPermission(error) ?? 'webhook_write')]);
    return KEY_PROBLEMS.unreachable();
  }
}

async function connect(
  ctx: Context,
  tenant: Tenant,
  key: string,
  names: ReturnType<typeof namesOf>,
): Promise<ConnectResult> {
  const existing = await findInstall(ctx.db, tenant);
  const id = existing?.id ?? newId('ins', ctx.clock.now());
  const endpoint = await ensureEndpoint(ctx, ctx.stripeFor(key), id, isConnected(existing) ? existing : undefined);
  const install = await connectInstall(
    ctx.db,
    tenant,
    {
      kind: 'restricted_key',
      access_token: sealSecret(ctx, 'token', tenant, key),
      refresh_token: null,
      token_expires_at: null,
      webhook_endpoint_id: endpoint.id,
      webhook_secret: sealSecret(ctx, 'webhook', tenant, endpoint.secret),
    },
    { now: ctx.clock.now(), id },
  );
  if (!install) return KEY_PROBLEMS.beingErased();
  await ctx.db.updateTable('install').set(names).where('id', '=', install.id).execute();
  ctx.nudge();
  return { kind: 'connected', install };
}

type Probe = (stripe: StripeClient) => Promise<unknown>;

/**
 * What Tillpost requests from Stripe. A key needs no more to get events: permissions that only an app needs for them are
 * not asked for, so that keys of earlier releases go on signing in.
 */
const PERMISSIONS: readonly [string, Probe][] = [
  ['customer_read', (stripe) => stripe.customers.list({ limit: 1 })],
  ['subscription_read', (stripe) => stripe.subscriptions.list({ limit: 1 })],
  ['invoice_read', (stripe) => stripe.invoices.list({ limit: 1 })],
  ['charge_read', (stripe) => stripe.charges.list({ limit: 1 })],
  ['dispute_read', (stripe) => stripe.disputes.list({ limit: 1 })],
  ['checkout_session_read', (stripe) => stripe.checkout.sessions.list({ limit: 1 })],
  ['quote_read', (stripe) => stripe.quotes.list({ limit: 1 })],
  ['event_read', (stripe) => stripe.events.list({ limit: 1 })],
  ['webhook_write', (stripe) => stripe.webhookEndpoints.list({ limit: 1 })],
];

/** Without these the page behind `{{ pay_url }}` leads to the invoice in every case. */
const FOR_PAYING: readonly [OptionalPermission, Probe][] = [
  ['payment_intent_read', (stripe) => stripe.paymentIntents.list({ limit: 1 })],
  ['customer_portal_write', openNobodysPortal],
];

/** Stripe refuses it for the customer, whom nobody has, where it doesn't for the permission. */
async function openNobodysPortal(stripe: StripeClient): Promise<void> {
  try {
    await stripe.billingPortal.sessions.create({ customer: 'cus_nobody' });
  } catch (error) {
    if (!isBadRequest(error)) throw error;
  }
}

/** What a key may be left without. Throws Stripe's errors but for refusals. */
export const missingForPaying = (stripe: StripeClient): Promise<string[]> => missingPermissions(stripe, FOR_PAYING);

/** All are tried, so that the merchant reads of every missing permission at once. */
async function missingPermissions(
  stripe: StripeClient,
  permissions: readonly [string, Probe][] = PERMISSIONS,
): Promise<string[]> {
  const missing = await Promise.all(
    permissions.map(async ([permission, request]) => {
      try {
        await request(stripe);
        return [];
      } catch (error) {
        if (classifyStripeError(error) === 'forbidden') return [namePermission(permission)];
        throw error;
      }
    }),
  );
  return missing.flat();
}

const turns = new Map<string, Promise<unknown>>();

/** A form sent twice must not make two endpoints: attempts for one install take turns. */
async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(key) ?? Promise.resolve();
  const turn = before.then(work, work);
  turns.set(key, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(key) === turn) turns.delete(key);
  }
}
