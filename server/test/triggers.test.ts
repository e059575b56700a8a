/** From `stripe trigger` and `npm run trigger` to the log: every supported event ends processed. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EVENT_TYPES, type EventType } from '../../shared/catalogue';
import { DEFAULT_ACCOUNT } from '../dev/local-stripe/local-stripe';
import { startTillpost, type Tillpost } from './harness';

const run = promisify(execFile);
const CLI = join(__dirname, '../../node_modules/.bin/stripe');
const TENANT = { accountId: DEFAULT_ACCOUNT, livemode: false };
const NOT_IN_CLI: EventType[] = [
  'customer.subscription.resumed',
  'invoice.upcoming',
  'invoice.overdue',
  'payment_method.automatically_updated',
];
/** Whose fixtures in the CLI make a customer; they have no address of their own. */
const WITH_CUSTOMER = EVENT_TYPES.filter((type) => !/^(checkout|charge)\./.test(type));

let tillpost: Tillpost;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'stripe-cli-'));
  tillpost = await startTillpost();
  await tillpost.connect(TENANT);
  await tillpost.enable({}, {}, TENANT);
});
afterAll(async () => {
  await tillpost.close();
  rmSync(home, { recursive: true });
});

async function newest(type: EventType) {
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
  return (await tillpost.call('events/list', { type, limit: 1 }, { tenant: TENANT })).data[0];
}

it.each(EVENT_TYPES.filter((type) => !NOT_IN_CLI.includes(type)))(
  'processes what the official CLI triggers as %s',
  async (type) => {
    const address = WITH_CUSTOMER.includes(type) ? ['--override', `customer:email=${type}@example.com`] : [];
    await run(
      CLI,
      ['trigger', type, '--api-base', tillpost.stripeUrl, '--api-key', 'sk_test_sandbox0000000000', ...address],
      {
        env: { PATH: process.env.PATH, HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
      },
    );
    const event = await newest(type);
    expect(event).toMatchObject({
      status: 'processed',
      email: address.length ? `${type}@example.com` : (expect.any(String) as string),
    });
  },
);

it.each(
  EVENT_TYPES.flatMap(
    (type) =>
      [
        [type, 'current'],
        [type, 'older'],
      ] as const,
  ),
)('processes %s in the %s API shape, as the local Stripe sends it', async (type, apiShape) => {
  const email = `${apiShape}.${type}@example.com`;
  // The deletion of a customer that was never known rightly makes no contact.
  if (type === 'customer.deleted')
    await tillpost.localStripe.trigger('customer.created', { account: DEFAULT_ACCOUNT, email });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
  await tillpost.localStripe.trigger(type, { account: DEFAULT_ACCOUNT, email, apiShape });
  expect(await newest(type)).toMatchObject({ status: 'processed', email });
});
