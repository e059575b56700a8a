/** Somebody whose every email takes as long to make as one may: nobody else may wait for it. */
import { setTimeout as wait } from 'node:timers/promises';
import { signStripe } from '../local-stripe/signature';
import { quantile } from '../quantile';
import type { Stage } from './stage';
import type { Trouble } from './troubles';

const CALM_MS = 2_500;
const EMAILS = 50;
const HOSTILE_MS = 6_000;
const LOOK_EVERY_MS = 100;

/** What may be answered how late meanwhile, by p95: on a machine that the whole torture shares. */
const SLOWER = { times: 4, ms: 250 };

export const hostileTemplates: Trouble = async (stage, toll) => {
  const calm = await observe(stage, CALM_MS);
  const attack = Promise.all(Array.from({ length: EMAILS }, (_none, n) => signUp(stage, n)));
  const hostile = await observe(stage, HOSTILE_MS);
  await attack;
  for (const what of ['deliveries', 'healthz'] as const)
    if (hostile[what] > SLOWER.times * calm[what] + SLOWER.ms)
      toll.violations.push({
        rule: 'one account’s templates hold up nobody else',
        ids: [`p95 of ${what} ${Math.round(calm[what])} → ${Math.round(hostile[what])} ms`],
      });
  return `hostile templates: p95 ${Math.round(calm.deliveries)} → ${Math.round(hostile.deliveries)} ms`;
};

/** Milliseconds that 95 % of what is asked meanwhile takes at most. */
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
  return { deliveries: quantile(deliveries.takeTimes(), 0.95) || 0, healthz: quantile(health, 0.95) || 0 };
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
