/** A rehearsal reads the log in parts, leaves out what can't matter and reads ahead: it says the same as one that has read all. */
import * as fc from 'fast-check';
import { insertNew } from '../db/bulk';
import { firstIdAt } from '../db/new-id';
import type { Row } from '../db/schema';
import { ofTenant, tenantColumns } from '../db/tenant';
import { groupBy } from '../group-by';
import type { Rehearsal } from '../../shared/api';
import type { Definition } from '../../shared/workflow';
import { readSettings } from '../settings/settings';
import { readEventObject } from '../stripe-objects/read-object';
import { createRehearsal, type Happened, type Person } from '../workflows/rehearsal/rehearsal';
import { rehearse } from '../workflows/rehearsal/rehearse';
import { sumUp } from '../workflows/rehearsal/tally';
import { isLate } from '../workflows/run-key';
import { ENGINES } from './databases';
import { lending, TEST, type Tillpost } from './harness';

const DAYS = 20;
const HOUR_S = 3_600;
const COLUMNS = tenantColumns(TEST);

const withTillpost = lending((tillpost) => tillpost.connect());

const email = (id: string, kind: 'transactional' | 'marketing' = 'transactional') => ({
  id,
  kind: 'email' as const,
  email: { kind, subject: `${id} {{ event.amount_due }} {{ contact.email }}`, preview_text: '', body: 'Hello' },
});
const wait = (id: string, amount: number, unit: 'hours' | 'days') => ({ id, kind: 'wait' as const, amount, unit });

const DUNNING: Definition = {
  name: 'Dunning',
  trigger: {
    event: 'invoice.payment_failed',
    frequency: 'one_at_a_time',
    conditions: [{ property: 'event.amount_due', operator: 'greater', value: 3 }],
  },
  exit_events: [{ event: 'customer.updated', match: 'contact' }],
  steps: [
    email('first'),
    wait('some', 5, 'hours'),
    email('second', 'marketing'),
    wait('more', 2, 'days'),
    email('last'),
  ],
};

const DEFINITIONS: Definition[] = [
  DUNNING,
  { ...DUNNING, only_while: false, exit_events: [{ event: 'invoice.paid', match: 'object' }] },
  {
    name: 'Changed',
    trigger: { event: 'customer.subscription.updated', frequency: 'once_per_subject', conditions: [] },
    exit_events: [{ event: 'invoice.payment_failed', match: 'contact' }],
    steps: [wait('some', 1, 'hours'), email('first'), wait('more', 3, 'days'), email('second')],
  },
];

/** Few hours, so that many events bear the same second as others. */
const EVENT = fc.record({
  type: fc.constantFrom(
    'invoice.payment_failed',
    'invoice.payment_failed',
    'invoice.paid',
    'invoice.voided',
    'customer.updated',
    'customer.updated',
    'customer.subscription.updated',
    'customer.deleted',
  ),
  hour: fc.integer({ min: 1, max: (DAYS - 1) * 24 }),
  /** Of the hour, in tens of minutes. */
  second: fc.integer({ min: 0, max: 5 }),
  who: fc.integer({ min: 0, max: 39 }),
  what: fc.integer({ min: 0, max: 4 }),
  amount: fc.integer({ min: 0, max: 9 }),
  kept: fc.constantFrom('late', 'no payload', 'off', 'nobody', 'ignored', ...Array<string>(20).fill('all')),
});
type Said = typeof EVENT extends fc.Arbitrary<infer T> ? T : never;

const contactId = (who: number) => `con_${String(who).padStart(32, '0')}`;

const objectOf = ({ type, who, what, amount }: Said): Record<string, unknown> => {
  const customer = `cus_${who}`;
  if (type.startsWith('customer.subscription.')) return { id: `sub_${who}_${what}`, customer, status: 'active' };
  if (type.startsWith('customer.')) return { id: customer, email: `c${who}@example.com` };
  const status = type === 'invoice.paid' ? 'paid' : type === 'invoice.voided' ? 'void' : 'open';
  const amounts = { amount_due: amount, amount_paid: 0, amount_remaining: status === 'paid' ? 0 : amount };
  return {
    id: `in_${who}_${what}`,
    object: 'invoice',
    customer,
    status,
    currency: 'usd',
    attempt_count: amount,
    ...amounts,
  };
};

async function fill({ db, clock }: Tillpost, said: readonly Said[]): Promise<void> {
  const now = clock.now();
  const people = Array.from({ length: 40 }, (_, who) => who);
  await insertNew(
    db,
    'contact',
    people.map((who) => ({
      ...COLUMNS,
      id: contactId(who),
      email: `c${who}@example.com`,
      search_text: '',
      name_stamp: 1,
      status: who % 7 === 0 ? ('unsubscribed' as const) : ('subscribed' as const),
      source: 'Stripe',
      created_at: now,
      updated_at: now,
    })),
  );
  const links = people.map((who) => ({ customer_id: `cus_${who}`, contact_id: contactId(who) }));
  await insertNew(
    db,
    'customer_link',
    links.map((link) => ({ ...COLUMNS, ...link, stamp: 1, state: 'alive' as const })),
  );
  const rows = said.map((one, n) => {
    const created = Math.floor(now / 1000) - one.hour * HOUR_S + one.second * 600;
    const received_at = (created + (one.kept === 'late' ? 80 * HOUR_S : one.amount)) * 1000;
    const isHidden = one.kept === 'off' || one.kept === 'nobody';
    return {
      ...COLUMNS,
      id: `evt_${n}`,
      seq: `${firstIdAt(received_at)}7${String(n).padStart(19, '0')}`,
      type: one.type,
      created,
      received_at,
      status: one.kept === 'off' || one.kept === 'ignored' ? ('ignored' as const) : ('processed' as const),
      reason: one.kept === 'off' ? ('event_off' as const) : null,
      outcome: '',
      customer_id: one.kept === 'nobody' ? null : `cus_${one.who}`,
      contact_id: isHidden ? null : contactId(one.who),
    };
  });
  await insertNew(db, 'event', rows);
  const payloads = rows.flatMap(({ seq, type }, n) => {
    const one = said[n]!;
    if (one.kept === 'no payload') return [];
    return { ...COLUMNS, seq, payload: JSON.stringify({ type, data: { object: objectOf(one) } }) };
  });
  await insertNew(db, 'event_payload', payloads);
}

/** All there is, in hand at once. */
async function playAll({ db, clock }: Tillpost, definition: Definition): Promise<Rehearsal> {
  const now = clock.now();
  const payloads = await db.selectFrom('event_payload').selectAll().where(ofTenant(TEST)).execute();
  const payloadOf = new Map(payloads.map(({ seq, payload }) => [seq, payload]));
  const links = await db.selectFrom('customer_link').selectAll().where(ofTenant(TEST)).execute();
  const linked = new Map(links.map((link) => [link.customer_id, link.contact_id]));
  const contacts = await db.selectFrom('contact').selectAll().where(ofTenant(TEST)).execute();
  const nothing = { suppression: undefined, memberships: [], subscriptions: [] };
  const people = new Map(contacts.map((contact): [string, Person] => [contact.id, { contact, ...nothing }]));
  const rehearsal = createRehearsal({
    workflow: {
      ...COLUMNS,
      id: 'wfl_all',
      name: definition.name,
      status: 'active',
      revision: DEFINITIONS.indexOf(definition),
      trigger_type: definition.trigger.event,
      definition: JSON.stringify(definition),
      activated_at: null,
      created_at: 0,
    },
    others: [],
    settings: await readSettings(db, TEST),
    lists: new Map(),
    begun: new Map(),
  });
  rehearsal.learn({ people, states: new Map() });
  const events = await db.selectFrom('event').selectAll().where(ofTenant(TEST)).execute();
  const inOrder = events.sort((a, b) => a.created - b.created || (a.seq < b.seq ? -1 : 1));
  for (const same of groupBy(inOrder, ({ created }) => String(created)).values()) {
    while (rehearsal.goOn(same[0].created * 1000 - 1));
    rehearsal.happen(same.flatMap(happenedOf));
  }
  while (rehearsal.goOn(now));
  const { sample, ...result } = sumUp([rehearsal.tally()]);
  const addressOf = (id: string) => people.get(id)?.contact.email ?? null;
  return { ...result, sample: sample.map((one) => ({ ...one, address: addressOf(one.contact) })) };

  function happenedOf(row: Row<'event'>): Happened[] {
    const { id, seq, type, created, customer_id, status, reason } = row;
    const isOff = reason === 'event_off';
    const starts = !isLate(created, row.received_at);
    const payload = payloadOf.get(seq);
    if (payload === undefined && starts && type === definition.trigger.event) rehearsal.miss('payload_dropped');
    const object = payload === undefined ? null : readEventObject(type, JSON.parse(payload) as Record<string, unknown>);
    if (!object) return [];
    const contactId = row.contact_id ?? (isOff ? (linked.get(customer_id ?? '') ?? null) : null);
    return [{ event: { id, type, created }, object, contactId, counts: status === 'processed' || isOff, starts }];
  }
}

describe.each(ENGINES)('on %s', (engine) => {
  it('a random log comes to the same as with everything in hand at once', () =>
    withTillpost({ engine }, async (tillpost) => {
      await fill(tillpost, fc.sample(EVENT, { seed: 18, numRuns: 3_000 }));
      for (const definition of DEFINITIONS) {
        const said = await rehearse(tillpost.ctx, TEST, { definition, days: DAYS }, new AbortController().signal);
        expect(said).toEqual(await playAll(tillpost, definition));
        expect(said.would_send).toBeGreaterThan(100);
        expect(Object.keys(said.stopped).length).toBeGreaterThan(1);
      }
    }));

  it('threads come to the same together as one alone', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { ctx } = tillpost;
      const events = fc.sample(EVENT, { seed: 19, numRuns: 3_000 });
      // An event of nobody that counts keeps all in one thread.
      await fill(
        tillpost,
        events.filter(({ kept }) => kept !== 'nobody'),
      );
      const inThreads =
        (threads: number) =>
        (definition: Definition, signal = new AbortController().signal) =>
          rehearse(ctx, TEST, { definition, days: DAYS }, signal, { from: 1, threads });
      for (const definition of DEFINITIONS) {
        const alone = await playAll(tillpost, definition);
        expect(await inThreads(3)(definition)).toEqual(alone);
        expect(alone.would_start).toBeGreaterThan(50);
      }

      const broken = new AbortController();
      const rehearsing = inThreads(2)(DUNNING, broken.signal);
      setTimeout(() => broken.abort(new Error('gone')), 30);
      await expect(rehearsing).rejects.toThrow('gone');
      expect(ctx.rehearsing.size).toBe(0);
    }));
});
