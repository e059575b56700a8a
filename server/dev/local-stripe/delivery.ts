/** Sends events to endpoints: signed, at most so many at once, and again after a failure. */
import type { Endpoint } from './endpoints';
import { signStripe } from './signature';
import type { StripeEvent } from './tenant';

const TIMEOUT_MS = 10_000;
const MAX_IN_FLIGHT = 64;

export interface DeliveryOptions {
  /** Milliseconds; signatures carry it. */
  now(): number;
  /** Milliseconds before each further attempt; after the last the endpoint is given up. */
  retryDelays: number[];
  log(message: string): void;
}

export interface Deliveries {
  /** Resolves after the first attempt at every receiver. `payload` is what goes over the wire for each. */
  send(event: StripeEvent, receivers: Endpoint[], payload: (receiver: Endpoint) => object): Promise<void>;
  /** Sends again, at once, what is still undelivered. Resolves after the attempts. */
  retryNow(): Promise<void>;
  /** Resolves once nothing is in flight, whatever is to be tried again. */
  landed(): Promise<void>;
  /** Resolves once nothing is in flight and no further attempt is planned. */
  idle(): Promise<void>;
  stop(): void;
}

interface Delivery {
  event: StripeEvent;
  endpoint: Endpoint;
  body: string;
  attempts: number;
  isSending: boolean;
  timer?: NodeJS.Timeout;
}

export function createDeliveries({ now, retryDelays, log }: DeliveryOptions): Deliveries {
  const undelivered = new Set<Delivery>();
  const stopping = new AbortController();
  const queue: (() => void)[] = [];
  const idlers: (() => void)[] = [];
  const watchers: (() => void)[] = [];
  let inFlight = 0;
  let planned = 0;

  const attempt = async (delivery: Delivery): Promise<void> => {
    delivery.isSending = true;
    inFlight += 1;
    if (inFlight > MAX_IN_FLIGHT) await new Promise<void>((resolve) => queue.push(resolve));
    const failure = await post(delivery);
    delivery.attempts += 1;
    delivery.isSending = false;
    if (failure === null) {
      if (undelivered.delete(delivery)) delivery.event.pending_webhooks -= 1;
    } else if (!stopping.signal.aborted) {
      log(`${delivery.event.type} was not delivered to ${delivery.endpoint.webhook.url}: ${failure}`);
      plan(delivery);
    }
    inFlight -= 1;
    queue.shift()?.();
    settle();
  };

  const post = async ({ endpoint, body }: Delivery): Promise<string | null> => {
    try {
      const response = await fetch(endpoint.webhook.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'Stripe-Signature': signStripe(body, endpoint.secret, now()),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.ok ? null : `answered ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  const plan = (delivery: Delivery): void => {
    const delay = retryDelays[delivery.attempts - 1];
    if (delay === undefined) return;
    planned += 1;
    delivery.timer = setTimeout(() => {
      unplan(delivery);
      void attempt(delivery);
    }, delay).unref();
  };

  const unplan = (delivery: Delivery): void => {
    if (!delivery.timer) return;
    clearTimeout(delivery.timer);
    delete delivery.timer;
    planned -= 1;
  };

  const settle = (): void => {
    if (inFlight === 0) for (const resolve of watchers.splice(0)) resolve();
    if (inFlight === 0 && planned === 0) for (const resolve of idlers.splice(0)) resolve();
  };

  return {
    async send(event, receivers, payload) {
      const deliveries = receivers.map((endpoint) => ({
        event,
        endpoint,
        body: JSON.stringify(payload(endpoint)),
        attempts: 0,
        isSending: false,
      }));
      for (const delivery of deliveries) undelivered.add(delivery);
      await Promise.all(deliveries.map(attempt));
    },
    async retryNow() {
      const due = [...undelivered].filter(({ isSending }) => !isSending);
      due.forEach(unplan);
      await Promise.all(due.map(attempt));
    },
    landed: () => new Promise((resolve) => (watchers.push(resolve), settle())),
    idle: () => new Promise((resolve) => (idlers.push(resolve), settle())),
    stop() {
      stopping.abort();
      undelivered.forEach(unplan);
      undelivered.clear();
      settle();
    },
  };
}
