/**
 * A year of failed payments at a model Stripe: what happens, drawn from a seed, and how each invoice ends, counted without
 * any of Tillpost's code. Times in epoch seconds.
 */
import type { RecoveryOutcome } from '../../shared/api';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** What Stripe says at a time. */
export interface Told {
  type: string;
  created: number;
  object: Record<string, unknown>;
}

export interface YearInvoice {
  id: string;
  customer: string;
  currency: string;
  /** To be paid at its first failure. */
  amount: number;
  firstFailedAt: number;
  paid: { at: number; amount: number } | undefined;
  lostAt: number | undefined;
  /** False for the first invoice of a sign-up. */
  counts: boolean;
}

export interface Year {
  told: Told[];
  invoices: YearInvoice[];
}

/** Numbers from 0 to 1, the same for one seed (mulberry32). */
export function createDice(seed: number) {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    chance: (probability: number) => roll() < probability,
    between: (low: number, high: number) => low + Math.floor(roll() * (high - low + 1)),
    pick: <T>(values: readonly T[]): T => values[Math.floor(roll() * values.length)]!,
  };
}
export type Dice = ReturnType<typeof createDice>;

/** One customer and one subscription for each invoice. */
export function playYear(dice: Dice, start: number, count: number): Year {
  const year: Year = { told: [], invoices: [] };
  for (let n = 1; n <= count; n++) playInvoice(year, dice, start + dice.between(0, 365 * DAY), n);
  return year;
}

function playInvoice({ told, invoices }: Year, dice: Dice, firstFailedAt: number, n: number): void {
  const [id, customer, subscription] = [`in_${n}`, `cus_${n}`, `sub_${n}`];
  const currency = dice.pick(['usd', 'usd', 'eur', 'jpy']);
  const total = dice.between(500, 50_000);
  const before = dice.chance(0.1) ? dice.between(1, total - 1) : 0;
  const counts = !dice.chance(0.1);
  const invoice: YearInvoice = {
    ...{ id, customer, currency, amount: total - before, firstFailedAt, counts },
    ...{ paid: undefined, lostAt: undefined },
  };
  invoices.push(invoice);
  const transitions: Record<string, number | null> = { finalized_at: firstFailedAt - HOUR, paid_at: null };
  const say = (type: string, created: number, fields: object) =>
    told.push({
      type,
      created,
      object: {
        ...{ id, object: 'invoice', customer, currency, customer_email: `${customer}@example.com`, subscription },
        billing_reason: counts ? 'subscription_cycle' : 'subscription_create',
        ...{ amount_due: total, amount_paid: before, amount_remaining: total - before },
        status_transitions: { ...transitions },
        ...fields,
      },
    });

  let at = firstFailedAt;
  const attempts = dice.between(1, 4);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) at += dice.between(1, 5) * DAY;
    if (dice.chance(0.2)) say('invoice.payment_action_required', at, { status: 'open', attempt_count: attempt });
    say('invoice.payment_failed', at, { status: 'open', attempt_count: attempt });
  }
  const lose = (lostAt: number) => (invoice.lostAt ??= lostAt);
  if (dice.chance(0.15)) {
    at += dice.between(0, 2 * DAY);
    lose(at);
    transitions.marked_uncollectible_at = at;
    say('invoice.marked_uncollectible', at, { status: 'uncollectible', attempt_count: attempts });
  }
  if (dice.chance(0.1)) {
    at += dice.between(0, 2 * DAY);
    lose(at);
    const canceled = { id: subscription, object: 'subscription', customer, status: 'canceled', ended_at: at };
    told.push({ type: 'customer.subscription.deleted', created: at, object: canceled });
  }
  if (dice.chance(0.05)) {
    at += dice.between(0, 2 * DAY);
    lose(at);
    told.push({ type: 'customer.deleted', created: at, object: { id: customer, object: 'customer', deleted: true } });
  } else if (dice.chance(0.55)) {
    at += dice.between(60, 12 * DAY);
    transitions.paid_at = at;
    invoice.paid = { at, amount: total - before };
    const fields = { status: 'paid', attempt_count: attempts, amount_paid: total, amount_remaining: 0 };
    say('invoice.paid', at, fields);
  } else if (dice.chance(0.3)) {
    at += dice.between(60, 12 * DAY);
    lose(at);
    transitions.voided_at = at;
    say('invoice.voided', at, { status: 'void', attempt_count: attempts, amount_remaining: 0 });
  }
}

/** When mail about an invoice arrived, and a link of it was first opened; epoch milliseconds. */
export interface Seen {
  mailedAt: Map<string, number>;
  clickedAt: Map<string, number>;
}

export function outcomeOf({ id, paid, lostAt }: YearInvoice, { mailedAt, clickedAt }: Seen): RecoveryOutcome {
  if (!paid) return lostAt === undefined ? 'open' : 'lost';
  const isBefore = (ms: number | undefined) => ms !== undefined && ms < paid.at * 1000;
  if (isBefore(clickedAt.get(id))) return 'recovered_after_click';
  return isBefore(mailedAt.get(id)) ? 'recovered_after_mail' : 'recovered_without_mail';
}
