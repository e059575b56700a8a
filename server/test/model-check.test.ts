/**
 * Random histories of a small Stripe, delivered late, shuffled, twice and by catching up, with time passing and processes
 * restarted in between: whatever the order, the audience ends as Stripe has it, and no email says what isn't so.
 * MODEL_RUNS=300 MODEL_SEED=7 checks more, or other ones; a failure prints the seed and the smallest history.
 */
import fc from 'fast-check';
import { createContext, type Context } from '../context';
import { readConfig } from '../config';
import { createRecheckQueue } from '../audience/recheck-queue';
import { openSuppressionKey } from '../audience/suppression-key';
import { migrate } from '../db/migrate';
import { newId } from '../db/new-id';
import type { Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import type { Transport } from '../emails/transport';
import { createEmailQueue } from '../emails/email-queue';
import { readDelivery } from '../events/delivery';
import { createEventQueue } from '../events/event-queue';
import { recordDeliveries, releaseCaughtUp } from '../events/record';
import { sealSecret } from '../installs/seals';
import { createLog } from '../log';
import { saveSettings } from '../settings/settings';
import type { StripeClient } from '../stripe';
import { createInbox } from '../webhooks/inbox';
import { createWorker } from '../worker';
import { emailPreparation } from '../workflows/prepare-emails';
import { createRunQueue } from '../workflows/run-queue';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { defaultSettings } from '../../shared/settings';
import { CHOICE_TYPES } from '../../shared/catalogue';
import type { TemplateKey } from '../../shared/templates';
import { ENGINES, migratedDatabase, type Engine } from './databases';
import { closing } from './leftovers';
import { testRendering } from './render-thread';
import { lifecycleOf } from './model-lifecycle';
import {
  createModelStripe,
  RUNNING,
  type Change,
  type ModelCustomer,
  type ModelEvent,
  type ModelInvoice,
  type ModelSubscription,
} from './model-stripe';

/** In CI 10,000 changes on SQLite. */
const RUNS: Record<Engine, number> = {
  sqlite: Number(process.env.MODEL_RUNS ?? (process.env.CI ? 340 : 60)),
  postgres: 10,
};
const SEED = Number(process.env.MODEL_SEED ?? 20_261_125);
/** On average, about. */
const CHANGES = 30;
/** Also of looking for the smallest history that fails. */
const LONGEST_MS = Number(process.env.MODEL_MS ?? 240_000);

const ACCOUNT = 'acct_model';
const TENANT: Tenant = { accountId: ACCOUNT, livemode: true };
const START = Date.UTC(2026, 10, 25, 12) / 1000;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** As long as a state is news to Tillpost, an email may go without Stripe being asked. */
const NEWS = 5 * 60;

/** The trigger of each template. */
const TEMPLATES = {
  new_customer: 'customer.created',
  payment_successful: 'invoice.paid',
  payment_failed: 'invoice.payment_failed',
  subscription_created: 'customer.subscription.created',
  trial_ending: 'customer.subscription.trial_will_end',
  subscription_canceled: 'customer.subscription.deleted',
} as const satisfies Partial<Record<TemplateKey, string>>;
type Template = keyof typeof TEMPLATES;

/** What happens next: at Stripe, on the way, or here. */
type Move =
  /** Each of its events arrives `late` moves later, and once more `again` moves after that; null: only by catching up. */
  | ({ kind: 'change'; late: number | null; again: number | null; hasTwin: boolean } & Change)
  | { kind: 'work' | 'restart' | 'catch up' | 'mail trouble' }
  | { kind: 'pass'; seconds: number };

const moves = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('change' as const),
        action: fc.nat(9_999),
        who: fc.nat(11),
        gap: fc.constantFrom(1, 0, 20, 200, 400, HOUR, 6 * HOUR),
        late: fc.oneof(
          { weight: 5, arbitrary: fc.constant(0) },
          { weight: 4, arbitrary: fc.nat(4) },
          { weight: 2, arbitrary: fc.nat(40) },
          { weight: 2, arbitrary: fc.constant(null) },
        ),
        again: fc.option(fc.nat(10), { freq: 5 }),
        hasTwin: fc.nat(9).map((n) => n === 9),
      }),
    },
    { weight: 6, arbitrary: fc.constant({ kind: 'work' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'catch up' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'mail trouble' as const }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('pass' as const),
        seconds: fc.constantFrom(60, HOUR, DAY, 3 * DAY, 4 * DAY, 8 * DAY),
      }),
    },
  ),
  { minLength: 1, maxLength: CHANGES * 4, size: 'max' },
);

describe.each(ENGINES)('on %s', (engine) => {
  it(
    'every history ends as it does at Stripe, and no email says what is not so',
    async () => {
      let changes = 0;
      const property = fc.asyncProperty(moves, async (history) => {
        changes += history.filter(({ kind }) => kind === 'change').length;
        await check(engine, history);
      });
      await fc.assert(property, { numRuns: RUNS[engine], seed: SEED, interruptAfterTimeLimit: LONGEST_MS });
      if (process.env.MODEL_RUNS) console.log(`${changes} changes`);
    },
    LONGEST_MS + 60_000,
  );
});

/** Throws what went wrong with the story that led there. */
async function check(engine: Engine, history: readonly Move[]): Promise<void> {
  const world = await createWorld(engine);
  try {
    for (const move of history) await world.make(move);
    await world.end();
    const faults = [
      ...world.faults,
      ...(await audienceFaults(world)),
      ...(await lifecycleFaults(world)),
      ...(await mailFaults(world)),
    ];
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${world.story.join('\n')}\n`);
  } finally {
    await world.close();
  }
}

type World = Awaited<ReturnType<typeof createWorld>>;

/** A Tillpost with all templates active, and the Stripe it belongs to. */
async function createWorld(engine: Engine) {
  const databaseUrl = await migratedDatabase(engine);
  const stripe = createModelStripe(ACCOUNT);
  const time = { now: START };
  const story: string[] = [];
  const faults: string[] = [];
  /** The newest state that Tillpost was told, when it asked, by object: its version, and when. */
  const told = new Map<string, { n: number; at: number }>();
  const underWay: { event: ModelEvent; inMoves: number }[] = [];
  const undelivered: ModelEvent[] = [];
  /** What has reached Tillpost. */
  const delivered = new Map<string, ModelEvent>();
  const isAsked = { by: new Set<string>() };
  let troubles = 0;

  const tell = (line: string) => story.push(`${line}   [${time.now - START} s]`);

  function answer(id: string): Promise<object> {
    const newest = stripe.versionsOf(id).at(-1);
    if (newest) told.set(id, { n: newest.n, at: time.now });
    isAsked.by.add(id);
    tell(`Tillpost asks for ${id}`);
    const isDeleted = newest?.state.kind === 'customer' && newest.state.deleted;
    return Promise.resolve(isDeleted ? { id, object: 'customer', deleted: true } : stripe.wireOf(id));
  }

  const client = {
    customers: { retrieve: answer },
    invoices: { retrieve: answer },
    invoicePayments: { list: () => Promise.reject(new Error('Nothing is told of payments')) },
    subscriptions: {
      retrieve: answer,
      list: async ({ customer }: { customer: string }) => {
        const own = stripe.of('subscription').filter((one) => one.customer === customer);
        return { data: await Promise.all(own.map(({ id }) => answer(id))) };
      },
    },
  } as unknown as StripeClient;

  const transport = {
    async sendMail({ to, subject, text, messageId }: Mail) {
      if (troubles > 0) {
        troubles--;
        tell(`The mail server does not take “${subject}” now`);
        throw Object.assign(new Error('451 4.3.0 Try again'), { responseCode: 451, command: 'DATA' });
      }
      tell(`Mail to ${to.address}: ${subject}`);
      const found = await faultsOf(world, { to, subject, text, messageId });
      faults.push(...found.map((fault) => `“${subject}” to ${to.address}: ${fault}   [${time.now - START} s]`));
    },
    close: () => undefined,
  };

  const config = readConfig({
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: 'https://mail.example.com',
    MAIL_FROM: 'hello@mail.example.com',
    STRIPE_API_BASE: 'http://127.0.0.1:9',
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  function startProcess(db?: Context['db']) {
    const ctx = createContext(config, {
      clock: { now: () => time.now * 1000 },
      log: createLog('silent'),
      transport: transport as unknown as Transport,
      stripeFor: () => client,
      rendering: testRendering(),
      ...(db ? { db } : {}),
    });
    const queues = [createEventQueue(), createRunQueue(), createEmailQueue(emailPreparation), createRecheckQueue()];
    return { ctx, worker: createWorker(ctx, queues), inbox: createInbox(ctx) };
  }

  let running = startProcess();
  const { db } = running.ctx;
  const close = closing(() => db.destroy());
  await migrate(db);
  await openSuppressionKey(running.ctx);
  await db
    .insertInto('install')
    .values({
      ...tenantColumns(TENANT),
      ...{ id: newId('ins', Date.now()), kind: 'oauth', status: 'active', connected_at: (START - DAY) * 1000 },
      access_token: sealSecret(running.ctx, 'token', TENANT, 'sk_model'),
    })
    .execute();
  const settings = defaultSettings();
  for (const type of CHOICE_TYPES) settings.events[type].enabled = true;
  settings.sender.postal_address = '1 Main Street';
  await saveSettings(db, TENANT, settings, START * 1000);
  const templates = new Map<string, Template>();
  for (const template of Object.keys(TEMPLATES) as Template[]) {
    const { id } = await createWorkflow(db, TENANT, { template }, START * 1000);
    await activateWorkflow(db, TENANT, id, START * 1000);
    templates.set(id, template);
  }

  const asDelivery = ({ id, type, created, data }: ModelEvent) => {
    const event = { id, object: 'event', account: ACCOUNT, livemode: true, type, created, data };
    return readDelivery(event, JSON.stringify(event), time.now * 1000);
  };

  async function arrive(events: readonly ModelEvent[]): Promise<void> {
    if (events.length === 0) return;
    tell(`Arrive: ${events.map(({ id, type, about }) => `${type} of ${about} (${id})`).join(', ')}`);
    await Promise.all(events.map((event) => running.inbox.receive(asDelivery(event))));
    for (const event of events) delivered.set(event.id, event);
  }

  /** Those that were due by now, in the order in which they set out. */
  async function arriveDue(): Promise<void> {
    const due = underWay.filter(({ inMoves }) => inMoves <= 0).map(({ event }) => event);
    underWay.splice(0, underWay.length, ...underWay.filter(({ inMoves }) => inMoves > 0));
    for (const one of underWay) one.inMoves--;
    await arrive(due);
  }

  /** Stripe lists the newest first, and Tillpost puts them into their order. */
  async function catchUp(): Promise<void> {
    if (undelivered.length === 0) return;
    const events = undelivered.splice(0).sort((a, b) => b.n - a.n);
    tell(`Caught up with: ${events.map(({ type, about }) => `${type} of ${about}`).join(', ')}`);
    const at = time.now * 1000;
    const deliveries = events.map(asDelivery);
    await db.transaction().execute((trx) => recordDeliveries(trx, deliveries, at, at + 600_000));
    await releaseCaughtUp(db, TENANT, at);
    for (const event of events) delivered.set(event.id, event);
  }

  async function work(): Promise<void> {
    tell('Tillpost works');
    isAsked.by.clear();
    await running.worker.drain();
  }

  function change({ late, again, hasTwin, ...chosen }: Move & { kind: 'change' }): void {
    const { now, words, events } = stripe.change(chosen, time.now);
    time.now = now;
    tell(words);
    for (const event of events) {
      const twins = hasTwin ? [event, { ...event, id: `${event.id}_twin` }] : [event];
      for (const one of twins) {
        if (late === null) undelivered.push(one);
        else underWay.push({ event: one, inMoves: late });
        if (late !== null && again !== null) underWay.push({ event: one, inMoves: late + again });
      }
    }
  }

  const world = {
    ...{ stripe, db, time, story, faults, told, delivered, templates, close },
    /** Whether it was asked for since the worker last began: with time standing still, what was told is so. */
    wasAsked: (id: string) => isAsked.by.has(id),
    templateOf: (row: { workflow_id: string | null }) => templates.get(row.workflow_id ?? '')!,

    async make(move: Move): Promise<void> {
      switch (move.kind) {
        case 'change':
          change(move);
          break;
        case 'work':
          await work();
          break;
        case 'restart':
          tell('Restart');
          running = startProcess(db);
          break;
        case 'catch up':
          await catchUp();
          break;
        case 'mail trouble':
          troubles++;
          break;
        case 'pass':
          time.now += move.seconds;
          await work();
          break;
      }
      await arriveDue();
    },

    /** All that is under way arrives, and all that waits is done. */
    async end(): Promise<void> {
      troubles = 0;
      while (underWay.length > 0) await arriveDue();
      await work();
      await catchUp();
      for (const seconds of [0, HOUR, 3 * DAY, 4 * DAY, 8 * DAY, HOUR]) {
        time.now += seconds;
        await work();
      }
    },
  };
  return world;
}

interface Mail {
  to: { address: string };
  subject: string;
  text: string;
  messageId: string;
}

/** Invariants 2 and 3: what is wrong with a mail at the moment at which it goes. */
async function faultsOf(world: World, mail: Mail): Promise<string[]> {
  const { db, stripe, time } = world;
  const email = await db.selectFrom('email').selectAll().where('message_id', '=', mail.messageId).executeTakeFirst();
  if (!email?.customer_id || !email.subject_id) return ['it is about nothing'];
  const { subject_id: id, customer_id: customer } = email;
  const faults = addressFault(world, customer, mail.to.address);

  /** Of a state that was just asked for only the newest counts; else any that still was news. */
  const seen = <T extends ModelInvoice | ModelSubscription>(isSo: (state: T) => boolean): boolean =>
    stripe.between<T>(id, world.wasAsked(id) ? time.now : time.now - NEWS, time.now).some(isSo);
  const says = (amount: number) => mail.subject.includes(`$${(amount / 100).toFixed(2)}`);
  const must = (isSo: boolean, words: string) => (isSo ? [] : [`${words}: ${JSON.stringify(stripe.get(id))}`]);
  const isWelcome = ({ status, ends }: ModelSubscription) =>
    (status === 'active' || status === 'trialing') && !(ends && mail.text.includes('Renews on'));
  switch (world.templateOf(email)) {
    case 'payment_failed': {
      const isOwed = ({ status, due, paid }: ModelInvoice) => status === 'open' && due > paid && says(due - paid);
      return [...faults, ...must(seen(isOwed), 'that is not what remains of an open invoice')];
    }
    case 'payment_successful':
      return [
        ...faults,
        ...must(
          seen<ModelInvoice>(({ status }) => status === 'paid') && says((stripe.get(id) as ModelInvoice).paid),
          'that was not paid',
        ),
      ];
    case 'subscription_created':
      return [...faults, ...must(seen(isWelcome), 'it has not begun, or ends')];
    case 'trial_ending':
      return [
        ...faults,
        ...must(
          seen<ModelSubscription>(({ status }) => status === 'trialing'),
          'it is in no trial',
        ),
      ];
    case 'subscription_canceled':
      return [...faults, ...(await otherFault(world, email))];
    case 'new_customer':
      return faults;
  }
}

/** The address must be the one that the newest of the customer's events that have arrived tells. */
function addressFault(world: World, customer: string, address: string): string[] {
  const { stripe, delivered, time } = world;
  if (wasOvertakenByDeletion(world, customer) && addressesOf(stripe, customer).includes(address)) return [];
  const versions = stripe.versionsOf<ModelCustomer>(customer);
  const known = [...delivered.values()].filter(({ about, type }) => about === customer && type !== 'customer.deleted');
  const newest = Math.max(...known.map(({ n }) => n));
  // Before any of them has arrived, an invoice's address or Stripe's answer has to do.
  const possible = versions.filter(({ n, at }) => (known.length > 0 ? n === newest : at <= time.now));
  const right = possible.map(({ state }) => state.email);
  return right.includes(address) ? [] : [`${customer} has ${right.join(' or ')}`];
}

/** "Ended" must not go to a contact one of whose customers, as far as known, has another subscription that runs. */
async function otherFault({ db, stripe, time, wasAsked }: World, email: Row<'email'>): Promise<string[]> {
  const links = await db
    .selectFrom('customer_link')
    .select('customer_id')
    .where('contact_id', '=', email.contact_id)
    .execute();
  const own = new Set(links.map(({ customer_id }) => customer_id));
  const since = wasAsked(email.subject_id ?? '') ? time.now : time.now - NEWS;
  return stripe.of('subscription').flatMap(({ id, customer }) => {
    if (!own.has(customer) || id === email.subject_id) return [];
    const states = stripe.between<ModelSubscription>(id, since, time.now);
    const isRunning = states.length > 0 && states.every(({ status }) => RUNNING.includes(status));
    const wasThere = stripe.versionsOf(id)[0]!.at <= since;
    return isRunning && wasThere ? [`${id} of ${customer} runs`] : [];
  });
}

/** Invariant 1: contacts, links and states of objects as Stripe has them. */
async function audienceFaults(world: World): Promise<string[]> {
  const { db, stripe, told } = world;
  const faults: string[] = [];
  const expectSame = (what: string, found: unknown, expected: unknown) => {
    const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
    if (is !== should) faults.push(`${what} is ${is}, not ${should}`);
  };
  const customers = stripe.of('customer');
  const contacts = await db.selectFrom('contact').selectAll().execute();
  const links = await db.selectFrom('customer_link').selectAll().execute();
  const states = await db.selectFrom('object_state').selectAll().execute();

  // The exception: what is told of a customer after its deletion counts as old news, so it keeps an earlier address and
  // name. Writing them nevertheless would merge its contact, unsubscribed by then, into a living one's.
  const exempt = customers.filter(({ id }) => wasOvertakenByDeletion(world, id));
  const exemptAddresses = new Set(exempt.flatMap(({ id }) => addressesOf(stripe, id)));
  const counted = customers.filter((one) => !exempt.includes(one));
  const addresses = new Set(counted.map(({ email }) => email));
  expectSame(
    'the list of contacts',
    contacts
      .map(({ email }) => email)
      .filter((email) => addresses.has(email) || !exemptAddresses.has(email))
      .sort(),
    [...addresses].sort(),
  );
  const emailOf = new Map(contacts.map(({ id, email }) => [id, email]));
  for (const { id, email, deleted } of counted) {
    const link = links.find(({ customer_id }) => customer_id === id);
    expectSame(`the contact of ${id}`, emailOf.get(link?.contact_id ?? ''), email);
    expectSame(`the state of ${id}`, link?.state, deleted ? 'deleted' : 'alive');
  }
  for (const contact of contacts) {
    const own = customers.filter(({ email }) => email === contact.email);
    const [only] = own;
    // The exception: of a contact that several customers ever shared, the order of arrival decides whose name it bears and
    // whether the last of them was deleted; Tillpost keeps no history that could tell.
    if (!only || exempt.includes(only) || !isAlone(stripe, only.id)) continue;
    expectSame(`the name of ${contact.email}`, contact.first_name, only.name);
    expectSame(`the status of ${contact.email}`, contact.status, only.deleted ? 'unsubscribed' : 'subscribed');
  }

  for (const { id } of [...stripe.of('invoice'), ...stripe.of('subscription')]) {
    const newestEvent = stripe.events.findLast(({ about }) => about === id);
    const n = Math.max(newestEvent?.n ?? 0, told.get(id)?.n ?? 0);
    const version = stripe.versionsOf<ModelInvoice | ModelSubscription>(id).find((one) => one.n === n);
    const row = states.find((one) => one.id === id);
    expectSame(`the status of ${id}`, row?.status, version?.state.status);
    if (!row || version?.state.kind !== 'invoice') continue;
    const { amount_due, amount_remaining } = JSON.parse(row.properties) as Record<string, unknown>;
    const { due, paid } = version.state;
    expectSame(`the amounts of ${id}`, [amount_due, amount_remaining], [due, due - paid]);
  }
  return faults;
}

/** Whether no other customer ever had one of its addresses. */
const isAlone = (stripe: World['stripe'], id: string): boolean =>
  stripe.of('customer').every((other) => other.id === id || !haveShared(stripe, other.id, id));

function haveShared(stripe: World['stripe'], one: string | null, other: string): boolean {
  const own = new Set(addressesOf(stripe, other));
  return addressesOf(stripe, one ?? '').some((email) => own.has(email));
}

const addressesOf = (stripe: World['stripe'], id: string) =>
  stripe.versionsOf<ModelCustomer>(id).map(({ state }) => state.email);

/** Whether the deletion of a customer arrived before another of its events. */
function wasOvertakenByDeletion({ delivered }: World, id: string): boolean {
  const own = [...delivered.values()].filter(({ about }) => about === id);
  const deletion = own.findIndex(({ type }) => type === 'customer.deleted');
  return deletion !== -1 && own.slice(deletion).some(({ type }) => type !== 'customer.deleted');
}

/** Invariants 4 and 5: nobody was told twice, and what was not told has its reason. */
async function mailFaults(world: World): Promise<string[]> {
  const { db, stripe, delivered, templates } = world;
  const faults: string[] = [];
  const runs = await db.selectFrom('run').selectAll().execute();
  const emails = await db.selectFrom('email').selectAll().execute();
  const events = await db.selectFrom('event').selectAll().execute();

  const sent = new Set<string>();
  for (const email of emails.filter(({ status }) => status === 'sent')) {
    const what = `${world.templateOf(email)}/${email.step_id} about ${email.subject_id}`;
    if (sent.has(what)) faults.push(`${what} was sent twice`);
    sent.add(what);
  }

  for (const event of events)
    if (event.status !== 'processed' && event.status !== 'skipped')
      faults.push(`event ${event.id} is ${event.status}: ${event.outcome}`);
  for (const event of delivered.values()) {
    const [workflow] = [...templates].find(([, template]) => TEMPLATES[template] === event.type) ?? [];
    const object = event.data.object;
    if (workflow === undefined || object.billing_reason === 'subscription_create') {
      if (event.type === 'invoice.payment_failed' || workflow === undefined) continue;
    }
    if (runs.some((run) => run.workflow_id === workflow && run.subject_id === event.about)) continue;
    const row = events.find(({ id }) => id === event.id);
    if (!row) faults.push(`event ${event.id} is not in the log`);
    else if (!row.outcome.includes('no workflow was started') && !isExcused(row))
      faults.push(`${event.type} of ${event.about} started nothing`);
  }

  /** Nobody knows any more whose event it is, or its contact, then shared with another customer, had its one welcome. */
  function isExcused(row: Row<'event'>): boolean {
    const customer = row.customer_id ?? '';
    if (row.reason === 'no_email') return (stripe.get(customer) as ModelCustomer | undefined)?.deleted === true;
    const isWelcome = ({ workflow_id }: Row<'run'>) => templates.get(workflow_id) === 'new_customer';
    const isOfSharer = (run: Row<'run'>) =>
      run.customer_id !== customer && haveShared(stripe, run.customer_id, customer);
    return row.type === 'customer.created' && runs.some((run) => isWelcome(run) && isOfSharer(run));
  }

  for (const run of runs) {
    const what = `the run of ${world.templateOf(run)} about ${run.subject_id}`;
    const own = emails.filter(({ run_id }) => run_id === run.id);
    if (run.status !== 'finished' && run.status !== 'exited')
      faults.push(`${what} is ${run.status}: ${run.reason} ${run.last_error}`);
    if (run.status === 'exited' && run.reason === 'not_true' && !wasEverUntrue(world, run))
      faults.push(`${what} ended although nothing changed: ${run.outcome}`);
    if (run.status === 'finished' && own.length === 0) faults.push(`${what} made no email`);
    for (const email of own) {
      const isExplained = EXPLAINED.includes(email.reason ?? '') && email.outcome !== null;
      if (email.status !== 'sent' && !(isExplained && ['suppressed', 'failed'].includes(email.status)))
        faults.push(`an email of ${what} is ${email.status}: ${email.reason} ${email.outcome}`);
    }
  }
  return faults;
}

/** Invariant 4: the log tells of the same turns as the history, each once, whatever came late, twice or by catching up. */
async function lifecycleFaults({ db, stripe }: World): Promise<string[]> {
  const rows = await db
    .selectFrom('event')
    .innerJoin('event_payload', 'event_payload.seq', 'event.seq')
    .select(['event.type', 'event.status', 'event.reason', 'event_payload.payload'])
    .where('event.type', 'like', 'lifecycle.%')
    .execute();
  const told = rows
    .filter(({ reason }) => reason !== 'stale')
    .map(({ type, payload }) => {
      const { data } = JSON.parse(payload) as { data: { object: { id: string } } };
      return `${type.replace('lifecycle.', '')} of ${data.object.id}`;
    });
  const wanted = lifecycleOf(stripe).sort().join(', ');
  const found = told.sort().join(', ');
  return wanted === found ? [] : [`the log tells of ${found}\ninstead of ${wanted}`];
}

const ENDED = ['paid', 'void', 'uncollectible', 'canceled', 'incomplete_expired'];
const EXPLAINED = ['not_true', 'run_ended', 'unsubscribed', 'gave_up'];

/** Whether what the run's emails take for granted was ever not so until it ended. */
function wasEverUntrue({ stripe, templateOf }: World, run: Row<'run'>): boolean {
  const until = Math.floor((run.finished_at ?? 0) / 1000);
  const ever = <T extends ModelInvoice | ModelSubscription | ModelCustomer>(
    id: string | null,
    isSo: (state: T) => boolean,
  ) => stripe.versionsOf<T>(id ?? '').some(({ at, state }) => at <= until && isSo(state));
  const subject = run.subject_id;
  switch (templateOf(run)) {
    case 'payment_failed':
      return (
        ever<ModelInvoice>(subject, ({ status, due, paid }) => ENDED.includes(status) || due === paid) ||
        ever<ModelCustomer>(run.customer_id, ({ deleted }) => deleted) ||
        ever<ModelSubscription>(run.subscription_id, ({ status }) => ENDED.includes(status))
      );
    case 'subscription_created':
      return ever<ModelSubscription>(subject, ({ status }) => status !== 'active' && status !== 'trialing');
    case 'trial_ending':
      return ever<ModelSubscription>(subject, ({ status }) => status !== 'trialing');
    case 'subscription_canceled':
      return stripe
        .of('subscription')
        .some(({ id }) => id !== subject && ever<ModelSubscription>(id, ({ status }) => RUNNING.includes(status)));
    default:
      return false;
  }
}
