/** `npm run stripe:setup`: creates or updates the Connect webhook endpoint of each configured mode. */
import { ConfigError, readSetupConfig } from '../config';
import { setUpConnectEndpoint, type EndpointOutcome } from '../installs/connect-endpoint';
import { createStripe } from '../stripe';

const VARIABLES = { live: 'STRIPE_WEBHOOK_SECRET', test: 'STRIPE_TEST_WEBHOOK_SECRET' } as const;

async function main(): Promise<void> {
  const { publicUrl, stripeApiBase, keys } = readSetupConfig();
  const url = `${publicUrl}/webhooks/stripe`;
  for (const mode of ['live', 'test'] as const) {
    const key = keys[mode];
    if (!key) continue;
    const outcome = await setUpConnectEndpoint(createStripe(key, stripeApiBase), url);
    console.log([`${mode} mode: ${url}`, ...describe(outcome, VARIABLES[mode])].join('\n  '));
  }
}

function describe(outcome: EndpointOutcome, variable: string): string[] {
  const outdated = outcome.outdated.map(
    (id) => `${id} has another API version: delete it once the new secret is in place`,
  );
  switch (outcome.kind) {
    case 'created':
      return [
        `created ${outcome.id}; put this into the environment (the secret is shown only now):`,
        `${variable}=${outcome.secret}`,
        ...outdated,
      ];
    case 'updated':
      return [`updated ${outcome.id}: ${outcome.changes.join(', ')}; its secret stays as it is`, ...outdated];
    case 'unchanged':
      return [`${outcome.id} is as it should be; nothing changed`, ...outdated];
  }
}

main().catch((error: unknown) => {
  console.error(
    error instanceof ConfigError
      ? error.message
      : `The endpoint could not be set up: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
});
