/** Whether Stripe takes the app owner's key of each mode and sends us our events. */
import type Stripe from 'stripe';
import { CONNECT_EVENT_TYPES } from '../../installs/connect-endpoint';
import { faultsOf, findEndpoints } from '../../installs/webhook-endpoints';
import type { Context } from '../../context';
import { redact } from '../../log';
import { classifyStripeError, type StripeFailure } from '../../stripe';
import { fault, ok, skipped, type Finding } from '../../finding';

export async function examineModes(ctx: Context): Promise<Finding[]> {
  return (await Promise.all([examineMode(ctx, 'live'), examineMode(ctx, 'test')])).flat();
}

async function examineMode(ctx: Context, mode: 'live' | 'test'): Promise<Finding[]> {
  const key = ctx.secrets.stripeKeys[mode];
  const check = `Stripe, ${mode} mode`;
  if (!key) return [skipped(check, 'no app is configured: accounts connect with a restricted key')];
  const variable = mode === 'live' ? 'STRIPE_SECRET_KEY' : 'STRIPE_TEST_SECRET_KEY';
  const url = `${ctx.config.publicUrl}/webhooks/stripe`;
  const answer = await readEndpoints(ctx, key, url);
  if (answer.kind !== 'endpoints') return [refused(check, answer, `put the app owner's ${mode} key into ${variable}`)];
  const faults = faultsOf(answer.endpoints, url, CONNECT_EVENT_TYPES);
  return [
    ok(check, `${ctx.config.stripeApiBase} takes ${variable}`),
    judged(`Webhooks, ${mode} mode`, faults, CONNECT_EVENT_TYPES, 'run `npm run stripe:setup`'),
  ];
}

type Refusal = { kind: StripeFailure; message: string };

/** The endpoints that lead to `url`, or why Stripe didn't tell; other errors than Stripe's are thrown. */
export async function readEndpoints(
  ctx: Context,
  key: string,
  url: string,
): Promise<{ kind: 'endpoints'; endpoints: Stripe.WebhookEndpoint[] } | Refusal> {
  try {
    return { kind: 'endpoints', endpoints: await findEndpoints(ctx.stripeFor(key), (one) => one === url) };
  } catch (error) {
    const kind = classifyStripeError(error);
    if (!kind) throw error;
    return { kind, message: messageOf(error) };
  }
}

export const messageOf = (error: unknown): string => redact(error instanceof Error ? error.message : String(error));

export function refused(check: string, { kind, message }: Refusal, next: string): Finding {
  switch (kind) {
    case 'dead_credentials':
      return fault(check, `Stripe refuses the key: ${message}`, next);
    case 'forbidden':
      return fault(check, 'the key may not read webhook endpoints', 'give it the permission Webhook Endpoints: read');
    case 'gone':
    case 'rate_limited':
    case 'unavailable':
      return fault(check, `Stripe did not answer as it should: ${message}`, 'look at the network; try again later');
  }
}

export const judged = (check: string, faults: readonly string[], types: readonly string[], next: string): Finding =>
  faults.length === 0
    ? ok(check, `an endpoint sends our ${types.length} event types in our API version`)
    : fault(check, faults.join('; '), next);
