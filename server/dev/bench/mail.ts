import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { startMailServer } from '../mail-server';
import { quantile } from '../quantile';
import { eventBody } from './event-body';
import { ACCOUNT, SECRET, startProcess } from './processes';
import type { Figure } from './figure';

const EVENTS = 200;
const WARM = 20;

/** One event at a time: from its request until the SMTP server has the whole mail. */
export async function measureMail(folder: string): Promise<Figure[]> {
  let arrived: () => void = () => undefined;
  const smtp = await startMailServer({
    onMail() {
      arrived();
      return 'accept';
    },
  });
  const server = await startProcess('servers/tillpost.ts', [
    `sqlite:${join(folder, 'mail.db')}`,
    SECRET,
    ACCOUNT,
    'worker',
    smtp.url,
  ]);
  const times: number[] = [];
  for (let i = 0; i < WARM + EVENTS; i++) {
    const mail = new Promise<void>((resolve) => (arrived = resolve));
    const sent = performance.now();
    await deliver(server.hello.port, eventBody(`mail_${i}`, ACCOUNT, i));
    await mail;
    if (i >= WARM) times.push(performance.now() - sent);
  }
  await server.stop();
  await smtp.close();
  const at = (share: number) => `${quantile(times, share).toFixed(1)} ms`;
  return [
    { name: 'event to SMTP, median', value: at(0.5) },
    { name: 'event to SMTP, p95', value: at(0.95), note: `${EVENTS} events, one at a time` },
  ];
}

async function deliver(port: number, body: string): Promise<void> {
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, {
    method: 'POST',
    body,
    headers: { 'Stripe-Signature': `t=${time},v1=${signature}` },
  });
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
  await response.arrayBuffer();
}
