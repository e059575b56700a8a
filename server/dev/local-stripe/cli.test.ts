/** The official Stripe CLI, as a developer runs it, against the local Stripe. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Stripe from 'stripe';
import { EVENT_TYPES, type EventType } from '../../../shared/catalogue';
import { createInbox, type Inbox } from './test-inbox';
import { APP_KEYS, createLocalStripe, DEFAULT_ACCOUNT, type LocalStripe } from './local-stripe';

const run = promisify(execFile);
const CLI = join(__dirname, '../../../node_modules/.bin/stripe');
const NOT_IN_CLI: EventType[] = ['customer.subscription.resumed', 'invoice.upcoming'];
const CLI_TYPES = EVENT_TYPES.filter((type) => !NOT_IN_CLI.includes(type));

let localStripe: LocalStripe;
let inbox: Inbox;
let url: string;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'stripe-cli-'));
  inbox = await createInbox();
  localStripe = createLocalStripe({ webhookUrl: inbox.url, retryDelays: [] });
  ({ url } = await localStripe.listen(0));
});
afterAll(async () => {
  await localStripe.close();
  await inbox.close();
  rmSync(home, { recursive: true });
});
beforeEach(() => inbox.clear());

async function trigger(type: string, ...flags: string[]): Promise<Stripe.Event> {
  const args = ['trigger', type, '--api-base', url, '--api-key', APP_KEYS.test, ...flags];
  const { stdout } = await run(CLI, args, {
    env: { PATH: process.env.PATH, HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
  });
  expect(stdout).toContain('Trigger succeeded!');
  await localStripe.idle();
  const events = inbox.events().filter((event) => event.type === type);
  expect(events).toHaveLength(1);
  return events[0]!;
}

test.each(CLI_TYPES)('stripe trigger %s ends in that event, signed, at the Connect endpoint', async (type) => {
  const event = await trigger(type);
  expect(event).toMatchObject({ account: DEFAULT_ACCOUNT, livemode: false, object: 'event' });
  expect(localStripe.requests.list().map(({ status }) => status)).not.toContain(404);
});

test('the CLI sets an address and a name, in creating and over what its fixture says', async () => {
  const created = await trigger(
    'customer.created',
    '--override',
    'customer:email=ada@example.com',
    '--add',
    'customer:name=Ada',
  );
  expect(created.data.object).toMatchObject({ email: 'ada@example.com', name: 'Ada' });
  const paid = await trigger('invoice.paid', '--override', 'customer:email=ada@example.com');
  expect(paid.data.object).toMatchObject({ customer_email: 'ada@example.com', status: 'paid', amount_paid: 2000 });
});

test('the CLI names the connected account', async () => {
  const other = localStripe.addAccount();
  const event = await trigger('customer.created', '--stripe-account', other.id);
  expect(event.account).toBe(other.id);
});

test('the CLI is refused an account that does not exist', async () => {
  const args = [
    'trigger',
    'customer.created',
    '--api-base',
    url,
    '--api-key',
    APP_KEYS.test,
    '--stripe-account',
    'acct_none',
  ];
  await expect(
    run(CLI, args, { env: { PATH: process.env.PATH, HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' } }),
  ).rejects.toMatchObject({
    stderr: expect.stringContaining('acct_none') as unknown,
  });
});
