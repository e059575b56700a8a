/** `npm run dev`: the server with reload, against a local Stripe with one connected account. */
import { createLog } from '../log';
import { configureAsMerchant, startLocalStack } from './local-stack';

async function main(): Promise<void> {
  const stack = await startLocalStack({ log: createLog('info') });
  await configureAsMerchant(stack);
  console.log(`
Tillpost             ${stack.url}
The local Stripe     ${stack.stripeUrl}
Connected account    ${stack.account.accountId} (test mode)
App signing secret   ${stack.appSecret}
Sign in              ${stack.url}/connect?mode=test
`);
  const stop = () => void stack.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
