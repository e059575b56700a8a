/** Connects an account of the local Stripe by the real OAuth flow; only the browser's clicks are played here. */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { beginConnect, finishConnect } from '../installs/oauth';
import type { LocalStripe } from './local-stripe/local-stripe';

const BROWSER = 'local';

export async function connectAccount(
  ctx: Context,
  localStripe: LocalStripe,
  { accountId, livemode }: Tenant,
): Promise<void> {
  const link = await beginConnect(ctx, livemode ? 'live' : 'test', BROWSER);
  if (!link) throw new Error(`${livemode ? 'live' : 'test'} mode is not configured`);
  const state = new URL(link).searchParams.get('state') ?? '';
  const result = await finishConnect(ctx, { state, code: localStripe.authorize(accountId, livemode) }, BROWSER);
  if (result.kind !== 'connected') throw new Error(`could not connect ${accountId}: ${result.kind}`);
}
