/** Whether Stripe still takes what each connected account gave us. Looks only: a refresh token would die with its use. */
import { ACCOUNT_EVENT_TYPES } from '../../../shared/catalogue';
import { isAllowed } from '../../allowed';
import type { Context } from '../../context';
import { isConnected, listInstalls, type Install } from '../../installs/installs';
import { endpointUrl } from '../../installs/key-endpoint';
import { openSecret } from '../../installs/seals';
import { missingForPaying } from '../../installs/restricted-key';
import { faultsOf } from '../../installs/webhook-endpoints';
import { classifyStripeError } from '../../stripe';
import { fault, ok, skipped, warning, type Finding } from '../../finding';
import { judged, messageOf, readEndpoints, refused } from './stripe';

/** Accounts asked at the same time. */
const AT_ONCE = 10;

/** A line for each fault and each restricted key; one for all accounts that came through the app and are in order. */
export async function examineInstalls(ctx: Context): Promise<Finding[]> {
  const all = await listInstalls(ctx.db);
  const shutOut = all.filter(({ account_id, status }) => status !== 'removed' && !isAllowed(ctx, account_id));
  const installs = all.filter((install) => isConnected(install) && !shutOut.includes(install));
  const findings: Finding[] = shutOut.map(({ account_id, livemode }) => {
    const says = `${livemode ? 'live' : 'test'} mode is connected, but shut out: ALLOWED_ACCOUNTS does not name it`;
    return skipped(account_id, says, 'nothing of it is received or sent until it is added and the server restarted');
  });
  let good = 0;
  for (let from = 0; from < installs.length; from += AT_ONCE) {
    const found = await Promise.all(
      installs.slice(from, from + AT_ONCE).map((install) => examineInstall(ctx, install)),
    );
    for (const finding of found)
      if (finding.length > 0) findings.push(...finding);
      else good += 1;
  }
  const says = `${good} connected through the app: tokens open, and Stripe takes those that have not expired`;
  if (good > 0) findings.push(ok('Accounts', says));
  return findings;
}

/** None for tokens that are in order. */
async function examineInstall(ctx: Context, install: Install): Promise<Finding[]> {
  const isKey = install.kind === 'restricted_key';
  const next = isKey
    ? 'connect the account again with its restricted key: that also puts its endpoint right'
    : `connect the account again: ${ctx.config.publicUrl}/connect?mode=${install.livemode === 1 ? 'live' : 'test'}`;
  if (install.status === 'needs_reconnect')
    return [fault(install.account_id, 'Stripe refuses its credentials: it needs to be connected again', next)];
  if (isKey) return examineKey(ctx, install, next);
  return [await examineTokens(ctx, install, next)].filter((finding) => finding !== undefined);
}

async function examineKey(ctx: Context, install: Install, next: string): Promise<Finding[]> {
  const check = install.account_id;
  const key = openSecret(ctx, 'token', install);
  if (!key) return [fault(check, 'no key in ENCRYPTION_KEY opens its restricted key', next)];
  const url = endpointUrl(ctx, install.id);
  const answer = await readEndpoints(ctx, key, url);
  if (answer.kind !== 'endpoints') return [refused(check, answer, next)];
  const faults = faultsOf(answer.endpoints, url, ACCOUNT_EVENT_TYPES);
  return [judged(check, faults, ACCOUNT_EVENT_TYPES, next), ...(await examineForPaying(ctx, check, key))];
}

/** Optional: what is missing makes the page behind `{{ pay_url }}` lead to the invoice only. */
async function examineForPaying(ctx: Context, check: string, key: string): Promise<Finding[]> {
  try {
    const missing = await missingForPaying(ctx.stripeFor(key));
    if (missing.length === 0) return [];
    const says = `its key lacks ${missing.join(' and ')}: who has to replace a card is led to the invoice instead`;
    return [warning(check, says, 'add it to the key in the Stripe Dashboard, if you want that')];
  } catch (error) {
    const kind = classifyStripeError(error);
    if (!kind) throw error;
    return [skipped(check, `whether its key may open the customer portal: ${messageOf(error)}`)];
  }
}

async function examineTokens(ctx: Context, install: Install, next: string): Promise<Finding | undefined> {
  const check = install.account_id;
  const token = openSecret(ctx, 'token', install);
  if (!token || !openSecret(ctx, 'refresh', install))
    return fault(check, 'no key in ENCRYPTION_KEY opens its tokens', `put the earlier key back as well, or ${next}`);
  // An expired one says nothing: the next look-up replaces it.
  if ((install.token_expires_at ?? Infinity) <= ctx.clock.now()) return undefined;
  try {
    await ctx.stripeFor(token).accounts.retrieveCurrent();
    return undefined;
  } catch (error) {
    const kind = classifyStripeError(error);
    if (!kind) throw error;
    // Whatever it may not read, the token is known.
    if (kind === 'forbidden' || kind === 'gone') return undefined;
    const message = messageOf(error);
    if (kind === 'dead_credentials') return fault(check, `Stripe refuses its token: ${message}`, next);
    return refused(check, { kind, message }, next);
  }
}
