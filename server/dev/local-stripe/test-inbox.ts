/** A webhook endpoint for the local Stripe's own tests: keeps what arrives and answers as it is told, until the end of the file. */
import { createServer } from 'node:http';
import type Stripe from 'stripe';
import { createStripe } from '../../stripe';
import { closing } from '../../test/leftovers';
import { listen } from '../listen';
import { APP_KEYS, createLocalStripe, type LocalStripeOptions } from './local-stripe';

export interface Received {
  event: Stripe.Event;
  payload: string;
  signature: string;
}

export interface Inbox {
  url: string;
  received: Received[];
  events(): Stripe.Event[];
  /** The statuses of the next answers, in order; 200 when there are none. */
  answerWith(...statuses: number[]): void;
  clear(): void;
}

export async function createInbox(): Promise<Inbox> {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const payload = Buffer.concat(chunks).toString();
      const signature = String(req.headers['stripe-signature']);
      received.push({ event: JSON.parse(payload) as Stripe.Event, payload, signature });
      res.statusCode = statuses.shift() ?? 200;
      res.end();
    });
  });
  const port = await listen(server, 0);
  closing(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${port}/webhooks/stripe`,
    received,
    events: () => received.map(({ event }) => event),
    answerWith: (...next) => void statuses.push(...next),
    clear: () => void (received.length = 0),
  };
}

/** A local Stripe that sends to an inbox of its own, both there until the end of the file; the client is the app owner's. */
export async function startWithInbox(options: LocalStripeOptions = {}) {
  const inbox = await createInbox();
  const localStripe = createLocalStripe({ webhookUrl: inbox.url, retryDelays: [], ...options });
  closing(() => localStripe.close());
  const { url } = await localStripe.listen(0);
  return { inbox, localStripe, url, stripe: createStripe(APP_KEYS.test, url) };
}

const { webhooks } = createStripe('sk_test_signatures', 'https://api.stripe.com');

/** Throws unless Stripe's own library finds the signature right. */
export const verify = ({ payload, signature }: Received, secret: string, tolerance?: number): Stripe.Event =>
  webhooks.constructEvent(payload, signature, secret, tolerance);
