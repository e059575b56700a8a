/** `npm run dev`: the server with reload, against a local Stripe with one connected account. */
import { createLog } from '../log';
import { configureAsMerchant, startLocalStack } from './local-stack';
import { stopOnSignal } from './stop-on-signal';

async function main(): Promise<void> {
  const stack = await startLocalStack({ log: createLog('info') });
  await configureAsMerchant(stack);
  console.log(`
Tillpost             ${stack.url}
The local Stripe     ${stack.stripeUrl}
Connected account    ${stack.account.accountId} (test mode)
App signing secret   ${stack.appSecret}
Sign in              ${stack.url}/connect?mode=test
Move time on         npm run trigger -- --advance 30d
`);
  stopOnSignal(() => stack.stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
