/** `npm run screenshots`: takes the README's pictures anew, of the demo in Chromium, into docs/images. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { EVENT_TYPES } from '../../shared/catalogue';
import { readEmail } from '../emails/emails';
import { listEmails } from '../emails/list-emails';
import { closeChecklist } from '../installs/installs';
import { openSession } from '../installs/sessions';
import { openChromium } from '../test/browser/chromium';
import { listWorkflows } from '../workflows/read-workflows';
import { payLinkIn } from './demo-story';
import { quiet, waitForOutcome } from './demo-waits';
import { configureAsMerchant, startLocalStack, type LocalStack } from './local-stack';
import { makePast } from './past';

const FOLDER = 'docs/images';
const SIZE = { width: 1280, height: 820 };
/** She is the latest to come, so that the pictures are of somebody with a name. */
const JENNY = { email: 'jenny.rosen@example.com', name: 'Jenny Rosen' };

async function main(): Promise<void> {
  const stack = await startLocalStack({ folder: './data/screenshots' });
  const browser = await openChromium();
  try {
    await configureAsMerchant(stack);
    await makePast(stack);
    await happen(stack);
    // It would fill the picture.
    await closeChecklist(stack.running.ctx.db, stack.account, stack.running.ctx.clock.now());
    const context = await browser.newContext({
      baseURL: stack.url,
      viewport: SIZE,
      colorScheme: 'light',
      locale: 'en-US',
    });
    const session = { tenant: stack.account, kind: 'full', previous: undefined } as const;
    const value = await openSession(stack.running.ctx, session);
    await context.addCookies([{ name: 'tillpost_session', value, url: stack.url }]);
    const page = await context.newPage();
    mkdirSync(FOLDER, { recursive: true });
    for (const [name, path] of Object.entries(await placesOf(stack))) await shoot(page, name, path);
  } finally {
    await browser.close();
    await stack.stop();
  }
}

async function happen(stack: LocalStack): Promise<void> {
  const account = stack.account.accountId;
  for (const type of [...EVENT_TYPES.filter((one) => !one.startsWith('customer.')), 'customer.created'] as const) {
    const { id } = await stack.localStripe.trigger(type, {
      account,
      ...(['customer.created', 'invoice.payment_failed'].includes(type) ? JENNY : {}),
    });
    await waitForOutcome(stack, id);
  }
  await quiet(stack);
}

/** By the picture's name. */
async function placesOf({ running: { ctx }, account }: LocalStack): Promise<Record<string, string>> {
  const { db } = ctx;
  const workflows = (await listWorkflows(db, account, { limit: 10 })).data;
  const on = (event: string) => workflows.find(({ definition }) => definition.trigger.event === event)?.id ?? '';
  const { contact_id, id } = await db
    .selectFrom('email')
    .select(['contact_id', 'id'])
    .where('to_address', '=', JENNY.email)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return {
    overview: '/',
    settings: '/settings/stripe',
    events: '/events',
    workflow: `/workflows/${on('invoice.payment_failed')}`,
    flow: `/workflows/${on('customer.created')}/flow`,
    results: `/workflows/${on('customer.created')}/results`,
    email: `/emails/${id}`,
    audience: '/audience?subscription_status=active',
    contact: `/audience/${contact_id}`,
    recovered: '/recovery',
    pay: (await payLink(ctx, account)) ?? '/recovery',
  };
}

async function payLink(ctx: LocalStack['running']['ctx'], account: LocalStack['account']): Promise<string | undefined> {
  const { data } = await listEmails(ctx.db, account, { limit: 50 });
  for (const { id } of data) {
    const link = payLinkIn((await readEmail(ctx.db, account, id))?.text);
    if (link) return link;
  }
  return undefined;
}

async function shoot(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForLoadState('networkidle');
  const bytes = optimize(await page.screenshot());
  writeFileSync(join(FOLDER, `${name}.png`), bytes);
  console.log(`${name}.png  ${Math.round(bytes.length / 1024)} kB`);
}

/** Without the alpha that nothing on a page has, and deflated as far as it goes. */
function optimize(bytes: Buffer): Buffer {
  const smaller = PNG.sync.write(PNG.sync.read(bytes), { colorType: 2, deflateLevel: 9 });
  return smaller.length < bytes.length ? smaller : bytes;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
