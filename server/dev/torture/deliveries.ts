/** Delivers events as Stripe does: signed, late and out of order, some twice, again and again until they are taken. */
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { signStripe } from '../local-stripe/signature';
import type { Clock } from './clock';
import type { Dice } from './dice';
import type { Happening } from './happenings';

interface EventRecord extends Happening {
  /** Somebody answered 200: it must be in the log now. */
  isTaken: boolean;
  /** Answers that no well-signed delivery may get. */
  refusals: string[];
}

export interface Deliveries {
  /** Everything that ever happened, by event id. */
  records: ReadonlyMap<string, EventRecord>;
  counts: { sent: number; taken: number; unanswered: number; turnedAway: number };
  /** Delivers in the background. */
  send(happenings: readonly Happening[]): void;
  /** How many milliseconds each delivery of usual size took that was taken since this was last asked. */
  takeTimes(): number[];
  /** How many are on their way. */
  pending(): number;
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>;
  /** What is checked needs no record any more. */
  forget(): void;
}

const TIMEOUT_MS = 20_000;
const MAX_DELAY_MS = 1_200;
const USUAL_BYTES = 64 * 1024;

interface Surroundings {
  ports: readonly number[];
  secret: string;
  dice: Dice;
  clock: Clock;
}

interface Answer {
  /** Undefined: none came. */
  status: number | undefined;
  retryAfter?: string;
}

export function createDeliveries({ ports, secret, dice, clock }: Surroundings): Deliveries {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const records = new Map<string, EventRecord>();
  const counts = { sent: 0, taken: 0, unanswered: 0, turnedAway: 0 };
  let times: number[] = [];
  const underWay = new Set<Promise<void>>();

  function post({ body, way }: EventRecord): Promise<Answer> {
    const signature = signStripe(body, way === 'forged' ? `${secret}x` : secret, clock.now());
    return new Promise((resolve) => {
      const headers = { 'Content-Type': 'application/json', 'Stripe-Signature': signature };
      const options = { host: '127.0.0.1', port: dice.pick(ports), method: 'POST', path: '/webhooks/stripe' };
      const sending = request({ ...options, headers, agent, timeout: TIMEOUT_MS }, (response) => {
        // The status is the answer; whether the rest arrives is of no matter.
        response.on('error', () => undefined).resume();
        resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      });
      sending.on('timeout', () => sending.destroy());
      sending.on('error', () => resolve({ status: undefined }));
      sending.end(body);
    });
  }

  async function attempt(record: EventRecord): Promise<boolean> {
    counts.sent++;
    const sentAt = performance.now();
    const wasDisputed = clock.isDisputed();
    const { status, retryAfter } = await post(record);
    // A signature from another time is refused; Stripe would deliver again.
    const isOutOfTime = status === 400 && (wasDisputed || clock.isDisputed());
    if (status === 200) {
      if (!record.isTaken) counts.taken++;
      if (record.body.length < USUAL_BYTES) times.push(performance.now() - sentAt);
      record.isTaken = true;
    } else if (status === undefined || isOutOfTime) counts.unanswered++;
    else if (status === 503 && retryAfter) {
      counts.unanswered++;
      counts.turnedAway++;
    } else record.refusals.push(status === 503 ? '503 without Retry-After' : String(status));
    return status === 200;
  }

  async function deliver(record: EventRecord): Promise<void> {
    await wait(dice.between(0, MAX_DELAY_MS));
    const isTwin = dice.chance(0.15);
    const isLateTwin = dice.chance(0.05);
    // Stripe gives up after days: some events that weren't taken never come again.
    const isLost = !record.isEssential && dice.chance(0.3);
    const outcomes = await Promise.all([attempt(record), isTwin ? attempt(record) : false]);
    let isDone = outcomes.includes(true) || record.way === 'forged' || isLost;
    while (!isDone) {
      await wait(dice.between(300, MAX_DELAY_MS));
      isDone = await attempt(record);
    }
    if (!isLateTwin || !record.isTaken) return;
    await wait(dice.between(1_000, 3_000));
    await attempt(record);
  }

  return {
    records,
    counts,
    send(happenings) {
      for (const happening of happenings) {
        const record: EventRecord = { ...happening, isTaken: false, refusals: [] };
        records.set(record.id, record);
        if (record.way === 'missed') continue;
        const delivery = deliver(record).finally(() => {
          underWay.delete(delivery);
          // Hundreds of thousands are to fit into memory.
          record.body = '';
        });
        underWay.add(delivery);
      }
    },
    takeTimes() {
      const taken = times;
      times = [];
      return taken;
    },
    pending: () => underWay.size,
    forget: () => records.clear(),
    async settle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
