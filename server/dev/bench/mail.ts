import { createTransport } from '../../emails/transport';
import { signStripe } from '../local-stripe/signature';
import { startMailServer } from '../mail-server';
import { quantile } from '../quantile';
import type { Bench } from './bench';
import { eventBody } from './event-body';
import { ratio, type Figure } from './figure';
import { measureMailRate } from './mail-rate';
import { ACCOUNT, SECRET } from './processes';
import { startTillpost } from './programs';

const EVENTS = 200;
const WARM = 20;

export const measureMail = async (bench: Bench): Promise<Figure[]> => [
  ...(await measureLightLoad(bench)),
  ...(await measureMailRate(bench)),
];

/** One event at a time: from its request until the SMTP server has the whole mail; and a mail that nodemailer just sends. */
async function measureLightLoad(bench: Bench): Promise<Figure[]> {
  let arrived: (raw: string) => void = () => undefined;
  const smtp = await startMailServer({
    onMail({ raw }) {
      arrived(raw);
      return 'accept';
    },
  });
  const arrival = () => new Promise<string>((resolve) => (arrived = resolve));
  const url = await bench.newDatabase('SQLite');
  const server = await startTillpost(url, { mode: 'worker', smtpUrl: smtp.url });
  let last = '';
  const events = await timesOf(async (i) => {
    const mail = arrival();
    await deliver(server.hello.port, eventBody('invoice.paid', `mail_${i}`, ACCOUNT, i));
    last = await mail;
  });
  await server.stop();
  const transport = createTransport(smtp.url);
  const envelope = { from: 'bench@example.com', to: 'customer@example.com' };
  const mails = await timesOf(async () => {
    const mail = arrival();
    await transport.sendMail({ envelope, raw: last });
    await mail;
  });
  transport.close();
  await smtp.close();
  return [0.5, 0.95].map((share) => ({
    name: `event to SMTP, ${share === 0.5 ? 'median' : 'p95'}`,
    value: `${quantile(events, share).toFixed(1)} ms`,
    ratio: ratio(quantile(events, share), quantile(mails, share)),
    note: `a mail that nodemailer just sends; ${EVENTS} events, one at a time`,
  }));
}

/** Milliseconds each, without the first ones. */
async function timesOf(work: (i: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < WARM + EVENTS; i++) {
    const started = performance.now();
    await work(i);
    times.push(performance.now() - started);
  }
  return times.slice(WARM);
}

async function deliver(port: number, body: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, {
    method: 'POST',
    body,
    headers: { 'Stripe-Signature': signStripe(body, SECRET, Date.now()) },
  });
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
  await response.arrayBuffer();
}
