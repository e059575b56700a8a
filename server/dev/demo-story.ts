/** The demo's story: two months of one customer, played on the clock that Tillpost and the local Stripe share. */
import type Stripe from 'stripe';
import { createStripe } from '../stripe';
import { RECOVERY_WORDS } from '../../shared/words/recovery';
import { formatMoney } from '../../shared/money';
import type { FailedInvoiceView } from '../../shared/api';
import { listFailedInvoices } from '../audience/recovery-report';
import { readEmail } from '../emails/emails';
import { listEmails } from '../emails/list-emails';
import { listEvents } from '../events/events';
import { listRuns } from '../workflows/list-runs';
import type { LocalStack } from './local-stack';
import { APP_KEYS } from './local-stripe/local-stripe';
import { tableText } from './table';

const PERSON = { email: 'mira.sato@example.com', name: 'Mira Sato' };
const TRIAL_DAYS = 14;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Story {
  lines: string[][];
  /** How the Recovered page shows her invoice, and where it is. */
  recovered: { invoice: FailedInvoiceView | undefined; page: string };
  /** What should have come of it but has not; empty when all went well. */
  faults: string[];
}

/** A trial converts, a month later the card fails, two mails go, the second one's link is paid by. */
export async function playStory(stack: LocalStack): Promise<Story> {
  const { localStripe, stripeUrl, account } = stack;
  const stripe = createStripe(APP_KEYS.test, stripeUrl);
  const as = { stripeAccount: account.accountId };
  const start = localStripe.now();
  const { customer, subscription } = await startTrial(stripe, as);

  await localStripe.advance((TRIAL_DAYS + 1) * DAY_MS);
  await stripe.customers.update(customer, paysBy('pm_card_chargeCustomerFail'), as);
  const { items } = await stripe.subscriptions.retrieve(subscription, {}, as);
  await localStripe.advance(items.data[0]!.current_period_end * 1000 + HOUR_MS - localStripe.now());
  await localStripe.advance(3 * DAY_MS);
  const link = await payLinkOf(stack, customer);
  if (link) await payBy(link);
  await localStripe.advance(HOUR_MS);

  const { status } = await stripe.subscriptions.retrieve(subscription, {}, as);
  const invoice = (
    await listFailedInvoices(stack.running.ctx.db, account, {
      since: start,
      until: localStripe.now() + DAY_MS,
      limit: 100,
    })
  ).data.find((one) => one.customer === customer);
  return {
    lines: await tell(stack, customer, start),
    recovered: { invoice, page: `${stack.url}/recovery` },
    faults: await faultsOf(stack, { customer, link, status, invoice }),
  };
}

type Options = Stripe.RequestOptions;
type Client = ReturnType<typeof createStripe>;

const paysBy = (default_payment_method: string) => ({ invoice_settings: { default_payment_method } });

async function startTrial(stripe: Client, as: Options): Promise<{ customer: string; subscription: string }> {
  const card = 'pm_card_visa';
  const { id: customer } = await stripe.customers.create({ ...PERSON, payment_method: card, ...paysBy(card) }, as);
  const plan = { currency: 'usd', unit_amount: 4900, nickname: 'Studio', product_data: { name: 'Studio plan' } };
  const { id: price } = await stripe.prices.create({ ...plan, recurring: { interval: 'month' } }, as);
  const trial = { items: [{ price }], trial_period_days: TRIAL_DAYS };
  const { id: subscription } = await stripe.subscriptions.create({ customer, ...trial }, as);
  return { customer, subscription };
}

/** The newest email's link for paying. */
async function payLinkOf({ running: { ctx }, account }: LocalStack, customer: string): Promise<string | undefined> {
  const [newest] = (await listEmails(ctx.db, account, { customer, limit: 1 })).data;
  const email = newest && (await readEmail(ctx.db, account, newest.id));
  return payLinkIn(email?.text);
}

export const payLinkIn = (text: string | null | undefined): string | undefined =>
  /\bPay [^\n]*?(https?:\/\/\S+)/.exec(text ?? '')?.[1];

/** As she does it: on from the page behind the link, and the button of Stripe's page. */
async function payBy(link: string): Promise<void> {
  const answer = await (await fetch(link, { method: 'POST' })).text();
  const page = /<a class="button [^>]*href="([^"]+\/i\/[^"]+)"/.exec(answer)?.[1];
  if (page) await fetch(page, { method: 'POST', redirect: 'manual' });
}

/** What stands in the log about her, but for changes of the customer, and her emails: by date, causes first. */
async function tell(stack: LocalStack, customer: string, start: number): Promise<string[][]> {
  const { ctx } = stack.running;
  // Events of one second arrive in any order: shown in that of their happening.
  const atStripe = ofStripe(stack).events.list().reverse();
  const order = new Map(atStripe.map(({ id }, place) => [id, place]));
  /** Lifecycle events come after what caused them. */
  const placeOf = (id: string) => order.get(id) ?? order.size;
  const events = (await listEvents(ctx.db, stack.account, { customer, limit: 100 })).data.toSorted(
    (one, other) => placeOf(one.id) - placeOf(other.id),
  );
  const emails = (await listEmails(ctx.db, stack.account, { customer, limit: 100 })).data.reverse();
  const lines = [
    ...events
      .filter(({ type }) => type !== 'customer.updated')
      .map(({ id, created, type, outcome }) => ({ at: created * 1000, what: type + changeOf(stack, id), outcome })),
    ...emails.map(({ created_at, subject, status }) => ({
      at: Date.parse(created_at),
      what: '  email',
      outcome: `${subject} (${status})`,
    })),
  ];
  return lines
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, what, outcome }) => [
      dateText(at),
      `day ${Math.floor((at - start + HOUR_MS) / DAY_MS)}`,
      what,
      outcome,
    ]);
}

/** What an update of a subscription changed. */
function changeOf(stack: LocalStack, event: string): string {
  const { data } = ofStripe(stack).events.find(event) ?? {};
  if (!data?.previous_attributes) return '';
  const [before, after] = [data.previous_attributes, data.object] as Partial<Stripe.Subscription>[];
  return before?.status ? `: ${before.status} → ${after?.status}` : ': next period';
}

const ofStripe = ({ localStripe, account }: LocalStack) => localStripe.tenant(account.accountId, account.livemode);

const dateText = (ms: number) => new Date(ms).toISOString().slice(0, 10);

async function faultsOf(
  { running: { ctx }, account }: LocalStack,
  {
    customer,
    link,
    status,
    invoice,
  }: { customer: string; link: string | undefined; status: string; invoice: FailedInvoiceView | undefined },
): Promise<string[]> {
  const emails = (await listEmails(ctx.db, account, { customer, limit: 100 })).data;
  const contact = emails[0]?.contact;
  const runs = contact ? (await listRuns(ctx.db, account, { contact, limit: 100 })).data : [];
  return [
    !link && 'the reminder has no link for paying',
    status !== 'active' && `the subscription that was paid for is ${status}`,
    emails.length !== 3 && `${PERSON.name} got ${emails.length} emails, not 3`,
    invoice?.outcome !== 'recovered_after_click' &&
      `her invoice counts as ${invoice?.outcome ?? 'nothing'}, not as recovered after a click`,
    !runs.some(({ reason }) => reason === 'invoice.paid') && 'the reminders did not end with the payment',
  ].filter((fault) => fault !== false);
}

export const sayStory = ({ lines, recovered: { invoice, page } }: Story): string =>
  `And two months of ${PERSON.name} in a moment: a trial, a card that fails, the reminders, the payment\n\n` +
  tableText(['Date', 'Day', 'What', 'Outcome'], lines) +
  (invoice
    ? `\n\nRecovered: ${formatMoney(invoice.amount, invoice.currency, 'en-US')} ${RECOVERY_WORDS[invoice.outcome].label.toLowerCase()}. ${page} shows all invoices whose payment failed.`
    : '');
