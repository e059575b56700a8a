/** `npm run preview`: the Stripe App's views in a local page, against Tillpost and a local Stripe started for them. */
import { startPreview } from './preview';
import { configureAsMerchant, startLocalStack } from '../local-stack';

const PORT = 4244;

async function main(): Promise<void> {
  const stack = await startLocalStack({ folder: './data/preview' });
  stack.localStripe.addAccount({ name: 'Northwind' });
  stack.localStripe.seedCustomers(stack.account.accountId, false, 25, { withSubscriptions: true });
  await configureAsMerchant(stack);
  const preview = await startPreview(stack, Number(process.env.PREVIEW_PORT ?? PORT));
  console.log(`
Preview              ${preview.url}
Tillpost             ${stack.url}
The local Stripe     ${stack.stripeUrl}

Stop with Ctrl+C.`);
  const stop = () => void Promise.all([preview.close(), stack.stop()]).then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
