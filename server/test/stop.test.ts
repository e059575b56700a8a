/** A process that is told to stop ends soon, whatever it waits for. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, LIVE, startTillpost } from './harness';

/** Takes connections, greets, answers every command until the message is sent, and then says nothing any more. */
async function startSilentMailServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.write('220 silent\r\n');
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      if (/^(ehlo|helo|mail|rcpt)/i.test(text)) socket.write('250 ok\r\n');
      if (/^data/i.test(text)) {
        socket.write('354 go on\r\n');
        server.emit('message');
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hasMessage: once(server, 'message'),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it('stops within 10 s while the mail server keeps a message without an answer', async () => {
  const mail = await startSilentMailServer();
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
  await mail.hasMessage;
  const startedAt = performance.now();
  await tillpost.stop();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  mail.close();
  await tillpost.sandbox.close();
});
