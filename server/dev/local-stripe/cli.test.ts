/** The official Stripe CLI, as a developer runs it, against the local Stripe. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Stripe from 'stripe';
import { EVENT_TYPES, type EventType } from '../../../shared/catalogue';
import { APP_KEYS, DEFAULT_ACCOUNT } from './local-stripe';
import { startWithInbox } from './test-inbox';

const run = promisify(execFile);
const CLI = join(__dirname, '../../../node_modules/.bin/stripe');
const NOT_IN_CLI: EventType[] = [
  'customer.subscription.resumed',
  'invoice.upcoming',
  'invoice.overdue',
  'payment_method.automatically_updated',
];
const CLI_TYPES = EVENT_TYPES.filter((type) => !NOT_IN_CLI.includes(type));

let parts: Awaited<ReturnType<typeof startWithInbox>>;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'stripe-cli-'));
  parts = await startWithInbox();
});
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => parts.inbox.clear());

const runCli = (type: string, ...flags: string[]) =>
  run(CLI, ['trigger', type, '--api-base', parts.url, '--api-key', APP_KEYS.test, ...flags], {
    env: { PATH: process.env.PATH, HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
  });

async function trigger(type: string, ...flags: string[]): Promise<Stripe.Event> {
  const { localStripe, inbox } = parts;
  const { stdout } = await runCli(type, ...flags);
  expect(stdout).toContain('Trigger succeeded!');
  await localStripe.idle();
  const events = inbox.events().filter((event) => event.type === type);
  expect(events).toHaveLength(1);
  return events[0]!;
}

test.each(CLI_TYPES)('stripe trigger %s ends in that event, signed, at the Connect endpoint', async (type) => {
  const event = await trigger(type);
  expect(event).toMatchObject({ account: DEFAULT_ACCOUNT, livemode: false, object: 'event' });
  expect(parts.localStripe.requests.list().map(({ status }) => status)).not.toContain(404);
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
  const other = parts.localStripe.addAccount();
  const event = await trigger('customer.created', '--stripe-account', other.id);
  expect(event.account).toBe(other.id);
});

test('the CLI is refused an account that does not exist', async () => {
  await expect(runCli('customer.created', '--stripe-account', 'acct_none')).rejects.toMatchObject({
    stderr: expect.stringContaining('acct_none') as unknown,
  });
});
