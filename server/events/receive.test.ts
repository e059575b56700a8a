/** Deciding at receipt and deciding in the queue come to the same. */
import { openSuppressionKey } from '../audience/suppression-key';
import { createContext, type Context } from '../context';
import { readConfig } from '../config';
import { migrate } from '../db/migrate';
import { newId } from '../db/new-id';
import { tenantColumns, type Tenant } from '../db/tenant';
import { createLog } from '../log';
import { createQueues } from '../queues';
import { saveSettings } from '../settings/settings';
import { ENGINES, migratedDatabase, type Engine } from '../test/databases';
import { fixtureEvent, type FixtureType } from '../test/fixtures/stripe';
import { createInbox } from '../webhooks/inbox';
import { createWorker } from '../worker';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { defaultSettings } from '../../shared/settings';
import { EVENT_TYPES } from '../../shared/catalogue';
import { readDelivery, type Delivery } from './delivery';
import { recordDeliveries } from './record';

const EVENTS = 20_000;
/** Fewer than the queue takes at once: of more, due since the same moment, PostgreSQL gives any first. */
const AT_ONCE = 180;
const NOW = Date.UTC(2026, 10, 25, 12);
const TENANTS: Tenant[] = Array.from({ length: 5 }, (_, n) => ({ accountId: `acct_${n}`, livemode: n % 2 === 0 }));
/** They need Stripe, which is not there; what waits for it is no outcome to compare. */
const TYPES: FixtureType[] = EVENT_TYPES.filter((type) => !type.startsWith('charge.'));

function createDice(seed: number) {
  let state = seed;
  return (sides: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * sides);
  };
}

/** Customers come, change, share addresses and go; their bills are paid or not; one event in twenty comes twice. */
function makeDeliveries(): Delivery[] {
  const dice = createDice(12);
  const made: Delivery[] = [];
  for (let n = 0; n < EVENTS; n++) {
    const twin = made[made.length - 1 - dice(50)];
    if (dice(20) === 0 && twin) {
      made.push(twin);
      continue;
    }
    const tenant = TENANTS[dice(TENANTS.length)]!;
    const customer = `cus_${dice(300)}`;
    const type = n < 1_500 ? 'customer.created' : TYPES[dice(TYPES.length)]!;
    const email = `person${dice(dice(4) === 0 ? 20 : 400)}@example.com`;
    const invoice = `in_${customer}_${dice(3)}`;
    const object = type.startsWith('customer.subscription.')
      ? { customer, id: `sub_${customer}` }
      : type.startsWith('customer.')
        ? { id: customer, email, name: `Jenny ${dice(3)}` }
        : {
            customer,
            customer_email: email,
            ...(type.startsWith('invoice.') ? { id: invoice } : ofCheckout(type, customer)),
          };
    const created = NOW / 1000 - dice(7_200);
    const event = fixtureEvent(type, { ...tenantOptions(tenant), id: `evt_${n}`, created, object });
    made.push(readDelivery(event as unknown as Record<string, unknown>, JSON.stringify(event), NOW));
  }
  return made;
}

/** A payment is one customer's. */
const ofCheckout = (type: string, customer: string) =>
  type.startsWith('checkout.') ? { payment_intent: `pi_${customer}` } : {};

const tenantOptions = ({ accountId, livemode }: Tenant) => ({ account: accountId, livemode });

async function start(engine: Engine): Promise<Context> {
  const settings = readConfig({ DATABASE_URL: await migratedDatabase(engine), STRIPE_API_BASE: 'http://127.0.0.1:9' });
  const ctx = createContext(settings, { clock: { now: () => NOW }, log: createLog('silent') });
  await migrate(ctx.db);
  await openSuppressionKey(ctx);
  for (const tenant of TENANTS) {
    const install = {
      id: newId('ins', Date.now()),
      kind: 'oauth',
      status: 'needs_reconnect',
      connected_at: 0,
    } as const;
    await ctx.db
      .insertInto('install')
      .values({ ...tenantColumns(tenant), ...install })
      .execute();
    const choices = defaultSettings();
    for (const choice of Object.values(choices.events)) choice.enabled = true;
    choices.events['quote.accepted'].enabled = false;
    choices.on_customer_deleted = TENANTS.indexOf(tenant) === 1 ? 'delete' : 'unsubscribe';
    await saveSettings(ctx.db, tenant, choices, NOW);
    for (const template of ['new_customer', 'payment_failed', 'subscription_canceled'] as const) {
      const { id } = await createWorkflow(ctx.db, tenant, { template }, NOW);
      await activateWorkflow(ctx.db, tenant, id, NOW);
    }
  }
  return ctx;
}

/** What came of all, without ids and times of ours, and how many events were left to the queue. */
async function outcomeOf(engine: Engine, way: 'decided at receipt' | 'only stored') {
  const ctx = await start(engine);
  const inbox = createInbox(ctx);
  const worker = createWorker(
    ctx,
    createQueues().filter(({ table }) => table === 'event'),
  );
  const deliveries = makeDeliveries();
  let left = 0;
  for (let n = 0; n < deliveries.length; n += AT_ONCE) {
    const some = deliveries.slice(n, n + AT_ONCE);
    if (way === 'only stored') await ctx.db.transaction().execute((trx) => recordDeliveries(trx, some, NOW));
    else await Promise.all(some.map((delivery) => inbox.receive(delivery)));
    left += (await ctx.db.selectFrom('event').select('id').where('status', '=', 'pending').execute()).length;
    await worker.drain();
  }
  const came = await stateOf(ctx);
  await ctx.db.destroy();
  return { came, left };
}

async function stateOf({ db }: Context) {
  const contacts = await db.selectFrom('contact').selectAll().execute();
  const addresses = new Map(contacts.map(({ id, email }) => [id, email]));
  const at = (contactId: string | null) => addresses.get(contactId ?? '') ?? null;
  const events = await db.selectFrom('event').selectAll().execute();
  const runs = await db.selectFrom('run').selectAll().execute();
  const links = await db.selectFrom('customer_link').selectAll().execute();
  const subscriptions = await db.selectFrom('subscription_state').selectAll().execute();
  const workflows = await db.selectFrom('workflow').select(['id', 'name']).execute();
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  return {
    contacts: sorted(contacts.map(({ id: _id, ...contact }) => contact)),
    links: sorted(links.map(({ contact_id, ...link }) => ({ ...link, at: at(contact_id) }))),
    subscriptions: sorted(subscriptions),
    events: sorted(
      events.map(({ account_id, id, status, reason, outcome, customer_id, contact_id }) => [
        ...[account_id, id, status, reason, outcome, customer_id, at(contact_id)],
      ]),
    ),
    runs: sorted(
      runs.map(({ account_id, workflow_id, contact_id, event_id, run_key, slot, status, reason, due_at }) => [
        ...[account_id, names.get(workflow_id), at(contact_id), event_id, run_key, slot, status, reason, due_at],
      ]),
    ),
  };
}

it.each(ENGINES)(
  'come to the same for 20,000 events, on %s',
  async (engine) => {
    const atReceipt = await outcomeOf(engine, 'decided at receipt');
    const inQueue = await outcomeOf(engine, 'only stored');
    for (const kind of ['contacts', 'links', 'subscriptions', 'events', 'runs'] as const)
      expect({ [kind]: atReceipt.came[kind] }).toEqual({ [kind]: inQueue.came[kind] });
    // How many fewer is a matter of speed: after a slow batch nothing is decided at receipt for a while.
    expect(atReceipt.left).toBeLessThan(inQueue.left);
  },
  400_000,
);
