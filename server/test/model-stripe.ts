/**
 * The Stripe of the model check: customers, subscriptions and invoices that change one step at a time, with every state
 * they were ever in, and the events that Stripe would have made of it. Pure, but for its own memory.
 */
export interface ModelCustomer {
  kind: 'customer';
  id: string;
  email: string;
  name: string;
  deleted: boolean;
}

export interface ModelSubscription {
  kind: 'subscription';
  id: string;
  customer: string;
  status: 'incomplete' | 'incomplete_expired' | 'trialing' | 'active' | 'past_due' | 'paused' | 'canceled';
  ends: boolean;
  periodEnd: number;
  trialEnd: number | null;
  /** Whether its trial's end has been announced. */
  announced: boolean;
  seats: number;
  startedAt: number;
  periodStart: number;
  endedAt: number | null;
}

export interface ModelInvoice {
  kind: 'invoice';
  id: string;
  customer: string;
  /** The address it was made for: Stripe doesn't change it afterwards. */
  email: string;
  subscription: string | null;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  reason: 'subscription_create' | 'subscription_cycle' | 'manual';
  due: number;
  paid: number;
  attempts: number;
}

export type ModelObject = ModelCustomer | ModelSubscription | ModelInvoice;

/** A state as it was from `at` (epoch seconds) on; `n` counts all changes. */
export interface Version<T extends ModelObject = ModelObject> {
  n: number;
  at: number;
  state: T;
}

export interface ModelEvent {
  id: string;
  type: string;
  /** Epoch seconds. */
  created: number;
  about: string;
  customer: string;
  /** The version it tells. */
  n: number;
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
}

/** One step, as the generator chooses it: whatever the numbers are, they name something that may happen now. */
export interface Change {
  action: number;
  who: number;
  /** Seconds since the last one; none only where the order of the two is told by the states themselves. */
  gap: number;
}

export const RUNNING = ['active', 'trialing', 'past_due'];
const ADDRESSES = ['ann@example.com', 'bob@example.com', 'cem@example.com', 'dia@example.com'];
const NAMES = ['Ann', 'Bob', 'Cem', 'Dia'];
const MAX_CUSTOMERS = 5;
const DAY = 86_400;

export function createModelStripe(account: string) {
  const versions = new Map<string, Version[]>();
  const current = new Map<string, ModelObject>();
  const made: ModelEvent[] = [];
  let now = 0;
  let changes = 0;
  let objects = 0;

  const of = <K extends ModelObject['kind']>(kind: K) =>
    [...current.values()].filter((one): one is Extract<ModelObject, { kind: K }> => one.kind === kind);
  const customerOf = (id: string) => current.get(id) as ModelCustomer;
  const newId = (prefix: string) => `${prefix}_${++objects}`;

  function become(state: ModelObject, ...types: string[]): void {
    const before = current.get(state.id);
    const version = { n: ++changes, at: now, state: { ...state } };
    current.set(state.id, state);
    versions.set(state.id, [...(versions.get(state.id) ?? []), version]);
    for (const type of types)
      made.push({
        id: `evt_${account}_${made.length}`,
        type,
        created: now,
        about: state.id,
        customer: state.kind === 'customer' ? state.id : state.customer,
        n: version.n,
        data: { object: wireOf(state), ...(before && type.endsWith('.updated') ? previousOf(before, state) : {}) },
      });
  }

  function previousOf(before: ModelObject, after: ModelObject) {
    const [was, is] = [wireOf(before), wireOf(after)];
    const changed = Object.entries(was).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(is[key]));
    return { previous_attributes: Object.fromEntries(changed) };
  }

  /** As Stripe returns it now. */
  function wireOf(state: ModelObject): Record<string, unknown> {
    switch (state.kind) {
      case 'customer': {
        const { id, email, name } = state;
        return { id, object: 'customer', email, name, created: versions.get(id)?.[0]?.at ?? now, delinquent: false };
      }
      case 'subscription': {
        const { id, customer, status, ends, periodEnd, trialEnd, seats, startedAt, periodStart, endedAt } = state;
        const price = { id: 'price_1', nickname: 'Pro', unit_amount: 2_000, recurring: { interval: 'month' } };
        return {
          ...{ id, object: 'subscription', customer, status, currency: 'usd', trial_end: trialEnd },
          ...{ cancel_at_period_end: ends, cancel_at: ends ? periodEnd : null, default_payment_method: 'pm_1' },
          ...{ start_date: startedAt, ended_at: endedAt },
          items: {
            data: [{ price, quantity: seats, current_period_start: periodStart, current_period_end: periodEnd }],
          },
        };
      }
      case 'invoice': {
        const { id, customer, email, subscription, status, reason, due, paid, attempts } = state;
        return {
          ...{ id, object: 'invoice', customer, customer_email: email, customer_name: customerOf(customer).name },
          ...{ status, billing_reason: reason, currency: 'usd', number: `NO-${id}`, attempt_count: attempts },
          ...{ amount_due: due, amount_paid: paid, amount_remaining: due - paid },
          parent: subscription === null ? null : { subscription_details: { subscription } },
        };
      }
    }
  }

  function subscribe({ id: customer }: ModelCustomer, status: ModelSubscription['status']): void {
    const trialEnd = status === 'trialing' ? now + 7 * DAY : null;
    const rest = { ends: false, periodEnd: now + 30 * DAY, trialEnd, announced: false, seats: 1 };
    become(
      {
        kind: 'subscription',
        id: newId('sub'),
        customer,
        status,
        ...rest,
        startedAt: now,
        periodStart: now,
        endedAt: null,
      },
      'customer.subscription.created',
    );
  }

  const cancel = (one: ModelSubscription) =>
    become(
      { ...one, status: one.status === 'incomplete' ? 'incomplete_expired' : 'canceled', endedAt: now },
      'customer.subscription.deleted',
    );

  function invoice(customer: ModelCustomer, subscription: ModelSubscription | undefined): void {
    const reason = !subscription ? 'manual' : subscription.status === 'incomplete' ? 'subscription_create' : undefined;
    become({
      ...{ kind: 'invoice', id: newId('in'), customer: customer.id, email: customer.email, status: 'draft' },
      ...{ subscription: subscription?.id ?? null, reason: reason ?? 'subscription_cycle' },
      ...{ due: 2_000 + 1_000 * (objects % 7), paid: 0, attempts: 0 },
    });
  }

  function remove(customer: ModelCustomer): void {
    for (const one of of('subscription').filter((own) => own.customer === customer.id))
      if (one.status !== 'canceled' && one.status !== 'incomplete_expired') cancel(one);
    now++;
    become({ ...customer, deleted: true }, 'customer.deleted');
  }

  interface Action {
    name: string;
    /** How many of a hundred or so. */
    weight: number;
    /** May bear the same second as what was before. */
    atOnce?: boolean;
    act(): void;
  }

  /** All that may happen now to the customer, its subscriptions and invoices. */
  function actionsFor(customer: ModelCustomer | undefined, who: number): Action[] {
    const address = ADDRESSES[who % ADDRESSES.length]!;
    const actions: Action[] = [];
    const may = (name: string, weight: number, act: () => void, atOnce = false) =>
      actions.push({ name, weight, act, atOnce });
    if (of('customer').length < MAX_CUSTOMERS || !customer)
      may('comes', 8, () => {
        const id = newId('cus');
        const name = NAMES[objects % NAMES.length]!;
        become({ kind: 'customer', id, email: address, name, deleted: false }, 'customer.created');
      });
    if (!customer) return actions;
    const own = <T extends { customer: string }>(all: T[]) => all.filter((one) => one.customer === customer.id);
    const subscriptions = own(of('subscription'));
    if (!customer.deleted) {
      const other = ADDRESSES[(ADDRESSES.indexOf(customer.email) + 1 + (who % 3)) % ADDRESSES.length]!;
      may('moves', 6, () => become({ ...customer, email: other }, 'customer.updated'));
      may('is renamed', 2, () => become({ ...customer, name: `${customer.name}a` }, 'customer.updated'));
      may('goes', 2, () => remove(customer));
      may('signs up', 3, () => subscribe(customer, 'incomplete'));
      may('tries', 3, () => subscribe(customer, 'trialing'));
      may('subscribes', 4, () => subscribe(customer, 'active'));
      may('is billed', 8, () =>
        invoice(
          customer,
          subscriptions.findLast(({ status }) => status !== 'canceled'),
        ),
      );
    }
    for (const one of subscriptions) {
      const becomes = (status: ModelSubscription['status'], ...types: string[]) =>
        become({ ...one, status }, ...types, 'customer.subscription.updated');
      const isRunning = RUNNING.includes(one.status);
      if (one.status === 'incomplete') {
        may('is paid', 6, () => becomes('active'));
        may('is given up', 4, () => becomes('incomplete_expired'));
      }
      if (one.status === 'trialing') {
        if (!one.announced)
          may('ends soon', 6, () => become({ ...one, announced: true }, 'customer.subscription.trial_will_end'));
        may('begins', 4, () =>
          become({ ...one, status: 'active', trialEnd: now, periodStart: now }, 'customer.subscription.updated'),
        );
        may('pauses', 2, () =>
          become(
            { ...one, status: 'paused', trialEnd: now },
            'customer.subscription.paused',
            'customer.subscription.updated',
          ),
        );
      }
      if (one.status === 'paused')
        may('resumes', 4, () =>
          become(
            { ...one, status: 'active', periodStart: now },
            'customer.subscription.resumed',
            'customer.subscription.updated',
          ),
        );
      if (one.status === 'active') may('is overdue', 2, () => becomes('past_due'));
      if (one.status === 'past_due') may('is settled', 2, () => becomes('active'));
      if (isRunning) may('is to end', 2, () => become({ ...one, ends: !one.ends }, 'customer.subscription.updated'));
      if (isRunning)
        may('has other seats', 2, () =>
          become({ ...one, seats: one.seats === 1 ? 3 : 1 }, 'customer.subscription.updated'),
        );
      if (isRunning) may('ends', 4, () => cancel(one));
      if (isRunning)
        may('is upgraded', 3, () => {
          subscribe(customer, 'active');
          now++;
          cancel(one);
        });
    }
    for (const one of own(of('invoice'))) {
      const isDue = one.status === 'draft' || one.status === 'open';
      const left = one.due - one.paid;
      if (isDue && left > 0)
        may('fails', 8, () => become({ ...one, status: 'open', attempts: one.attempts + 1 }, 'invoice.payment_failed'));
      // Within one second: which of the two came last only the states tell.
      if (isDue && left > 0)
        may('fails and is paid', 6, () => {
          const failed: ModelInvoice = { ...one, status: 'open', attempts: one.attempts + 1 };
          become(failed, 'invoice.payment_failed');
          become({ ...failed, status: 'paid', paid: one.due }, 'invoice.paid');
        });
      if (one.status === 'open' && left > 600)
        may('is paid in part', 4, () => become({ ...one, paid: one.paid + 500 }));
      if (isDue || one.status === 'uncollectible')
        may('is paid', 4, () => become({ ...one, status: 'paid', paid: one.due }, 'invoice.paid'), true);
      if (one.status === 'open' || one.status === 'uncollectible')
        may('is voided', 2, () => become({ ...one, status: 'void' }, 'invoice.voided'), true);
      if (one.status === 'open')
        may('is given up', 2, () => become({ ...one, status: 'uncollectible' }, 'invoice.marked_uncollectible'), true);
    }
    return actions;
  }

  return {
    versionsOf: <T extends ModelObject>(id: string) => (versions.get(id) ?? []) as Version<T>[],
    wireOf: (id: string) => wireOf(current.get(id)!),
    get: (id: string) => current.get(id),
    of,
    events: made as readonly ModelEvent[],

    /** Returns the second it then is, what happened in words, and the events that Stripe made of it. */
    change({ action, who, gap }: Change, second: number): { now: number; words: string; events: ModelEvent[] } {
      const customers = of('customer');
      const customer = customers[who % (customers.length || 1)];
      const actions = actionsFor(customer, who).flatMap((one) => Array.from({ length: one.weight }, () => one));
      const chosen = actions[action % (actions.length || 1)];
      if (!chosen) return { now: second, words: 'Nothing may happen', events: [] };
      const { act, name, atOnce } = chosen;
      now = second + Math.max(gap, atOnce ? 0 : 1);
      const before = { events: made.length, changes };
      act();
      const touched = [...versions.values()].flat().filter(({ n }) => n > before.changes);
      const words = `${name}: ${touched.map(({ state }) => JSON.stringify(state)).join(', ')}`;
      return { now, words, events: made.slice(before.events) };
    },

    /** The states it was in between two moments (epoch seconds), the one at the first included. */
    between<T extends ModelObject>(id: string, from: number, to: number): T[] {
      const all = (versions.get(id) ?? []) as Version<T>[];
      const first = all.findLastIndex(({ at }) => at <= from);
      return all.filter(({ at }, n) => n >= first && at <= to).map(({ state }) => state);
    },
  };
}
