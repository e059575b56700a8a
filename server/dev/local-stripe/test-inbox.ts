/** A webhook endpoint for tests: keeps what arrives, verified by Stripe's own library, and answers as it is told. */
import { createServer } from 'node:http';
import type Stripe from 'stripe';
import { createStripe } from '../../stripe';
import { listen } from '../listen';

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
  close(): Promise<void>;
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
  return {
    url: `http://127.0.0.1:${port}/webhooks/stripe`,
    received,
    events: () => received.map(({ event }) => event),
    answerWith: (...next) => void statuses.push(...next),
    clear: () => void (received.length = 0),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const { webhooks } = createStripe('sk_test_signatures', 'https://api.stripe.com');

/** Throws unless Stripe's own library finds the signature right. */
export const verify = ({ payload, signature }: Received, secret: string, tolerance?: number): Stripe.Event =>
  webhooks.constructEvent(payload, signature, secret, tolerance);
