/** A clock that is set, or a machine that slept: work in hand seems to have been given up. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createEmailQueue } from '../emails/email-queue';
import { createTransport } from '../emails/transport';
import { emailPreparation } from '../workflows/prepare-emails';
import { createRunQueue } from '../workflows/run-queue';
import { ENGINES } from './databases';
import { startMailServer } from './mail-server';
import { createRig } from './workflow-rig';

it.each(ENGINES)('sends a mail once on %s although the clock jumps past its lease meanwhile', async (engine) => {
  const mail = await startMailServer({ isHolding: true });
  const rig = await createRig({ engine, smtp: false });
  const ctx = { ...rig.ctx, transport: createTransport(mail.url) };
  await rig.workflow({ template: 'subscription_created' });
  const jenny = await rig.contact();
  await rig.happens(
    'customer.subscription.created',
    { id: 'sub_1', object: 'subscription', customer: 'cus_1', status: 'active' },
    jenny,
  );
  const queue = createEmailQueue(emailPreparation);
  await createRunQueue().turn(rig.ctx);
  let isInHand = false;
  void mail.nextMail().then(() => (isInHand = true));
  // The first email may take a while to be made, beside the loop.
  for (; !isInHand; await nextTurn()) await queue.turn(ctx);
  rig.advance(3_600_000);
  await queue.turn(ctx);
  mail.release();
  await queue.finish?.(ctx);
  expect(mail.mails).toHaveLength(1);
  expect(await rig.emails()).toMatchObject([{ status: 'sent' }]);
  ctx.transport.close();
  await mail.close();
  await rig.close();
});
