/** The page behind `{{ pay_url }}`, as contacts see it: each state on every look, without JavaScript, and on to Stripe. */
import type { Page } from 'playwright-core';
import { intentOf } from '../../dev/local-stripe/resources/invoice-payment';
import { payUrl } from '../../emails/pay-token';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { TEST, type Tillpost } from '../harness';
import { onConsole } from './rig';
import { LOOKS, violations, widthBeyond } from './looks';

const JENNY = { account: TEST.accountId, email: 'jenny.rosen@example.com' };
let tillpost: Tillpost;
const chrome = onConsole(async (started) => {
  tillpost = started;
  const postal_address = 'Acme Inc.\n1 Main Street\nSpringfield, IL 62701';
  await tillpost.enable({}, { sender: { from_name: 'Acme', reply_to: 'help@acme.example', postal_address } });
  const email = { kind: 'transactional', subject: 'Open', body: '[Pay now]({{ pay_url }})' } as const;
  const trigger = { event: 'invoice.payment_failed' };
  const definition = { name: 'Dunning', trigger, steps: [{ id: 'mail', kind: 'email', email }] };
  const { id } = await createWorkflow(tillpost.db, TEST, { definition }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
});

/** The link in the email about another payment that failed. */
async function failedPayment(): Promise<string> {
  const { db, localStripe, worker } = tillpost;
  await localStripe.trigger('invoice.payment_failed', JENNY);
  await worker.drain();
  const bodies = await db.selectFrom('email_body').select('text').orderBy('email_id', 'desc').limit(1).execute();
  return /http\S*\/pay\/[\w.-]+/.exec(bodies[0]?.text ?? '')?.[0] ?? '';
}

const newestInvoice = () => tillpost.localStripe.tenant(TEST.accountId, false).invoices.list()[0]!;

async function sound(page: Page, heading: string, look: string, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  expect([await widthBeyond(page), await violations(page)]).toEqual([0, []]);
  const path = `${process.env.SHOTS}/${name}, ${look}.png`.replaceAll(/,? /g, '-');
  if (process.env.SHOTS) await page.screenshot({ path, fullPage: true });
}

it.each(Object.keys(LOOKS))('says what is so in each state, and is sound, on %s', async (look) => {
  const page = await chrome.visit(LOOKS[look]);
  const shown = (heading: string, name: string) => sound(page, heading, look, name);
  const link = await failedPayment();
  const { localStripe, ctx, clock } = tillpost;
  const stripe = localStripe.tenant(TEST.accountId, false);
  const goOn = () => page.getByRole('button', { name: 'Continue' }).click();

  await page.goto(link);
  await shown('To be paid to Acme', 'due');
  await goOn();
  await shown('To be paid to Acme', 'open');
  Object.assign(intentOf(stripe, newestInvoice())!, { last_payment_error: { code: 'expired_card' } });
  await page.goto(link);
  await goOn();
  await page.getByRole('link', { name: 'Replace the card' }).waitFor();
  await shown('To be paid to Acme', 'card');

  localStripe.faults.add({ kind: 'server_error', path: /invoices/ });
  await page.goto(link);
  await goOn();
  await shown('We can’t open the payment right now', 'unavailable');
  localStripe.faults.clear();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: 'Pay $29.00 now' }).click();
  await page.getByRole('button', { name: 'Pay $29.00' }).click();
  await page.getByText('Thank you').waitFor();
  await localStripe.idle();
  await tillpost.worker.drain();
  await page.goto(link);
  await shown('This invoice is paid', 'paid');

  const voided = await failedPayment();
  await localStripe.trigger('invoice.voided', JENNY);
  await page.goto(voided);
  await shown('This invoice was canceled', 'void');
  await page.goto(payUrl(ctx, TEST, null));
  await shown('This is a sample', 'sample');
  await page.goto(payUrl(ctx, TEST, 'eml_gone'));
  await shown('This link doesn’t work any more', 'ended');
  clock.advance(61 * 86_400_000);
  await page.goto(link);
  await shown('This link has expired', 'expired');
  // What a browser says of the answers that are no 200.
  expect((await chrome.finish()).filter((complaint) => !/status of (410|503)/.test(complaint))).toEqual([]);
});

it('needs no JavaScript', async () => {
  const page = await chrome.visit({ javaScriptEnabled: false });
  await page.goto(await failedPayment());
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('link', { name: 'Pay $29.00 now' }).click();
  await page.getByRole('button', { name: 'Pay $29.00' }).waitFor();
  expect(await chrome.finish()).toEqual([]);
});
