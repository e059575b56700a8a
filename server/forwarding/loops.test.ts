import { APIError, LoopsClient, RateLimitExceededError } from 'loops';
import type { ContactView } from '../../shared/api';
import { CATALOGUE } from '../../shared/catalogue';
import { startRecordingLoops, TOO_MANY, type RecordingLoops } from '../test/recording-loops';
import type { Answer, AskedRequest, ForwardedEvent, KnownProperties, Step, Verdict } from './destination';
import { LOOPS, nameOf } from './loops';

const JENNY: ContactView = {
  ...{ id: 'con_1', object: 'contact', email: 'jenny@example.com', first_name: 'Jenny', last_name: null },
  ...{ user_group: 'Customers', status: 'subscribed', suppressed: null, source: 'Stripe', user_id: null },
  ...{ properties: { seats: 5, renewsOn: '2027-04-01T00:00:00.000Z' }, customers: ['cus_1'], billing_contacts: [] },
  billing: {
    ...{ subscription_status: 'active', plan: 'Pro', mrr: 1999, currency: 'usd', delinquent: false, wrong_card: null },
    ...{ renews_at: '2026-04-01T09:00:00.000Z', trial_ends_at: null, customer_since: '2026-01-01T00:00:00.000Z' },
    ...{ ltv: 500, ltv_currency: 'jpy', ltv_others: [], payments: 1, first_payment_at: null },
    last_payment_at: '2026-02-01T00:00:00.000Z',
  },
  ...{ created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' },
};
const LEAD: ContactView = {
  ...JENNY,
  ...{ first_name: null, user_group: null, properties: {}, customers: [] },
  billing: {
    ...{ subscription_status: null, plan: null, mrr: null, currency: null, delinquent: null, wrong_card: null },
    ...{ renews_at: null, trial_ends_at: null, customer_since: null, ltv: null, ltv_currency: null, ltv_others: [] },
    ...{ payments: 0, first_payment_at: null, last_payment_at: null },
  },
};
const TYPES = { seats: 'number', renewsOn: 'date' } as const;
const BILLING: KnownProperties = {
  ...{ stripeCustomerId: 'string', subscriptionStatus: 'string', plan: 'string', mrr: 'number', currency: 'string' },
  ...{ renewsAt: 'date', trialEndsAt: 'date', delinquent: 'boolean', customerSince: 'date', lifetimeValue: 'number' },
  ...{ lifetimeValueCurrency: 'string', lastPaymentAt: 'date' },
};
const KNOWN: KnownProperties = { ...BILLING, ...TYPES };
const FIELDS = {
  ...{ firstName: 'Jenny', userGroup: 'Customers', stripeCustomerId: 'cus_1', subscriptionStatus: 'active' },
  ...{ plan: 'Pro', mrr: 19.99, currency: 'usd', renewsAt: '2026-04-01T09:00:00.000Z', trialEndsAt: null },
  ...{ delinquent: false, customerSince: '2026-01-01T00:00:00.000Z', lifetimeValue: 500, lifetimeValueCurrency: 'jpy' },
  ...{ lastPaymentAt: '2026-02-01T00:00:00.000Z', seats: 5, renewsOn: '2027-04-01T00:00:00.000Z' },
};
const PAID: ForwardedEvent = {
  type: 'invoice.paid',
  properties: { amount_paid: 1999, currency: 'usd', number: 'A-1', due_date: null, metadata: { order_id: '7' } },
  catalogue: CATALOGUE['invoice.paid'].properties,
  key: 'fwd_1',
};

const OK: Partial<Answer> = {};
/** The requests that one after the other follow from these answers, and what they came to. */
function play(first: Step, ...answers: Partial<Answer>[]): { requests: AskedRequest[]; verdict: Verdict | undefined } {
  const requests: AskedRequest[] = [];
  let step: Step | Verdict = first;
  for (const answer of answers) {
    if (!('request' in step)) throw new Error(`ended before ${JSON.stringify(answer)}: ${JSON.stringify(step)}`);
    requests.push(step.request);
    step = step.next({ status: 200, headers: {}, text: '{"success":true}', ...answer });
  }
  if ('request' in step) return { requests: [...requests, step.request], verdict: undefined };
  return { requests, verdict: step };
}
const save = (contact: ContactView, known = KNOWN, was?: string) =>
  LOOPS.saveContact({ contact, types: TYPES, was }, known);
const status = (code: number, body: unknown = {}, headers = {}): Partial<Answer> => ({
  status: code,
  text: JSON.stringify(body),
  headers,
});

describe('a contact', () => {
  it('is brought up to date with its billing in whole units and its properties', () => {
    expect(play(save(JENNY), OK)).toEqual({
      requests: [{ method: 'PUT', path: '/v1/contacts/update', body: { email: 'jenny@example.com', ...FIELDS } }],
      verdict: { kind: 'done', outcome: 'Saved in Loops' },
    });
  });

  it('without names, group or customer says nothing of those', () => {
    const { requests } = play(save(LEAD), OK);
    expect(requests[0]!.body).toEqual({ email: 'jenny@example.com' });
  });

  it('is named by the id that programs gave it', () => {
    expect(play(save({ ...LEAD, user_id: 'u_1' }), OK).requests[0]!.body).toEqual({
      email: 'jenny@example.com',
      userId: 'u_1',
    });
  });

  it.each(['subscribed', 'transactional_only', 'unsubscribed'] as const)(
    'is never subscribed from here while it is %s',
    (consent) => {
      const { requests } = play(
        save({ ...JENNY, status: consent }),
        ...(consent === 'transactional_only' ? [OK, OK] : [OK]),
      );
      for (const { body } of requests) expect(body).not.toHaveProperty('subscribed', true);
    },
  );

  it('that has left is lowered there', () => {
    const { requests, verdict } = play(save({ ...LEAD, status: 'unsubscribed' }), OK);
    expect(requests[0]!.body).toEqual({ email: 'jenny@example.com', subscribed: false });
    expect(verdict).toEqual({ kind: 'done', outcome: 'Saved in Loops as unsubscribed' });
  });

  it.each([
    ['is made as unsubscribed where it was never asked', OK],
    ['keeps its own choice there where it is there already', status(409)],
  ])('%s', (_rule, created) => {
    const { requests, verdict } = play(save({ ...LEAD, status: 'transactional_only' }), created, OK);
    expect(requests).toEqual([
      { method: 'POST', path: '/v1/contacts/create', body: { email: 'jenny@example.com', subscribed: false } },
      { method: 'PUT', path: '/v1/contacts/update', body: { email: 'jenny@example.com' } },
    ]);
    expect(verdict).toMatchObject({ kind: 'done' });
  });

  it('has its properties made with their types before, once', () => {
    const there = [{ key: 'plan', label: 'Plan', type: 'string' }];
    const made = Array.from({ length: 12 }, () => OK);
    const { requests, verdict } = play(save(JENNY, {}), { text: JSON.stringify(there) }, ...made, OK);
    expect(requests[0]).toEqual({ method: 'GET', path: '/v1/contacts/properties?list=custom' });
    const asked = requests.slice(1, -1).map(({ body }) => body);
    expect(asked).toHaveLength(12);
    expect(asked).toContainEqual({ name: 'renewsAt', type: 'date' });
    expect(asked).toContainEqual({ name: 'seats', type: 'number' });
    expect(asked).not.toContainEqual(expect.objectContaining({ name: 'plan' }));
    // What was never there needs no taking away.
    const { trialEndsAt: _, ...rest } = FIELDS;
    expect(requests.at(-1)!.body).toEqual({ email: 'jenny@example.com', ...rest });
    expect(verdict).toMatchObject({ kind: 'done', known: expect.objectContaining({ seats: 'number' }) as object });
  });

  it('gives what is text there as text, and leaves out what does not fit', () => {
    const { requests } = play(save(JENNY, { ...KNOWN, mrr: 'string', delinquent: 'number' }), OK);
    expect(requests[0]!.body).toMatchObject({ mrr: '19.99' });
    expect(requests[0]!.body).not.toHaveProperty('delinquent');
  });
});

describe('a changed address', () => {
  const was = 'old@example.com';
  const find = { method: 'GET', path: '/v1/contacts/find?email=old%40example.com' };
  const found = (there: object) => ({ text: JSON.stringify([there]) });

  it('moves the contact by the userId that it has there', () => {
    const { requests, verdict } = play(save(LEAD, KNOWN, was), found({ userId: 'theirs', subscribed: true }), OK);
    expect(requests).toEqual([
      find,
      { method: 'PUT', path: '/v1/contacts/update', body: { userId: 'theirs', email: 'jenny@example.com' } },
    ]);
    expect(verdict).toEqual({ kind: 'done', outcome: 'Saved in Loops under the new address' });
  });

  it('gives it one first where it has none', () => {
    const { requests } = play(save(LEAD, KNOWN, was), found({ userId: null, subscribed: true }), OK, OK);
    expect(requests.slice(1).map(({ body }) => body)).toEqual([
      { email: was, userId: 'con_1' },
      { userId: 'con_1', email: 'jenny@example.com' },
    ]);
  });

  it.each([400, 409])('makes one of two that are there, told by %d, and whoever left stays out', (refusal) => {
    const { requests, verdict } = play(
      save(LEAD, KNOWN, was),
      found({ userId: 'theirs', subscribed: false }),
      status(refusal),
      OK,
      OK,
    );
    expect(requests.slice(2)).toEqual([
      { method: 'PUT', path: '/v1/contacts/update', body: { email: 'jenny@example.com', subscribed: false } },
      { method: 'POST', path: '/v1/contacts/delete', body: { email: was } },
    ]);
    expect(verdict).toMatchObject({ kind: 'done' });
  });

  it('makes one of two where the userId was another contact’s, which the answer names', () => {
    const { requests, verdict } = play(
      save(LEAD, KNOWN, was),
      found({ id: 'old', userId: null, subscribed: false }),
      status(200, { success: true, id: 'another' }),
      status(200, { success: true, id: 'another' }),
      OK,
      OK,
    );
    expect(requests.slice(3)).toEqual([
      { method: 'PUT', path: '/v1/contacts/update', body: { email: 'jenny@example.com', subscribed: false } },
      { method: 'POST', path: '/v1/contacts/delete', body: { email: was } },
    ]);
    expect(verdict).toEqual({ kind: 'done', outcome: 'Saved in Loops under the new address' });
    const same = status(200, { success: true, id: 'old' });
    expect(play(save(LEAD, KNOWN, was), found({ id: 'old', userId: 'con_1' }), same).verdict).toEqual(verdict);
  });

  it('of somebody who was not there makes a contact as any other', () => {
    const { requests } = play(save(LEAD, KNOWN, was), { text: '[]' }, OK);
    expect(requests[1]).toMatchObject({ method: 'PUT', body: { email: 'jenny@example.com' } });
  });
});

describe('an event', () => {
  it('goes under its type with flat properties, amounts in whole units', () => {
    expect(play(LOOPS.sendEvent(PAID, LEAD), OK)).toEqual({
      requests: [
        {
          method: 'POST',
          path: '/v1/events/send',
          body: {
            email: 'jenny@example.com',
            eventName: 'invoice.paid',
            eventProperties: { amount_paid: 19.99, currency: 'usd', number: 'A-1', metadata_order_id: '7' },
          },
          headers: { 'Idempotency-Key': 'fwd_1' },
        },
      ],
      verdict: { kind: 'done', outcome: 'Sent to Loops as invoice.paid' },
    });
    expect(nameOf('api.signup')).toBe('signup');
  });

  it('that came before is done', () => {
    expect(play(LOOPS.sendEvent(PAID, LEAD), status(409)).verdict).toEqual({
      kind: 'done',
      outcome: 'Loops has this invoice.paid already',
    });
  });

  it('makes nobody a subscriber', () => {
    const left = play(LOOPS.sendEvent(PAID, { ...LEAD, status: 'unsubscribed' }), OK);
    expect(left.requests[0]!.body).toMatchObject({ subscribed: false });
    const unasked = play(LOOPS.sendEvent(PAID, { ...LEAD, status: 'transactional_only' }), status(409), OK);
    expect(unasked.requests[0]).toMatchObject({ path: '/v1/contacts/create', body: { subscribed: false } });
    expect(unasked.requests[1]).toMatchObject({ path: '/v1/events/send' });
  });
});

const FULL = { kind: 'later', outcome: 'Loops takes no more for a moment', mayHaveArrived: false } as const;
const UNSURE = { kind: 'later', mayHaveArrived: true } as const;

describe('an answer', () => {
  const verdictOf = (answer: Partial<Answer>) => play(LOOPS.deleteContact('a@example.com'), answer).verdict;

  it.each<[string, Partial<Answer>, Verdict]>([
    ['200', status(200), { kind: 'done', outcome: 'Deleted in Loops' }],
    ['404 to a deletion', status(404), { kind: 'done', outcome: 'Loops has no contact with this address' }],
    ['401', status(401, { error: 'Invalid API key' }), { kind: 'key_refused', outcome: 'Loops refuses the key' }],
    ['403', status(403), { kind: 'key_refused', outcome: 'Loops refuses the key' }],
    ['429', status(429), { ...FULL, afterMs: 1_000 }],
    ['429 with a time', status(429, {}, { 'retry-after': '7' }), { ...FULL, afterMs: 7_000 }],
    ['503', status(503), { ...UNSURE, outcome: 'Loops answered 503 and is asked again' }],
    ['a redirect', status(302), { ...UNSURE, outcome: 'Loops answered 302 and is asked again' }],
    [
      '400 with words',
      status(400, { success: false, message: 'Bad\n email\u0000' }),
      { kind: 'refused', outcome: 'Loops refused it with 400: Bad email\ufffd' },
    ],
    [
      '422 with nested words',
      status(422, { error: { message: 'No' } }),
      { kind: 'refused', outcome: 'Loops refused it with 422: No' },
    ],
    ['a page of HTML', { text: '<html>' }, { ...UNSURE, outcome: 'Loops answered what can’t be read' }],
  ])('%s is read', (_name, answer, verdict) => {
    expect(verdictOf(answer)).toEqual(verdict);
  });

  it('of many words is cut', () => {
    expect(verdictOf(status(400, { message: 'x'.repeat(5_000) }))!.outcome.length).toBeLessThan(400);
  });
});

/** What goes over the wire is what Loops' own client sends; and it reads the stand-in's answers as Loops'. */
describe('Loops’ own client', () => {
  let loops: RecordingLoops;
  let client: LoopsClient;
  beforeAll(async () => {
    loops = await startRecordingLoops();
    client = new LoopsClient('key');
    client.apiRoot = `${loops.url}/`;
  });
  afterAll(() => loops.close());

  const same = async (request: AskedRequest, call: () => Promise<unknown>) => {
    loops.take();
    await call();
    const [asked] = loops.take();
    expect({ method: request.method, path: request.path, body: request.body }).toEqual({
      method: asked!.method,
      path: asked!.path,
      body: asked!.body,
    });
    expect(asked!.idempotencyKey).toBe(request.headers?.['Idempotency-Key']);
  };
  const last = (step: Step, ...answers: Partial<Answer>[]) => play(step, ...answers).requests.at(-1)!;

  it('asks the same', async () => {
    const { email } = JENNY;
    await same(LOOPS.check().request, () => client.testApiKey());
    await same(last(LOOPS.check(), OK), () => client.listContactProperties('custom'));
    await same(last(save(JENNY, {}), { text: '[]' }), () => client.createContactProperty('stripeCustomerId', 'string'));
    await same(save(JENNY).request, () => client.updateContact({ email, properties: FIELDS }));
    await same(save({ ...LEAD, status: 'transactional_only' }).request, () =>
      client.createContact({ email, properties: { subscribed: false } }),
    );
    await same(save(LEAD, KNOWN, 'old@example.com').request, () => client.findContact({ email: 'old@example.com' }));
    await same(LOOPS.deleteContact(email).request, () => client.deleteContact({ email }));
    const eventProperties = { amount_paid: 19.99, currency: 'usd', number: 'A-1', metadata_order_id: '7' };
    await same(LOOPS.sendEvent(PAID, LEAD).request, () =>
      client.sendEvent({
        email,
        eventName: 'invoice.paid',
        eventProperties,
        headers: { 'Idempotency-Key': 'fwd_1' },
      }),
    );
  });

  it('reads the stand-in’s refusals as Loops’', async () => {
    loops.answer(TOO_MANY, { status: 401, body: { error: 'Invalid API key' } });
    await expect(client.testApiKey()).rejects.toMatchObject({ limit: 10, remaining: 0 });
    await expect(client.testApiKey()).rejects.toMatchObject({ statusCode: 401, message: '401 - Invalid API key' });
    loops.answer(TOO_MANY);
    await expect(client.testApiKey()).rejects.toBeInstanceOf(RateLimitExceededError);
    loops.answer({ status: 400, body: { success: false, message: 'No' } });
    await expect(client.testApiKey()).rejects.toBeInstanceOf(APIError);
    expect(await client.testApiKey()).toEqual({ success: true, teamName: 'Rocket Rides' });
  });
});
