/**
 * Connect to Stripe: the Stripe Apps OAuth flow. https://docs.stripe.com/stripe-apps/api-authentication/oauth
 * Every way it can fail is a value that says what happened and offers the next step.
 */
import type { Mode } from '../config';
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import { flag } from '../db/columns';
import { tenantOf, type Tenant } from '../db/tenant';
import { classifyStripeError } from '../stripe';
import { isSignedBy } from '../stripe-signature';
import { randomToken, sha256 } from '../vault';
import { readAccount } from './account';
import { connectInstall, findInstall } from './installs';
import { deleteEndpoint } from './key-endpoint';
import { PROBLEMS, type ConnectProblem, type ConnectResult } from './problems';
import { sealSecret } from './seals';
import { exchangeToken, isInvalidGrant, isRefusedKey, type Grant } from './token-exchange';

const STATE_MS = 10 * 60_000;

/** The install link with a fresh single-use `state`, bound to this browser. Undefined when the mode isn't configured. */
export async function beginConnect(ctx: Context, mode: Mode, browser: string): Promise<string | undefined> {
  const configured = ctx.config.modes[mode];
  if (!configured) return undefined;
  const state = randomToken();
  await ctx.db
    .insertInto('oauth_state')
    .values({
      state_hash: sha256(state),
      browser_hash: sha256(browser),
      livemode: flag(mode === 'live'),
      expires_at: ctx.clock.now() + STATE_MS,
    })
    .execute();
  const url = new URL(configured.authorizeUrl);
  url.searchParams.set('redirect_uri', `${ctx.config.publicUrl}/oauth/callback`);
  url.searchParams.set('state', state);
  return url.href;
}

/** What Stripe puts on the redirect back to us. */
export type CallbackQuery = Partial<
  Record<'code' | 'state' | 'error' | 'user_id' | 'account_id' | 'install_signature', string>
>;

/**
 * Ends the flow: exchanges the code for tokens and stores them on the install, new or known. A failure at Stripe is
 * returned as a problem; others are thrown.
 */
export async function finishConnect(ctx: Context, query: CallbackQuery, browser: string): Promise<ConnectResult> {
  // Stripe sends a denial without the state, so this comes before the check of the state.
  if (query.error === 'access_denied') return PROBLEMS.denied(ctx);
  if (query.error) return PROBLEMS.refusedByStripe(ctx, query.error);
  if (!query.state) return PROBLEMS.noState(ctx);
  const mode = await consumeState(ctx, query.state, browser);
  if (!mode) return PROBLEMS.badState(ctx);
  if (!query.code) return PROBLEMS.noCode(ctx, mode);
  if (!isInstallSignatureGood(ctx, query)) return PROBLEMS.badSignature(ctx, mode);
  const grant = await redeemCode(ctx, mode, query.code);
  if ('kind' in grant) return grant;
  return connectGrant(ctx, mode, grant);
}

/** The mode the state was made for. One use: of several callbacks with it, one gets through. */
async function consumeState(ctx: Context, state: string, browser: string): Promise<Mode | undefined> {
  const row = await ctx.db
    .deleteFrom('oauth_state')
    .where('state_hash', '=', sha256(state))
    .where('browser_hash', '=', sha256(browser))
    .returningAll()
    .executeTakeFirst();
  if (!row || row.expires_at <= ctx.clock.now()) return undefined;
  return row.livemode ? 'live' : 'test';
}

/** Install links may carry a signature of user and account: checked when it is there, not required. */
function isInstallSignatureGood(ctx: Context, query: CallbackQuery): boolean {
  const { install_signature: signature, state, user_id, account_id } = query;
  if (!signature || ctx.secrets.appSecrets.length === 0) return true;
  return isSignedBy(ctx.secrets.appSecrets, JSON.stringify({ state, user_id, account_id }), signature, ctx.clock.now());
}

async function redeemCode(ctx: Context, mode: Mode, code: string): Promise<Grant | ConnectProblem> {
  try {
    return await exchangeToken(ctx, mode === 'live', { grant_type: 'authorization_code', code });
  } catch (error) {
    if (isInvalidGrant(error)) return PROBLEMS.badCode(ctx, mode);
    ctx.log.warn({ err: error, mode }, 'a code could not be exchanged');
    if (isRefusedKey(error)) return PROBLEMS.wrongKey(ctx, mode);
    if (classifyStripeError(error)) return PROBLEMS.stripeUnreachable(ctx, mode);
    throw error;
  }
}

async function connectGrant(ctx: Context, mode: Mode, grant: Grant): Promise<ConnectResult> {
  if (grant.livemode !== (mode === 'live')) return PROBLEMS.otherMode(ctx, mode);
  if (!isAllowed(ctx, grant.accountId)) return PROBLEMS.notAllowed(ctx, grant.accountId);
  const tenant: Tenant = { accountId: grant.accountId, livemode: grant.livemode };
  const before = await findInstall(ctx.db, tenant);
  if (before?.kind === 'restricted_key') await deleteEndpoint(ctx, before);
  const install = await connectInstall(
    ctx.db,
    tenant,
    {
      kind: 'oauth',
      access_token: sealSecret(ctx, 'token', tenant, grant.accessToken),
      refresh_token: sealSecret(ctx, 'refresh', tenant, grant.refreshToken),
      token_expires_at: grant.expiresAt,
      webhook_endpoint_id: null,
      webhook_secret: null,
    },
    { now: ctx.clock.now() },
  );
  if (!install) return PROBLEMS.beingErased(ctx, mode);
  await readAccount(ctx, tenantOf(install));
  ctx.nudge();
  return { kind: 'connected', install };
}
