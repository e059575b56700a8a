/** Whether Stripe takes each key we hold and sends us our events. */
import { CONNECT_EVENT_TYPES } from '../../installs/connect-endpoint';
import type { Context } from '../../context';
import { isConnected, listInstalls, type Install } from '../../installs/installs';
import { endpointUrl, KEY_EVENT_TYPES } from '../../installs/key-endpoint';
import { openSecret } from '../../installs/seals';
import { redact } from '../../log';
import { classifyStripeError, type StripeFailure } from '../../stripe';
import { faultsOf, type Endpoint } from './endpoints';
import { fault, ok, skipped, type Finding } from './finding';

export async function examineModes(ctx: Context): Promise<Finding[]> {
  return (await Promise.all([examineMode(ctx, 'live'), examineMode(ctx, 'test')])).flat();
}

async function examineMode(ctx: Context, mode: 'live' | 'test'): Promise<Finding[]> {
  const key = ctx.secrets.stripeKeys[mode];
  const check = `Stripe, ${mode} mode`;
  if (!key) return [skipped(check, 'no app is configured: accounts connect with a restricted key')];
  const variable = mode === 'live' ? 'STRIPE_SECRET_KEY' : 'STRIPE_TEST_SECRET_KEY';
  const answer = await listEndpoints(ctx, key);
  if (answer.kind !== 'endpoints') return [refused(check, answer, `put the app owner's ${mode} key into ${variable}`)];
  const faults = faultsOf(answer.endpoints, `${ctx.config.publicUrl}/webhooks/stripe`, CONNECT_EVENT_TYPES);
  return [
    ok(check, `${ctx.config.stripeApiBase} takes ${variable}`),
    judged(`Webhooks, ${mode} mode`, faults, CONNECT_EVENT_TYPES, 'run `npm run stripe:setup`'),
  ];
}

/** The endpoint of each account that is connected with a restricted key. */
export async function examineKeyInstalls(ctx: Context): Promise<Finding[]> {
  const installs = (await listInstalls(ctx.db)).filter(isConnected);
  return Promise.all(
    installs.filter(({ kind }) => kind === 'restricted_key').map((install) => examineKey(ctx, install)),
  );
}

async function examineKey(ctx: Context, install: Install): Promise<Finding> {
  const check = install.account_id;
  const next = 'connect the account again with its restricted key: that also puts its endpoint right';
  const key = openSecret(ctx, 'token', install);
  if (!key) return fault(check, 'no key in ENCRYPTION_KEY opens its restricted key', next);
  const answer = await listEndpoints(ctx, key);
  if (answer.kind !== 'endpoints') return refused(check, answer, next);
  return judged(
    check,
    faultsOf(answer.endpoints, endpointUrl(ctx, install.id), KEY_EVENT_TYPES),
    KEY_EVENT_TYPES,
    next,
  );
}

type Refusal = { kind: StripeFailure; message: string };

async function listEndpoints(
  ctx: Context,
  key: string,
): Promise<{ kind: 'endpoints'; endpoints: Endpoint[] } | Refusal> {
  const endpoints: Endpoint[] = [];
  try {
    for await (const endpoint of ctx.stripeFor(key).webhookEndpoints.list({ limit: 100 })) endpoints.push(endpoint);
    return { kind: 'endpoints', endpoints };
  } catch (error) {
    const kind = classifyStripeError(error);
    if (!kind) throw error;
    return { kind, message: redact((error as Error).message) };
  }
}

function refused(check: string, { kind, message }: Refusal, next: string): Finding {
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

const judged = (check: string, faults: readonly string[], types: readonly string[], next: string): Finding =>
  faults.length === 0
    ? ok(check, `an endpoint sends our ${types.length} event types in our API version`)
    : fault(check, faults.join('; '), next);
