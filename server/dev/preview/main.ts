/** `npm run preview`: the Stripe App's views in a local page, against Tillpost and a local Stripe started for them. */
import { holdPort } from '../hold-port';
import { configureAsMerchant, startLocalStack } from '../local-stack';
import { stopOnSignal } from '../stop-on-signal';
import { startPreview } from './preview';

const PORT = 4244;

async function main(): Promise<void> {
  const stack = await startLocalStack({ folder: './data/preview' });
  stack.localStripe.addAccount({ name: 'Northwind' });
  stack.localStripe.seedCustomers(stack.account.accountId, false, 25, { withSubscriptions: true });
  await configureAsMerchant(stack);
  const preview = await holdPort('PREVIEW_PORT', PORT, (port) => startPreview(stack, port));
  console.log(`
Preview              ${preview.url}
Tillpost             ${stack.url}
The local Stripe     ${stack.stripeUrl}

Stop with Ctrl+C.`);
  stopOnSignal(() => Promise.all([preview.close(), stack.stop()]));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
