/** Somebody whose every email takes as long to make as one may: nobody else may wait for it. */
import { setTimeout as wait } from 'node:timers/promises';
import { signStripe } from '../local-stripe/signature';
import { quantile } from '../quantile';
import type { Stage } from './stage';
import type { Trouble } from './troubles';

const CALM_MS = 3_000;
const EMAILS = 50;
const HOSTILE_MS = 6_000;
const LOOK_EVERY_MS = 20;

/** Milliseconds that 99 % of what others ask meanwhile may take. */
const GOAL = { deliveries: 250, healthz: 100 };
const ASKED = ['deliveries', 'healthz'] as const;
/** On a machine that the whole torture, and perhaps others, share: so many times what calm took before comes on top. */
const BUSY_TIMES = 2;

export const hostileTemplates: Trouble = async (stage, toll) => {
  const calm = await observe(stage, CALM_MS);
  const attack = Promise.all(Array.from({ length: EMAILS }, (_none, n) => signUp(stage, n)));
  const hostile = await observe(stage, HOSTILE_MS);
  await attack;
  const said = ASKED.map((what) => `${what} ${Math.round(calm[what])} → ${Math.round(hostile[what])} ms`);
  ASKED.forEach((what, n) => {
    if (hostile[what] > GOAL[what] + BUSY_TIMES * calm[what])
      toll.violations.push({ rule: 'one account’s templates hold up nobody else', ids: [`p99 of ${said[n]}`] });
  });
  const isMet = ASKED.every((what) => hostile[what] <= GOAL[what]);
  return `hostile templates: p99 of ${said.join(', ')}${isMet ? ', as on an idle machine' : ''}`;
};

/** Milliseconds that 99 % of what is asked meanwhile takes at most. */
async function observe({ deliveries, processes }: Stage, ms: number) {
  deliveries.takeTimes();
  const health: number[] = [];
  for (const endsAt = performance.now() + ms; performance.now() < endsAt; await wait(LOOK_EVERY_MS))
    for (const { port } of processes) {
      const askedAt = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      await response?.text().catch(() => undefined);
      health.push(performance.now() - askedAt);
    }
  return { deliveries: quantile(deliveries.takeTimes(), 0.99) || 0, healthz: quantile(health, 0.99) || 0 };
}

/** A customer of the hostile account, whom its workflow mails. */
async function signUp({ hostile, webhookSecret, processes, clock, dice }: Stage, n: number): Promise<void> {
  const id = `cus_loop${n}_${dice.between(0, 1e9)}`;
  const body = JSON.stringify({
    id: `evt_${id}`,
    object: 'event',
    type: 'customer.created',
    account: hostile.accountId,
    livemode: hostile.livemode,
    created: Math.floor(clock.now() / 1000),
    data: { object: { id, object: 'customer', email: `${id}@example.com` } },
  });
  const headers = {
    'content-type': 'application/json',
    'stripe-signature': signStripe(body, webhookSecret, clock.now()),
  };
  const { port } = dice.pick(processes);
  await fetch(`http://127.0.0.1:${port}/webhooks/stripe`, { method: 'POST', headers, body }).catch(() => undefined);
}
