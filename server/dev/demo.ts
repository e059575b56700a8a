/** `npm run demo`: the whole product on one laptop, with every event triggered once. `-- --once` exits when it is done. */
import { EVENT_TYPES, type EventType } from '../../shared/catalogue';
import type { EventView } from '../../shared/api';
import { listEmails } from '../emails/list-emails';
import { createOpenLink } from '../installs/open-link';
import { sayNotSent, triggerTooLate } from './demo-not-sent';
import { quiet, waitForOutcome } from './demo-waits';
import { APP_KEYS } from './local-stripe/local-stripe';
import { configureAsMerchant, SANDBOX_PORT, startLocalStack, type LocalStack } from './local-stack';
import { playStory, sayStory } from './demo-story';
import { stopOnSignal } from './stop-on-signal';
import { tableText } from './table';

/** One customer who comes, changes and goes; the local Stripe invents the others. */
const JENNY = { email: 'jenny.rosen@example.com', name: 'Jenny Rosen' };
const PEOPLE: Partial<Record<EventType, typeof JENNY>> = {
  'customer.created': JENNY,
  'customer.updated': JENNY,
  'customer.deleted': JENNY,
};

interface Result {
  type: EventType;
  event: EventView;
  emails: string[];
}

async function main(): Promise<void> {
  const isOnce = process.argv.includes('--once');
  console.log('Tillpost demo: starting the server and a local Stripe …\n');
  const stack = await startLocalStack();
  await configureAsMerchant(stack);
  console.log(`Tillpost             ${stack.url}
The local Stripe     ${stack.stripeUrl}
Connected account    ${stack.account.accountId} (test mode)
App signing secret   ${stack.appSecret}
`);
  const results = await triggerAll(stack);
  printTable(results);
  const notSent = await triggerTooLate(stack);
  console.log(`\n${sayNotSent(notSent)}`);
  const story = await playStory(stack);
  console.log(`\n${sayStory(story)}`);
  const faults = [
    ...results
      .filter(({ event }) => event.status !== 'processed')
      .map(({ type, event }) => `${type} should have been processed but is ${event.status}: ${event.outcome}`),
    ...(notSent.status === 'suppressed' ? [] : [`the email of a paid invoice is ${notSent.status}`]),
    ...story.faults,
  ];
  if (isOnce) {
    await stack.stop();
    for (const fault of faults) console.error(fault);
    process.exit(faults.length === 0 ? 0 : 1);
  }
  await printWhereToGo(stack);
  stopOnSignal(() => stack.stop());
}

/** One after the other, as a person would see them: each event's outcome and the emails it caused. */
async function triggerAll(stack: LocalStack): Promise<Result[]> {
  const { ctx } = stack.running;
  const results: Result[] = [];
  for (const type of EVENT_TYPES) {
    const { id } = await stack.localStripe.trigger(type, { account: stack.account.accountId, ...PEOPLE[type] });
    const event = await waitForOutcome(stack, id);
    results.push({ type, event, emails: [] });
  }
  await quiet(stack);
  for (const result of results) {
    const { data } = await listEmails(ctx.db, stack.account, { event: result.event.id, limit: 20 });
    result.emails = data.map((email) => `${email.subject} (${email.status})`);
  }
  return results;
}

function printTable(results: readonly Result[]): void {
  const rows = results.map(({ type, event, emails }) => [
    type,
    event.status,
    event.outcome,
    event.email ?? '—',
    emails.join(', ') || '—',
  ]);
  console.log(tableText(['Event', 'Status', 'Outcome', 'Contact', 'Emails'], rows));
}

async function printWhereToGo(stack: LocalStack): Promise<void> {
  const { url, stripeUrl, account, folder, database, running } = stack;
  const open = `${url}/open/${await createOpenLink(running.ctx, account, 'usr_demo')}`;
  const mail = running.ctx.transport
    ? `emails go out by ${running.ctx.config.mailFrom}`
    : 'emails are captured, not sent';
  console.log(`
Open the console     ${url}/connect?mode=test   (press Allow; may do everything)
  or, as from Stripe ${open}   (one use, 10 minutes; may not change webhooks, forwarding or keys)
Data                 ${folder ? `${folder} (made anew at every start)` : database}; ${mail}

Read the emails at ${url}/emails, the log at ${url}/events.

Make more happen:
  ${triggerCommand(stripeUrl)} customer.created --email you@example.com --name "Your Name"
  ${triggerCommand(stripeUrl)} --advance 30d
  ${cliCommand('invoice.payment_failed', stripeUrl, account.accountId)}

Stop with Ctrl+C.`);
}

/** With an address: the CLI's own customers have none, and an event that is nobody's is skipped. */
const cliCommand = (type: string, stripeUrl: string, accountId: string): string =>
  `npx stripe trigger ${type} --override customer:email=you@example.com --api-base ${stripeUrl} --api-key ${APP_KEYS.test} --stripe-account ${accountId}`;

/** Beside another demo it must reach this one's local Stripe. */
function triggerCommand(stripeUrl: string): string {
  const { port } = new URL(stripeUrl);
  return `${port === String(SANDBOX_PORT) ? '' : `SANDBOX_PORT=${port} `}npm run trigger --`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
