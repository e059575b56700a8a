/** A mail server that has the whole message and takes its time with the reply. */
import { openDatabase } from '../db/open';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { ENGINES, keptDatabase } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, LIVE, startTillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

describe.each(ENGINES)('on %s, a stop while a mail server has a message and says nothing', (engine) => {
  it('ends within 10 s, and the email is not sent again by itself, not after a start either', async () => {
    const { databaseUrl, remove } = await keptDatabase(engine);
    const mail = await startMailServer({ isHolding: true });
    const tillpost = await startMailing(mail, databaseUrl);
    const startedAt = performance.now();
    await tillpost.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);

    const db = openDatabase(databaseUrl);
    const [email] = await db.selectFrom('email').selectAll().execute();
    expect(email).toMatchObject({ status: 'failed', reason: 'unknown_acceptance', due_at: null, claims: 0 });
    await db.destroy();
    mail.release();
    const { localStripe, stripeUrl } = tillpost;
    const env = { ...envOf(mail), STRIPE_API_BASE: stripeUrl };
    const next = await startTillpost({ env, databaseUrl, localStripe });
    for (let minute = 0; minute < 5; minute++, next.clock.advance(60_000)) await next.worker.drain();
    expect(mail.mails).toHaveLength(1);
    await next.close();
    await localStripe.close();
    await mail.close();
    remove();
  });
});

it('waits for a reply longer than for anything before, and sends one copy', async () => {
  const mail = await startMailServer();
  mail.trouble({ at: 'late', ms: 33_000 });
  const tillpost = await startMailing(mail);
  const readStatus = async () => (await tillpost.db.selectFrom('email').select('status').executeTakeFirst())?.status;
  const giveUpAt = performance.now() + 45_000;
  while ((await readStatus()) === 'queued' && performance.now() < giveUpAt)
    await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await readStatus()).toBe('sent');
  expect(mail.mails).toHaveLength(1);
  await tillpost.close();
  await mail.close();
});

const envOf = (mail: MailServer) => ({ SMTP_URL: mail.url, MAIL_FROM: 'Test <test@example.com>' });

/** A Tillpost that has just handed an email over. */
async function startMailing(mail: MailServer, databaseUrl?: string) {
  const inHand = mail.nextMail();
  const tillpost = await startTillpost({ env: envOf(mail), runsWorker: true, ...(databaseUrl ? { databaseUrl } : {}) });
  await tillpost.connect(LIVE);
  await tillpost.enable({}, {}, LIVE);
  const { id } = await createWorkflow(tillpost.db, LIVE, { template: 'new_customer' }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, LIVE, id, tillpost.clock.now());
  const created = Math.floor(tillpost.clock.now() / 1000);
  await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, livemode: true, created }));
  await inHand;
  return tillpost;
}
