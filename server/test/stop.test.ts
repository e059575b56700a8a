/** A process that is told to stop ends soon, whatever it waits for. */
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, LIVE, startTillpost } from './harness';
import { startHoldingMailServer } from './holding-mail-server';

it('stops within 10 s while the mail server keeps a message without an answer', async () => {
  const mail = await startHoldingMailServer();
  const inHand = mail.nextMessage();
  const tillpost = await startTillpost({
    env: { SMTP_URL: mail.url, MAIL_FROM: 'Test <test@example.com>' },
    runsWorker: true,
  });
  await tillpost.connect(LIVE);
  await tillpost.enable({}, {}, LIVE);
  const { id } = await createWorkflow(tillpost.db, LIVE, { template: 'new_customer' }, tillpost.clock.now());
  await activateWorkflow(tillpost.db, LIVE, id, tillpost.clock.now());
  const created = Math.floor(tillpost.clock.now() / 1000);
  await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, livemode: true, created }));
  await inHand;
  const startedAt = performance.now();
  await tillpost.stop();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  mail.close();
  await tillpost.sandbox.close();
});
