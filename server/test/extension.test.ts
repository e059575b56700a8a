import { findContact } from '../audience/contacts';
import { deleteContact } from '../audience/save';
import { transact } from '../db/transact';
import { defaultSettings } from '../../shared/settings';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, MALFORMED_SIGNATURES, SECRETS, sign, startTillpost, TEST, type Tillpost } from './harness';

const OTHER = { accountId: 'acct_other', livemode: false };

describe.each(ENGINES)('the extension API on %s', (engine) => {
  let tillpost: Tillpost;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    await tillpost.connect();
  });
  afterAll(() => tillpost.close());

  const post = (body: unknown, signature?: string, name = 'overview') =>
    fetch(`${tillpost.url}/api/app/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(signature ? { 'Stripe-Signature': signature } : {}) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const identity = { user_id: 'usr_1', account_id: ACCOUNT };
  const signatureOf = (text: string, secret = SECRETS.app, at = Date.now()) => sign(text, secret, at);

  it.each([
    ['no signature', () => undefined],
    ['another secret', () => signatureOf(JSON.stringify(identity), 'absec_other000000')],
    ['swapped keys', () => signatureOf(JSON.stringify({ account_id: ACCOUNT, user_id: 'usr_1' }))],
    ['a signature older than 300 s', () => signatureOf(JSON.stringify(identity), SECRETS.app, Date.now() - 302_000)],
    ['a signature of the future', () => signatureOf(JSON.stringify(identity), SECRETS.app, Date.now() + 360_000)],
    [
      'the signature of another account',
      () => signatureOf(JSON.stringify({ user_id: 'usr_1', account_id: 'acct_other' })),
    ],
    ['a webhook secret', () => signatureOf(JSON.stringify(identity), SECRETS.webhook.test)],
  ])('answers 401 to %s', async (_what, signature) => {
    const response = await post({ ...identity, livemode: false }, signature());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'unauthorized' } });
  });

  it.each(MALFORMED_SIGNATURES)('answers 401 to the signature "%s"', async (part) => {
    const response = await post({ ...identity, livemode: false }, `t=${Math.floor(Date.now() / 1000)},${part}`);
    expect(response.status).toBe(401);
  });

  it.each(['', '[]', '{', 'null', '"x"'])('never answers 5xx to the body %j', async (body) => {
    const response = await post(body, signatureOf(JSON.stringify(identity)));
    expect([400, 401]).toContain(response.status);
  });

  it('names the field when livemode is missing', async () => {
    const response = await post(identity, signatureOf(JSON.stringify(identity)));
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param: 'livemode' } }]);
  });

  it('lets the Dashboard’s frames in, whose origin is null', async () => {
    const response = await fetch(`${tillpost.url}/api/app/overview`, {
      method: 'OPTIONS',
      headers: { Origin: 'null' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toBe('Content-Type, Stripe-Signature');
  });

  it('tells an account that is not connected how to connect, and answers 404 to all else', async () => {
    expect(await tillpost.call('overview', {}, { tenant: OTHER })).toMatchObject({
      connected: false,
      status: null,
      connect_url: `${tillpost.url}/connect?mode=test`,
      console_url: null,
    });
    for (const name of ['settings/read', 'events/list', 'disconnect', 'import/start'] as const) {
      const answer = await tillpost.call(name, {}, { tenant: OTHER });
      expect(answer).toMatchObject({ status_code: 404, error: { code: 'not_installed' } });
    }
  });

  it('gives an overview with counts and a fresh console link', async () => {
    const [first, second] = [await tillpost.call('overview'), await tillpost.call('overview')];
    expect(first).toMatchObject({
      connected: true,
      status: 'active',
      import: null,
      counts: { contacts: 0, emails: 0 },
    });
    expect(first.console_url).toMatch(new RegExp(`^${tillpost.url}/open/[\\w-]{20,}$`));
    expect(second.console_url).not.toBe(first.console_url);
  });

  it('starts from defaults and keeps what is saved, for every event', async () => {
    const { status_code, ...read } = await tillpost.call('settings/read');
    expect([status_code, read]).toEqual([200, defaultSettings()]);
    const settings = defaultSettings();
    for (const choice of Object.values(settings.events))
      Object.assign(choice, { enabled: true, user_group: ' Customers ' });
    settings.test_recipients = ['  ME@Example.com'];
    const saved = await tillpost.call('settings/save', { settings });
    expect(saved).toMatchObject({ status_code: 200, revision: 1, test_recipients: ['me@example.com'] });
    expect(saved.events['quote.accepted']).toMatchObject({ enabled: true, user_group: 'Customers' });
    expect(await tillpost.call('settings/read')).toEqual(saved);
  });

  it.each([
    ['consent', { consent: 'maybe' }, 'settings.consent'],
    ['test_recipients', { test_recipients: ['nobody'] }, 'settings.test_recipients.0'],
    ['event', { events: { 'customer.created': {} } }, 'settings.events.customer.created.enabled'],
    ['an unknown field', { colour: 'red' }, 'settings'],
  ])('refuses a bad %s by its name and saves nothing', async (_what, fault, param) => {
    const before = await tillpost.call('settings/read');
    const answer = await tillpost.call('settings/save', { settings: fault as never });
    expect(answer).toMatchObject({ status_code: 400, error: { param } });
    expect(await tillpost.call('settings/read')).toEqual(before);
  });

  it('lists events newest first, page by page, with filters', async () => {
    await tillpost.enable();
    const events = Array.from({ length: 5 }, (_, i) =>
      fixtureEvent(i % 2 ? 'customer.updated' : 'customer.created', {
        account: ACCOUNT,
        created: Math.floor(Date.now() / 1000),
        object: { id: `cus_page${i}`, email: `page${i}@example.com` },
      }),
    );
    for (const event of events) await tillpost.deliver(event);
    await tillpost.worker.drain();
    const first = await tillpost.call('events/list', { limit: 2 });
    expect([first.object, first.has_more, first.data.map((event) => event.id)]).toEqual([
      'list',
      true,
      [events[4]!.id, events[3]!.id],
    ]);
    const rest = await tillpost.call('events/list', { limit: 3, starting_after: first.data[1]!.id });
    expect(rest.data.map((event) => event.id)).toEqual([events[2]!.id, events[1]!.id, events[0]!.id]);
    expect((await tillpost.call('events/list', { customer: 'cus_page3' })).data.map((event) => event.id)).toEqual([
      events[3]!.id,
    ]);
    expect((await tillpost.call('events/list', { type: 'customer.updated' })).data).toHaveLength(2);
    expect((await tillpost.call('events/list', { status: 'failed' })).data).toEqual([]);
  });

  it.each([
    ['events/list', { limit: 0 }, 'limit'],
    ['events/list', { limit: 101 }, 'limit'],
    ['events/list', { limit: '5' }, 'limit'],
    ['events/list', { status: 'lost' }, 'status'],
    ['events/list', { starting_after: 'evt_unknown' }, 'starting_after'],
    ['contacts/list', { starting_after: 'zzz' }, 'starting_after'],
    ['contacts/list', { starting_after: 'a' }, 'starting_after'],
    ['emails/list', { starting_after: 'zzz' }, 'starting_after'],
    ['workflows/list', { starting_after: 'zzz' }, 'starting_after'],
    ['events/read', {}, 'id'],
    ['contacts/read', {}, 'id'],
    ['contacts/list', { query: 7 }, 'query'],
  ] as const)('refuses %s with %j, naming the field', async (name, args, param) => {
    expect(await tillpost.call(name, args as never)).toMatchObject({
      status_code: 400,
      error: { code: 'invalid_request', param },
    });
  });

  it.each([30, 500])('refuses a workflow of %d branches within one another, naming the limit', async (depth) => {
    const conditions = [{ property: 'event.number', operator: 'is_set' }];
    let steps: object[] = [];
    for (let n = 0; n < depth; n++)
      steps = [{ id: `b${n}`, kind: 'branch', paths: [{ id: `p${n}`, name: '', conditions, steps }], else: [] }];
    const definition = { name: 'Deep', trigger: { event: 'invoice.paid' }, steps };
    expect(await tillpost.call('workflows/create', { definition } as never)).toMatchObject({
      status_code: 400,
      error: { code: 'invalid_request', message: expect.stringContaining('at most 20 branches') as string },
    });
  });

  it('finds contacts by parts of name and address, taking % and _ as they are and accents for none', async () => {
    const found = async (query: string) => (await tillpost.call('contacts/list', { query })).data.length;
    expect(await found('page3@')).toBe(1);
    expect(await found('ROSEN')).toBe(5);
    expect(await found('%')).toBe(0);
    expect(await found('page_')).toBe(0);
    for (const { id } of (await tillpost.call('contacts/list', { query: 'rosen' })).data)
      await tillpost.call('contacts/save', { id, first_name: 'Özlem' });
    for (const query of ['Özlem', 'ozlem', 'rosen ÖZLEM']) expect(await found(query)).toBe(5);
  });

  it('goes on after a contact, but not after one that is gone or another account’s', async () => {
    const { data } = await tillpost.call('contacts/list', { limit: 2 });
    const starting_after = data[1]!.id;
    const rest = await tillpost.call('contacts/list', { starting_after });
    expect([rest.status_code, rest.data.length]).toEqual([200, 3]);
    const gone = { status_code: 400, error: { param: 'starting_after' } };
    const stranger = { accountId: 'acct_stranger', livemode: false };
    await tillpost.connect(stranger);
    expect(await tillpost.call('contacts/list', { starting_after }, { tenant: stranger })).toMatchObject(gone);
    const contact = (await findContact(tillpost.db, TEST, starting_after))!;
    await transact(tillpost.db, (trx) => deleteContact(trx, contact, 1));
    expect(await tillpost.call('contacts/list', { starting_after })).toMatchObject(gone);
  });

  it('pages through workflows and emails', async () => {
    for (const template of ['payment_failed', 'trial_ending', 'new_customer'])
      await tillpost.call('workflows/create', { template });
    const workflows = await tillpost.call('workflows/list', { limit: 1 });
    const older = await tillpost.call('workflows/list', { starting_after: workflows.data[0]!.id });
    expect([older.status_code, older.data.length]).toEqual([200, 2]);

    await tillpost.call('workflows/activate', { id: workflows.data[0]!.id });
    const created = Math.floor(Date.now() / 1000);
    for (const id of ['cus_mail1', 'cus_mail2'])
      await tillpost.deliver(
        fixtureEvent('customer.created', { account: ACCOUNT, created, object: { id, email: `${id}@example.com` } }),
      );
    await tillpost.worker.drain();
    const emails = await tillpost.call('emails/list', { limit: 1 });
    const rest = await tillpost.call('emails/list', { starting_after: emails.data[0]!.id });
    expect([rest.status_code, rest.data.length]).toEqual([200, 1]);
  });

  it('answers 404 to unknown ids and routes', async () => {
    for (const name of ['events/read', 'events/replay', 'contacts/read', 'emails/read', 'workflows/read'] as const)
      expect((await tillpost.call(name, { id: 'nothing' })).status_code).toBe(404);
    expect((await tillpost.call('nothing' as 'overview', {}, { tenant: TEST })).status_code).toBe(404);
  });

  it('accepts signatures of every configured app secret', async () => {
    const rotating = await startTillpost({ engine, env: { STRIPE_APP_SECRET: `absec_new0000000,${SECRETS.app}` } });
    expect((await rotating.call('overview')).status_code).toBe(200);
    await rotating.close();
  });
});
